extension ProxyServer {
    /// Why a proxy's URL cannot be read. None of the cases holds the password.
    public enum URLError: Error, Hashable, Sendable {
        /// A protocol other than http, https, socks5, socks5h.
        case unknownScheme(String)
        /// No host, or not a valid one.
        case badHost(String)
        /// Not a number from 1 to 65535.
        case badPort(String)
        /// User name or password are not percent-encoded UTF-8 (RFC 3986 2.1), or hold a control character.
        case badCredentials
    }

    /// Reads `[scheme://][user[:password]@]host[:port][/…]`, as curl and Go read it.
    ///
    /// Without a scheme it is `http`. Without a port: 80 for http, 443 for https, 1080 for SOCKS. What follows the port
    /// is of no use to a proxy and ignored.
    ///
    /// - Throws: `URLError`.
    public init(url: String) throws(URLError) {
        var rest = Substring(url)
        var scheme = "http"
        if let mark = url.firstRange(of: "://") {
            scheme = url[..<mark.lowerBound].lowercased()
            rest = url[mark.upperBound...]
        }
        guard let kind = Kind(rawValue: scheme) else { throw .unknownScheme(scheme) }
        rest = rest.prefix { !"/?#".contains($0) }

        var user: String?
        var password: Secret?
        if let at = rest.lastIndex(of: "@") {
            let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = try Self.decoded(parts[0])
            password = parts.count == 2 ? Secret(try Self.decoded(parts[1])) : nil
            rest = rest[rest.index(after: at)...]
        }
        let (hostText, portText) = Self.split(rest)
        // Without brackets nobody can tell an IPv6 literal from its port (RFC 3986 3.2.2).
        guard let host = Host(hostText), hostText.hasPrefix("[") || !hostText.contains(":") else {
            throw .badHost(String(hostText))
        }
        var port = kind.defaultPort
        if let portText, !portText.isEmpty {
            guard portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(portText), number > 0
            else {
                throw .badPort(String(portText))
            }
            port = number
        }
        self.init(kind: kind, host: host, port: port, user: user, password: password)
    }

    /// Host and port at the last colon, except inside the brackets of an IPv6 literal.
    private static func split(_ authority: Substring) -> (host: Substring, port: Substring?) {
        guard let colon = authority.lastIndex(of: ":"), authority[colon...].firstIndex(of: "]") == nil else {
            return (authority, nil)
        }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }

    private static func decoded(_ text: Substring) throws(URLError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            rest = rest.dropFirst(2)
            guard digits.count == 2, let high = digits.first?.hexValue, let low = digits.last?.hexValue else {
                throw .badCredentials
            }
            bytes.append(high << 4 | low)
        }
        // A line break would end the field that carries them (RFC 9110 5.5).
        guard let decoded = String(validating: bytes, as: UTF8.self), bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { throw .badCredentials }
        return decoded
    }
}

extension ProxyServer.Kind {
    fileprivate var defaultPort: UInt16 {
        switch self {
        case .http: 80
        case .https: 443
        case .socks5, .socks5h: 1080
        }
    }
}

extension UInt8 {
    fileprivate var hexValue: UInt8? { Character(UnicodeScalar(self)).hexDigitValue.flatMap(UInt8.init(exactly:)) }
}
