internal import FoundationEssentials

/// An absolute `http` or `https` URL, taken apart once.
public struct HTTPURL: Hashable, Sendable, CustomStringConvertible {
    /// Scheme, host and port.
    public var origin: Origin
    /// Path and query as they go on the request line: begins with `/`, percent-encoded, no fragment.
    public var target: String

    /// Joins an origin and a target that is known to be well-formed.
    public init(origin: Origin, target: String) {
        self.origin = origin
        self.target = target
    }

    /// Reads an absolute URL. Nil when it is not http(s), names no valid host, or carries user information.
    public init?(_ text: String) {
        guard let url = URL(string: text) else { return nil }
        self.init(url)
    }

    /// The URL that a `Location` field names, absolute or relative to this one (RFC 3986 5). Nil when it is malformed.
    public func resolving(_ location: String) -> HTTPURL? {
        guard let base = URL(string: description), let url = URL(string: location, relativeTo: base) else { return nil }
        return HTTPURL(url.absoluteURL)
    }

    private init?(_ url: URL) {
        guard let scheme = url.scheme.flatMap({ Origin.Scheme(rawValue: $0.lowercased()) }),
            url.user(percentEncoded: true) == nil, let host = url.host(percentEncoded: true).flatMap({ Host($0) })
        else { return nil }
        if let port = url.port, UInt16(exactly: port) == nil { return nil }
        let path = url.path(percentEncoded: true)
        origin = Origin(scheme: scheme, host: host, port: url.port.map(UInt16.init))
        target = (path.hasPrefix("/") ? path : "/" + path) + (url.query(percentEncoded: true).map { "?" + $0 } ?? "")
        // What stands on the request line must be one word: no space, no control character, nothing beyond ASCII.
        guard target.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
    }

    /// The whole URL, query included: it may hold a signature, so it is not for logs.
    public var description: String { "\(origin)\(target)" }

    /// The URL without its query, which may hold a signature.
    public var withoutQuery: String { "\(origin)\(target.prefix { $0 != "?" })" }
}
