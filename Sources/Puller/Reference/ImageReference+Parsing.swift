public import LabNet

/// Why a text is not the name of an image; the offending part stands beside each rule.
public enum ReferenceError: Error, Hashable, Sendable {
    /// Nothing was given.
    case empty
    /// Sixty-four hexadecimal digits are an image's ID; no registry can be asked by one.
    case imageID
    /// A registry's name that is neither a host nor `host:port`, or a port outside 1…65535.
    case registry(String)
    /// Capital letters in the repository's path.
    case upperCase(String)
    /// A repository's path that the grammar does not allow.
    case path(String)
    /// A repository's path of more than 255 characters.
    case tooLong(Int)
    /// A tag that the grammar does not allow.
    case tag(String)
    /// A digest of an unknown algorithm, of the wrong length, or not in lower-case hexadecimal.
    case digest(String)
}

extension ImageReference {
    /// The registry that a name without one means.
    public static let dockerHub = "docker.io"

    /// Reads a name as `docker pull` does: the grammar of distribution/reference with Docker Hub's defaults.
    ///
    /// The tag is `latest` where neither tag nor digest is given.
    public init(parsing text: String) throws(ReferenceError) {
        guard !text.isEmpty else { throw .empty }
        guard Digest(algorithm: .sha256, hex: text) == nil else { throw .imageID }
        let (domain, remainder) = Self.splitDomain(text)
        let repository = remainder.prefix { $0 != ":" }
        guard repository.utf8.allSatisfy({ !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
            throw .upperCase(String(repository))
        }

        // Neither a path nor a tag can hold "@", and a path no ":", so the first of each is the only cut there is.
        let named = remainder.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let tagged = named[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var path = String(tagged[0])
        if domain == Self.dockerHub, !path.contains("/") { path = "library/" + path }
        try Self.check(path: path)
        let tag = tagged.count > 1 ? String(tagged[1]) : nil
        if let tag, !Self.isTag(tag) { throw .tag(tag) }
        var digest: Digest?
        if named.count > 1 {
            digest = Digest(named[1])
            if digest == nil { throw .digest(String(named[1])) }
        }

        self.init(domain: domain, path: path, tag: tag ?? (digest == nil ? "latest" : nil), digest: digest)
        _ = try registry(scheme: .https)
    }

    /// What stands before the first `/` is a registry only if it looks like one: a dot, a colon, a capital letter, or `localhost`.
    private static func splitDomain(_ text: String) -> (domain: String, remainder: Substring) {
        guard let slash = text.firstIndex(of: "/") else { return (dockerHub, text[...]) }
        let first = text[..<slash]
        let rest = text[text.index(after: slash)...]
        if first == "index.docker.io" { return (dockerHub, rest) }
        let isDomain =
            first == "localhost" || first.contains(".") || first.contains(":") || first.contains(where: \.isUppercase)
        return isDomain ? (String(first), rest) : (dockerHub, text[...])
    }

    private static func check(path: String) throws(ReferenceError) {
        guard path.utf8.count <= 255 else { throw .tooLong(path.utf8.count) }
        guard path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy({ isPathComponent($0.utf8) })
        else { throw .path(path) }
    }

    /// Runs of lower-case letters and digits, joined by one `.`, one or two `_`, or any number of `-`.
    private static func isPathComponent(_ text: Substring.UTF8View) -> Bool {
        guard let first = text.first, let last = text.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return false
        }
        return text.split(whereSeparator: isAlphanumeric).allSatisfy { separator in
            separator.elementsEqual(".".utf8) || separator.elementsEqual("_".utf8) || separator.elementsEqual("__".utf8)
                || separator.allSatisfy { $0 == UInt8(ascii: "-") }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    /// Whether a text is a tag by the grammar of distribution/reference.
    static func isTag(_ text: String) -> Bool {
        func isWord(_ byte: UInt8) -> Bool {
            isAlphanumeric(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "_")
        }
        guard (1...128).contains(text.utf8.count), let first = text.utf8.first, isWord(first) else { return false }
        return text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }
}

extension ImageReference {
    /// Where the registry answers: Docker Hub's own host for `docker.io`, else the domain as it stands.
    ///
    /// - Throws: `ReferenceError.registry` when the domain is no host; a parsed reference never throws.
    public func registry(scheme: Origin.Scheme) throws(ReferenceError) -> Origin {
        try Self.origin(ofRegistry: domain == Self.dockerHub ? "registry-1.docker.io" : domain, scheme: scheme)
    }

    /// Reads `host`, `host:port` or `[v6]:port`.
    ///
    /// - Throws: `ReferenceError.registry`.
    package static func origin(ofRegistry text: String, scheme: Origin.Scheme) throws(ReferenceError) -> Origin {
        var name = text[...]
        var port: UInt16?
        // The colon of a port is the last one, and behind the bracket of an IPv6 literal.
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
            guard let number = UInt16(text[text.index(after: colon)...]), number > 0,
                text[text.index(after: colon)...].utf8.allSatisfy({
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                })
            else { throw .registry(text) }
            port = number
            name = text[..<colon]
        }
        // The grammar knows no "_" in a domain, no root's dot, and an IPv6 literal only in brackets.
        guard !name.contains("_"), !name.hasSuffix("."), !name.contains(":") || name.hasPrefix("["),
            let host = Host(name)
        else { throw .registry(text) }
        return Origin(scheme: scheme, host: host, port: port)
    }
}
