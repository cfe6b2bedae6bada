/// One certificate that the user trusts by hand for one host: `-trust HOST[:PORT]=sha256:…`.
public struct CertificatePin: Hashable, Sendable {
    /// The host for which it is pinned.
    public var host: Host
    /// The port, nil for all of them.
    public var port: UInt16?
    /// The SHA-256 of the certificate in DER, 32 bytes.
    public var digest: [UInt8]

    /// Which part of a pin cannot be read.
    public enum ParseError: Error, Hashable, Sendable {
        /// It is not of the form `HOST[:PORT]=sha256:…`.
        case form(String)
        /// The host is neither a name nor an address.
        case host(String)
        /// The port is not 1…65535.
        case port(String)
        /// The digest is not 64 hexadecimal digits, with or without colons between the pairs.
        case digest(String)
    }

    /// Reads `HOST[:PORT]=sha256:<64 hex digits, with or without colons>`; IPv6 literals in brackets where a port follows.
    public init(_ text: String) throws(ParseError) {
        guard let equals = text.firstIndex(of: "=") else { throw .form(text) }
        let authority = text[..<equals]
        let value = text[text.index(after: equals)...]
        guard value.lowercased().hasPrefix("sha256:") else { throw .form(text) }
        guard let digest = Self.digest(value.dropFirst("sha256:".count)) else { throw .digest(String(value)) }
        let (name, number) = Self.split(authority)
        guard let host = Host(name) else { throw .host(String(name)) }
        if let number {
            guard number.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(number), port > 0 else {
                throw .port(String(number))
            }
            self.port = port
        }
        self.host = host
        self.digest = digest
    }

    /// The key under which ``TrustConfiguration/pins`` holds it: `host` or `host:port`, IPv6 literals in brackets.
    public var key: String { Self.key(host: host, port: port) }

    static func key(host: Host, port: UInt16?) -> String {
        port.map { "\(host.bracketed):\($0)" } ?? host.bracketed
    }

    /// Parts `host:port`, `[v6]:port`; a bare IPv6 literal has no port.
    private static func split(_ authority: Substring) -> (name: Substring, port: Substring?) {
        guard let colon = authority.lastIndex(of: ":"), authority[colon...].firstIndex(of: "]") == nil else {
            return (authority, nil)
        }
        let name = authority[..<colon]
        if name.contains(":"), !name.hasSuffix("]") { return (authority, nil) }
        return (name, authority[authority.index(after: colon)...])
    }

    private static func digest(_ text: Substring) -> [UInt8]? {
        let pairs = text.split(separator: ":", omittingEmptySubsequences: false)
        guard pairs.count == 1 || pairs.allSatisfy({ $0.utf8.count == 2 }) else { return nil }
        let digits = pairs.joined().utf8.compactMap(Self.value(ofDigit:))
        guard digits.count == 64, pairs.reduce(0, { $0 + $1.utf8.count }) == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private static func value(ofDigit byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
