/// A proxy as `-proxy` or the environment names it.
public struct ProxyServer: Hashable, Sendable {
    /// The protocols that a proxy may speak.
    public enum Kind: String, Hashable, Sendable {
        /// CONNECT over plain TCP (RFC 9110 9.3.6).
        case http
        /// CONNECT over TLS.
        case https
        /// SOCKS5 (RFC 1928); the target's name is resolved here.
        case socks5
        /// SOCKS5; the proxy resolves the target's name.
        case socks5h
    }

    /// What it speaks.
    public var kind: Kind
    /// Its host.
    public var host: Host
    /// Its port.
    public var port: UInt16
    /// User name and password, where it wants them.
    public var user: String?
    /// The password that belongs to `user`.
    public var password: Secret?

    /// Puts the parts together.
    public init(kind: Kind, host: Host, port: UInt16, user: String? = nil, password: Secret? = nil) {
        self.kind = kind
        self.host = host
        self.port = port
        self.user = user
        self.password = password
    }
}
