/// Our half of the DNS cookies (RFC 7873 4.1): a resolver that knows them sends it back beside a half of its own, and
/// whoever has not seen the query cannot.
///
/// One for each resolver and run: it must not tell two resolvers that the same machine asks.
package struct DNSCookie: Hashable, Sendable {
    /// The eight bytes.
    package let bytes: [UInt8]

    /// The number of the option in an OPT record.
    static let option: UInt16 = 10

    /// Makes a random one.
    package init(using generator: inout some RandomNumberGenerator) {
        bytes = withUnsafeBytes(of: generator.next(), Array.init)
    }

    /// What became of it in an answer.
    package enum Echo: Hashable, Sendable {
        /// Nothing that only a resolver can give; a bare copy of our half is that too.
        case absent
        /// Our half came back beside the resolver's.
        case echoed
        /// A cookie came that does not begin with our half, or has a length that none may have.
        case wrong
    }

    /// What an answer's options make of a cookie.
    ///
    /// - Parameter cookie: the one that was sent; nil when none was, and then whatever comes says nothing.
    static func echo(of cookie: DNSCookie?, in options: [DNSOption]) -> Echo {
        guard let cookie, let answer = options.first(where: { $0.code == option })?.data else { return .absent }
        guard answer.starts(with: cookie.bytes) else { return .wrong }
        switch answer.count {
        case 8: return .absent
        case 16...40: return .echoed
        default: return .wrong
        }
    }
}

/// One option of an OPT record (RFC 6891 6.1.2).
package struct DNSOption: Hashable, Sendable {
    /// What it is.
    package let code: UInt16
    /// What it holds: at most as much as the record.
    package let data: [UInt8]

    /// Reads the options of an OPT record's data to its end.
    static func list(_ data: ArraySlice<UInt8>) throws(DNSError) -> [DNSOption] {
        var reader = DNSReader(Array(data))
        var options: [DNSOption] = []
        while reader.remaining > 0 {
            let code = try reader.uint16()
            let length = Int(try reader.uint16())
            options.append(DNSOption(code: code, data: Array(try reader.take(length))))
        }
        return options
    }
}
