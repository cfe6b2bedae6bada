/// Which mirrors stand for which registries: the file `mirrors.txt`.
///
/// ```
/// # registry = mirrors, the first asked first
/// docker.io = a.example, b.example/hub
/// * = m.example/{registry}
/// ```
public struct MirrorMap: Hashable, Sendable {
    /// A line that cannot be read.
    public struct UnreadableLine: Error, Hashable, Sendable {
        /// Its number; 1 is the first.
        public var number: Int
        /// The line.
        public var text: String
    }

    private var lines: [String: [RegistryMirror]] = [:]

    /// Reads a file's text; `#` begins a comment.
    ///
    /// - Throws: `UnreadableLine`, also for a registry that has a line already.
    public init(parsing text: String) throws(UnreadableLine) {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let content = line.prefix { $0 != "#" }.trimmed
            guard !content.isEmpty else { continue }
            let unreadable = UnreadableLine(number: index + 1, text: String(line.trimmed))
            let sides = content.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(\.trimmed)
            guard sides.count == 2, let registry = Self.registry(sides[0]), lines[registry] == nil else {
                throw unreadable
            }
            var mirrors: [RegistryMirror] = []
            for word in sides[1].split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed) {
                guard let mirror = try? RegistryMirror(parsing: String(word)) else { throw unreadable }
                mirrors.append(mirror)
            }
            lines[registry] = mirrors
        }
    }

    /// The mirrors for a registry: those of its own line, or of `*` where it has none.
    public func mirrors(for registry: String) -> [RegistryMirror] { lines[registry] ?? lines["*"] ?? [] }

    /// The registry as references name it: Docker Hub has several names.
    private static func registry(_ text: Substring) -> String? {
        if text == "*" { return "*" }
        guard let reference = try? ImageReference(parsing: "\(text)/any/name") else { return nil }
        // Otherwise the word was taken for a part of the path.
        return reference.path == "any/name" ? reference.domain : nil
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
