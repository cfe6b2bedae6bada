/// How a resolver is written.
///
/// An IPv4 or IPv6 literal, with a port where it is not the usual one: `1.1.1.1`, `1.1.1.1:5353`, `2001:db8::1`,
/// `[2001:db8::1]:5353`. Before it may stand how it is asked: `udp://`, `tcp://`, `tls://`, `https://`; behind it, for
/// the last two, the name that its certificate carries, and for `https` a path: `tls://9.9.9.9`,
/// `tls://[2606:4700:4700::1111]:853@one.one.one.one`, `https://1.1.1.1@cloudflare-dns.com/dns-query`. Without a name the
/// certificate has to carry the address; without a path it is `/dns-query`.
extension ResolverAddress {
    /// The path that is asked where none is given: as in RFC 8484 4.1.1, and what public resolvers use.
    package static let defaultPath = "/dns-query"

    /// Reads one entry of a list.
    package init(parsing text: some StringProtocol) throws(ResolverListError.Problem) {
        let text = Substring(text)
        guard let mark = text.firstRange(of: "://") else {
            try self.init(parsing: text, over: .udp)
            return
        }
        let name = String(text[..<mark.lowerBound])
        guard let scheme = Scheme(rawValue: name.lowercased()) else { throw .unknownScheme(name) }
        try self.init(parsing: text[mark.upperBound...], over: scheme)
    }

    private enum Scheme: String {
        case udp, tcp, tls, https

        /// Whether there is a certificate.
        var isEncrypted: Bool { self == .tls || self == .https }
    }

    private init(parsing text: Substring, over scheme: Scheme) throws(ResolverListError.Problem) {
        let authority = text.prefix { $0 != "/" }
        let path = text[authority.endIndex...]
        guard path.isEmpty || scheme == .https, path.utf8.allSatisfy(Self.isPathByte) else { throw .badPath }
        let place = authority.prefix { $0 != "@" }
        let (address, port) = try Endpoint.parts(of: place)
        var host = Host.address(address)
        if place.endIndex != authority.endIndex {
            guard scheme.isEncrypted else { throw .nameWithoutTLS }
            guard let name = Host(authority[place.endIndex...].dropFirst()), case .name = name else { throw .badName }
            host = name
        }
        let carrier: Carrier =
            switch scheme {
            case .udp: .datagrams
            case .tcp: .stream
            case .tls: .tls(host)
            case .https: .https(host, path: path.isEmpty ? Self.defaultPath : String(path))
            }
        self.init(Endpoint(address: address, port: port ?? Self.defaultPort(of: carrier)), over: carrier)
    }

    /// What may stand on a request line (RFC 3986 3.3, 3.4); braces belong to a URI template that nobody filled in.
    private static func isPathByte(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !"{}\"<>\\^`|#".utf8.contains(byte)
    }
}

extension Endpoint {
    /// Reads `ADDRESS`, `ADDRESS:PORT` (IPv4) or `[ADDRESS]:PORT` (IPv6) of somebody who can be asked.
    static func parts(
        of text: Substring
    ) throws(ResolverListError.Problem) -> (address: IPAddress, port: UInt16?) {
        guard !text.isEmpty else { throw .empty }
        let (literal, rest) = split(text)
        guard let address = IPAddress(literal), literal.startIndex == text.startIndex || address.family == .ip6
        else { throw .notAnAddress }
        guard address.canBeAsked else { throw .notUnicast }
        if rest.isEmpty { return (address, nil) }
        let digits = rest.dropFirst()
        guard rest.hasPrefix(":"), digits.allSatisfy(\.isNumber), let port = UInt16(digits), port > 0 else {
            throw .badPort
        }
        return (address, port)
    }

    /// The literal, without brackets, and what follows it.
    private static func split(_ text: Substring) -> (literal: Substring, rest: Substring) {
        if text.hasPrefix("["), let end = text.lastIndex(of: "]") {
            return (text[..<end].dropFirst(), text[text.index(after: end)...])
        }
        // Colons belong to an IPv6 literal, unless there is but one.
        guard let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") == colon else { return (text, "") }
        return (text[..<colon], text[colon...])
    }
}
