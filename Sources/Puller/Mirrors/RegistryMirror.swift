internal import LabNet

/// A host that serves what another registry holds, as `-mirror` and the map of mirrors name it.
public struct RegistryMirror: Hashable, Sendable, CustomStringConvertible {
    /// The text, as it was typed.
    public let description: String
    /// The scheme that was typed; nil where none was.
    let scheme: Origin.Scheme?
    /// The host, with its port where it has one of its own.
    let host: String
    /// What stands before the repository's path there; `{registry}` is the name of the registry that is meant.
    let prefix: [String]

    static let placeholder = "{registry}"

    /// Reads `host`, `host:port` or `host/prefix`, with or without `https://` or `http://`; a part of the prefix may be
    /// `{registry}`.
    ///
    /// - Throws: `ReferenceError.registry` for anything else.
    public init(parsing text: String) throws(ReferenceError) {
        var rest = text[...]
        var scheme: Origin.Scheme?
        for one in [Origin.Scheme.https, .http] where text.lowercased().hasPrefix("\(one.rawValue)://") {
            scheme = one
            rest = text.dropFirst("\(one.rawValue)://".count)
        }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        guard let host = parts.first, parts.dropFirst().allSatisfy({ $0 == Self.placeholder || Self.isSegment($0) })
        else { throw .registry(text) }
        _ = try ImageReference.origin(ofRegistry: host, scheme: .https)
        (description, self.scheme, self.host, prefix) = (text, scheme, host, Array(parts.dropFirst()))
    }

    /// Whether requests have to say which registry is meant (`ns=`, as containerd does it). Without a word a mirror stands for
    /// Docker Hub, and one with `{registry}` in its path is told by that.
    func needsNamespace(for registry: String) -> Bool {
        registry != ImageReference.dockerHub && !prefix.contains(Self.placeholder)
    }

    /// The path there of a registry's repository.
    func path(of repository: String, in registry: String) -> String {
        (prefix.map { $0 == Self.placeholder ? registry : $0 } + [repository]).joined(separator: "/")
    }

    private static func isSegment(_ text: String) -> Bool {
        text != "." && text != ".."
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_", "~": true
                default: false
                }
            }
    }
}

extension RegistryAccess {
    /// Whether any registry's images are asked for elsewhere.
    public var hasMirrors: Bool { !mirrors.isEmpty || mirrorsOfRegistries.contains { !$0.value.isEmpty } }

    /// Who is asked in place of a registry.
    func mirrors(of registry: String) -> [RegistryMirror] { mirrorsOfRegistries[registry] ?? mirrors }
}
