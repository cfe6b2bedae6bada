package import LabNet

/// A DNS query as a resolver, or an injector, reads it (RFC 1035 4.1, RFC 6891).
package struct DNSQuery: Hashable, Sendable, CustomStringConvertible {
    /// The ID, to be given back.
    package var id: UInt16
    /// The header's flags as they came.
    package var flags: UInt16
    /// The question's name in lower case, without the root's dot; empty for the root itself.
    package var name: String
    /// The question's type.
    package var type: UInt16
    /// The question as it came, letter case included, to be given back.
    package var question: [UInt8]
    /// The size of datagram that the client takes, where the query carries an OPT record.
    package var datagramSize: UInt16?
    /// The data of its COOKIE option (RFC 7873 4), of whatever length, where the query carries one.
    package var cookie: [UInt8]?
    /// Whether the counts, and a cookie's length, are those of a query; an injector does not look, a resolver answers
    /// FORMERR (RFC 7873 5.2.2).
    package var isWellFormed: Bool

    /// Address of IPv4.
    package static let typeA: UInt16 = 1
    /// Name server.
    package static let typeNS: UInt16 = 2
    /// Address of IPv6.
    package static let typeAAAA: UInt16 = 28

    /// Whether the query carries an OPT record.
    package var hasOPT: Bool { datagramSize != nil }

    /// The family of the addresses that are asked for; nil for any other type.
    package var family: IPAddress.Family? {
        switch type {
        case Self.typeA: .ip4
        case Self.typeAAAA: .ip6
        default: nil
        }
    }

    /// Name and type.
    package var description: String {
        let types: [UInt16: String] = [Self.typeA: "A", Self.typeNS: "NS", 5: "CNAME", 6: "SOA", Self.typeAAAA: "AAAA"]
        return "\(name.isEmpty ? "." : name) \(types[type] ?? "TYPE\(type)")"
    }

    /// Reads a message; nil when it is no query, or has no question that can be read.
    init?(_ message: [UInt8]) {
        var cursor = Cursor(message[...])
        guard let id = cursor.number(2), let flags = cursor.number(2), flags & 0x8000 == 0,
            let questions = cursor.number(2), let answers = cursor.number(2), let authorities = cursor.number(2),
            let additionals = cursor.number(2)
        else { return nil }
        let start = cursor.rest.startIndex
        guard let name = Self.name(&cursor), let type = cursor.number(2), cursor.number(2) != nil else { return nil }
        self.id = UInt16(id)
        self.flags = UInt16(flags)
        self.name = name
        self.type = UInt16(type)
        question = Array(message[start..<cursor.rest.startIndex])
        let opt = Self.opt(&cursor)
        datagramSize = opt?.size
        cookie = opt?.cookie
        isWellFormed =
            questions == 1 && answers == 0 && authorities == 0 && additionals == (opt == nil ? 0 : 1)
            && cookie.map { DNSCookie.isLegal(count: $0.count) } ?? true
    }

    /// A name in labels; a question has nothing before it that a pointer could point to.
    private static func name(_ cursor: inout Cursor) -> String? {
        var labels: [String] = []
        var size = 1
        while let length = cursor.byte() {
            if length == 0 { return labels.joined(separator: ".") }
            size += Int(length) + 1
            guard length <= 63, size <= 255, let label = cursor.take(Int(length)) else { return nil }
            labels.append(String(decoding: label, as: UTF8.self).lowercased())
        }
        return nil
    }

    /// The class field of an OPT record, which is all that may follow a question, and the cookie among its options.
    private static func opt(_ cursor: inout Cursor) -> (size: UInt16, cookie: [UInt8]?)? {
        guard cursor.byte() == 0, cursor.number(2) == 41, let size = cursor.number(2), cursor.number(4) != nil,
            let data = cursor.vector(2)
        else { return nil }
        var options = Cursor(data)
        while let option = options.number(2), let value = options.vector(2) {
            if option == DNSCookie.option { return (UInt16(size), Array(value)) }
        }
        return (UInt16(size), nil)
    }
}
