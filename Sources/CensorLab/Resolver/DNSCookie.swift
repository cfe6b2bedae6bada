import LabNet

/// The COOKIE option of an OPT record (RFC 7873 4), as resolvers and their imitators write it.
enum DNSCookie {
    /// The option's number (RFC 7873 4).
    static let option = 10
    /// The bytes of the client's part (RFC 7873 4.1).
    static let clientCount = 8

    /// Whether data of this many bytes is a cookie: the client's part alone, or with 8 to 32 bytes of the server's.
    static func isLegal(count: Int) -> Bool { count == clientCount || (16...40).contains(count) }

    /// The option with the client's part given back, and the server's part after it.
    static func option(answering cookie: [UInt8], server: [UInt8]) -> [UInt8] {
        let data = cookie.prefix(clientCount) + server
        return UInt16(option).networkBytes + UInt16(data.count).networkBytes + data
    }

    /// The server's part: a keyed hash of the client's part and address (RFC 9018 4). The standard library's hasher has a
    /// key of its own for each run of the program.
    static func serverPart(for cookie: [UInt8], of client: IPAddress) -> [UInt8] {
        var hasher = Hasher()
        hasher.combine(cookie.prefix(clientCount))
        hasher.combine(client)
        return hasher.finalize().networkBytes
    }
}
