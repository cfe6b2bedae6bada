/// A resolver as a list names it: where it is, and how it is spoken to.
public struct ResolverAddress: Hashable, Sendable {
    /// Where it listens.
    public var endpoint: Endpoint
    /// How questions are carried there.
    public var carrier: Carrier

    /// How questions are carried to a resolver.
    public enum Carrier: Hashable, Sendable {
        /// UDP, and TCP for what does not fit (RFC 1035 4.2).
        case datagrams
        /// TCP (RFC 7766).
        case stream
        /// TLS over TCP (RFC 7858); the certificate has to be valid for this host.
        case tls(Host)
        /// HTTPS (RFC 8484); the certificate has to be valid for this host, and the path is asked there.
        case https(Host, path: String)
    }

    /// Joins an endpoint and a carrier.
    public init(_ endpoint: Endpoint, over carrier: Carrier = .datagrams) {
        self.endpoint = endpoint
        self.carrier = carrier
    }

    /// The port where nothing else is said: 53, 853 (RFC 7858 3.1) or 443.
    public static func defaultPort(of carrier: Carrier) -> UInt16 {
        switch carrier {
        case .datagrams, .stream: 53
        case .tls: 853
        case .https: 443
        }
    }

    /// Whether nobody on the way can read the question or forge the answer.
    public var isEncrypted: Bool {
        switch carrier {
        case .datagrams, .stream: false
        case .tls, .https: true
        }
    }
}

extension ResolverAddress: CustomStringConvertible {
    /// As it is written in a list: `9.9.9.9`, `tcp://8.8.8.8`, `tls://1.1.1.1@one.one.one.one`, `https://1.1.1.1/dns-query`.
    public var description: String {
        let place = endpoint.port == Self.defaultPort(of: carrier) ? bracketed : endpoint.description
        return switch carrier {
        case .datagrams: endpoint.description
        case .stream: "tcp://\(place)"
        case .tls(let host): "tls://\(place)\(suffix(host))"
        case .https(let host, let path): "https://\(place)\(suffix(host))\(path)"
        }
    }

    private var bracketed: String { Host.address(endpoint.address).bracketed }

    private func suffix(_ host: Host) -> String {
        if case .name(let name) = host { "@\(name)" } else { "" }
    }
}
