/// What a connection is made for: scheme, host and port (RFC 6454).
public struct Origin: Hashable, Sendable, CustomStringConvertible {
    /// The two schemes that are spoken.
    public enum Scheme: String, Hashable, Sendable {
        /// HTTP in the clear.
        case http
        /// HTTP over TLS.
        case https

        /// 80 or 443.
        public var defaultPort: UInt16 { self == .http ? 80 : 443 }
    }

    /// The scheme.
    public var scheme: Scheme
    /// The host, whose name the certificate must carry.
    public var host: Host
    /// The port, the scheme's own when none was given.
    public var port: UInt16

    /// Joins the three; without a port the scheme's own is taken.
    public init(scheme: Scheme, host: Host, port: UInt16? = nil) {
        self.scheme = scheme
        self.host = host
        self.port = port ?? scheme.defaultPort
    }

    /// `host` or `host:port` as in a Host header: the port only where it is not the scheme's own.
    public var authority: String {
        port == scheme.defaultPort ? host.bracketed : "\(host.bracketed):\(port)"
    }

    /// `https://host:port`, the port only where it is not the scheme's own.
    public var description: String { "\(scheme.rawValue)://\(authority)" }
}
