/// One file of a layer.
package struct LayerFile: Hashable, Sendable {
    /// What a file is.
    package enum Content: Hashable, Sendable {
        /// A regular file.
        case bytes([UInt8], isExecutable: Bool)
        /// A symbolic link.
        case link(String)
        /// A folder.
        case folder
    }

    /// The path without a leading slash.
    package var path: String
    /// What stands there.
    package var content: Content

    /// Joins the two.
    package init(path: String, content: Content) {
        self.path = path
        self.content = content
    }
}

/// Makes the tar of a layer: ustar (POSIX.1-1988), owned by root, at the epoch, in the order of paths.
enum LayerTar {
    /// The whole archive. Folders on the way to a file are put in; a path that ustar cannot name is left out.
    static func bytes(of files: [LayerFile]) -> [UInt8] {
        var content: [String: LayerFile.Content] = [:]
        for file in files {
            content[file.path] = file.content
            var folder = file.path
            while let slash = folder.lastIndex(of: "/") {
                folder = String(folder[..<slash])
                if content[folder] == nil { content[folder] = .folder }
            }
        }
        var archive: [UInt8] = []
        // Code points, not the reader's language: "a" < "a/b" puts a folder before what is in it.
        for (path, content) in content.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            append(path, content, to: &archive)
        }
        return archive + [UInt8](repeating: 0, count: 1_024)
    }

    private static func append(_ path: String, _ content: LayerFile.Content, to archive: inout [UInt8]) {
        let (bytes, mode, kind, target): ([UInt8], Int, Character, String) =
            switch content {
            case .bytes(let bytes, let isExecutable): (bytes, isExecutable ? 0o755 : 0o644, "0", "")
            case .link(let target): ([], 0o777, "2", target)
            case .folder: ([], 0o755, "5", "")
            }
        guard let (prefix, name) = split(kind == "5" ? path + "/" : path), target.utf8.count <= 100 else { return }
        var header = field(name, 100) + octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(bytes.count, 12)
        header += octal(0, 12) + Array("        ".utf8) + Array(String(kind).utf8) + field(target, 100)
        header += Array("ustar\0".utf8) + Array("00".utf8) + field("", 32) + field("", 32) + octal(0, 8) + octal(0, 8)
        header += field(prefix, 155) + field("", 12)
        // The sum is taken with its own field blank, and stands there as six digits, NUL, space.
        let sum = header.reduce(0) { $0 + Int($1) }
        header.replaceSubrange(148..<156, with: octal(sum, 7) + [UInt8(ascii: " ")])
        archive += header
        archive += bytes
        archive += [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }

    /// Name and prefix (POSIX.1-1988 10.1.1); nil for a path that is too long for both.
    private static func split(_ path: String) -> (prefix: String, name: String)? {
        if path.utf8.count <= 100 { return ("", path) }
        let slashes = path.dropLast().indices.filter { path[$0] == "/" }
        for slash in slashes {
            let (prefix, name) = (path[..<slash], path[path.index(after: slash)...])
            if prefix.utf8.count <= 155, name.utf8.count <= 100 { return (String(prefix), String(name)) }
        }
        return nil
    }

    private static func field(_ text: String, _ width: Int) -> [UInt8] {
        Array(text.utf8) + [UInt8](repeating: 0, count: width - text.utf8.count)
    }

    /// Digits and a closing NUL, as wide as the field.
    private static func octal(_ number: Int, _ width: Int) -> [UInt8] {
        let digits = String(number, radix: 8)
        return Array(String(repeating: "0", count: width - 1 - digits.count).utf8) + Array(digits.utf8) + [0]
    }
}
