internal import CAres

/// The record types that are asked for, by their numbers (RFC 1035 3.2.2, RFC 3596 2.1).
package enum DNSRecordType: UInt16, Hashable, Sendable {
    /// An IPv4 address.
    case a = 1
    /// A name server; asked of the root only, as the control question.
    case ns = 2
    /// An alias; never asked for, but followed in answers.
    case cname = 5
    /// An IPv6 address.
    case aaaa = 28

    /// The type as it is written everywhere: `A`, `AAAA`.
    package var mnemonic: String {
        switch self {
        case .a: "A"
        case .ns: "NS"
        case .cname: "CNAME"
        case .aaaa: "AAAA"
        }
    }
}

/// What is asked: a name and a type, class IN.
package struct DNSQuestion: Hashable, Sendable {
    /// The name.
    package var name: DNSName
    /// The type.
    package var type: DNSRecordType

    /// Joins the two.
    package init(name: DNSName, type: DNSRecordType) {
        self.name = name
        self.type = type
    }

    /// `. IN NS`: a question that every resolver can answer at once and that no censor cares about.
    package static let control = DNSQuestion(name: .root, type: .ns)
}

/// One query as it goes out: a random ID, random letter case in the name, EDNS.
package struct DNSQuery: Hashable, Sendable {
    /// The ID that an answer has to carry.
    package let id: UInt16
    /// What is asked.
    package let question: DNSQuestion
    /// The DNS cookie that goes along.
    package let cookie: DNSCookie?
    /// The whole message.
    package let bytes: [UInt8]

    /// The UDP payload that the query says it can take: fits every path unfragmented (DNS flag day 2020).
    package static let maximumPayload: Int32 = 1232

    /// Builds a query with RD set and an OPT record.
    ///
    /// The letter case is random because a resolver copies the question into its answer (draft-vixie-dnsext-dns0x20).
    ///
    /// - Parameter cookie: this resolver's in this run; nil sends none.
    package init(
        _ question: DNSQuestion, cookie: DNSCookie? = nil, using generator: inout some RandomNumberGenerator
    ) throws(DNSError) {
        // c-ares 1.18 does not decode `\DDD`: it would ask for another name.
        guard !question.name.description.contains("\\") else { throw .unaskable(status: labnet_ares_badname) }
        let id = UInt16.random(in: .min ... .max, using: &generator)
        let name = Self.mixingCase(of: question.name, using: &generator)
        self.id = id
        self.question = question
        self.cookie = cookie
        var bytes = try Self.encode(name: name, type: question.type, id: id)
        if let cookie { try Self.append(cookie, to: &bytes) }
        self.bytes = bytes
    }

    private static func mixingCase(
        of name: DNSName, using generator: inout some RandomNumberGenerator
    ) -> String {
        // A bit for each letter: asking the system for each by itself took longer than all the rest.
        var bits: UInt64 = 0
        var name = Array(name.description.utf8)
        for place in name.indices {
            if place % UInt64.bitWidth == 0 { bits = generator.next() }
            if bits & 1 == 1, UInt8(ascii: "a")...UInt8(ascii: "z") ~= name[place] { name[place] ^= 0x20 }
            bits >>= 1
        }
        return String(decoding: name, as: UTF8.self)
    }

    /// Puts a cookie into the message's OPT record, which c-ares writes last and without options (RFC 7873 4).
    private static func append(_ cookie: DNSCookie, to bytes: inout [UInt8]) throws(DNSError) {
        let opt = bytes.suffix(11)
        guard opt.starts(with: [0, 0, UInt8(DNSRecord.opt)]), opt.suffix(2).elementsEqual([0, 0]) else {
            throw .unaskable(status: labnet_ares_success)
        }
        let length = UInt8(cookie.bytes.count)
        bytes[bytes.count - 1] = 4 + length
        bytes += [0, UInt8(DNSCookie.option), 0, length] + cookie.bytes
    }

    /// The question section of the message, in the letter case that was sent.
    package var questionSection: ArraySlice<UInt8> { bytes[12..<12 + question.name.wire.count + 4] }

    private static func encode(name: String, type: DNSRecordType, id: UInt16) throws(DNSError) -> [UInt8] {
        var message: UnsafeMutablePointer<UInt8>?
        var length: Int32 = 0
        let classIN: Int32 = 1
        let status = ares_create_query(
            name, classIN, Int32(type.rawValue), id, 1, &message, &length, maximumPayload)
        guard status == labnet_ares_success, let message else { throw .unaskable(status: status) }
        // c-ares allocated the message, and only c-ares may free it.
        defer { ares_free_string(message) }
        return Array(UnsafeBufferPointer(start: message, count: Int(length)))
    }
}
