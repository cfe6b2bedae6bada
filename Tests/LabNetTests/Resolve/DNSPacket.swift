import Testing

@testable import LabNet

/// A DNS message made by hand, field by field, so that any of them can be wrong.
struct DNSPacket {
    var id: UInt16
    var flags: UInt16 = 0x8180
    var question: [UInt8]
    var counts: (question: UInt16, answer: UInt16, authority: UInt16, additional: UInt16)?
    var answers: [[UInt8]] = []
    var authority: [[UInt8]] = []
    var additional: [[UInt8]] = []
    var tail: [UInt8] = []

    /// An ordinary answer to a query: the question copied, an OPT record, and nothing else yet.
    init(answering query: DNSQuery) {
        self.init(id: query.id, question: Array(query.questionSection))
    }

    init(id: UInt16, question: [UInt8]) {
        self.id = id
        self.question = question
        additional = [Self.opt]
    }

    var bytes: [UInt8] {
        let counts = counts ?? (1, UInt16(answers.count), UInt16(authority.count), UInt16(additional.count))
        let header = [id, flags, counts.question, counts.answer, counts.authority, counts.additional].flatMap(
            Self.number)
        return header + question + (answers + authority + additional).flatMap(\.self) + tail
    }

    // MARK: Parts

    static let opt: [UInt8] = [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]
    /// A pointer to the question's name.
    static let questionName: [UInt8] = [0xc0, 12]

    static func number(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }

    static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    static func record(
        _ owner: [UInt8] = questionName, type: UInt16, class: UInt16 = 1, ttl: UInt8 = 60, data: [UInt8],
        length: Int? = nil
    ) -> [UInt8] {
        owner + number(type) + number(`class`) + [0, 0, 0, ttl] + number(UInt16(length ?? data.count)) + data
    }

    static func address(_ literal: String, of owner: [UInt8] = questionName) -> [UInt8] {
        let address = IPAddress(literal) ?? .v4(0)
        return record(owner, type: address.family == .ip4 ? 1 : 28, data: address.bytes)
    }

    static func alias(_ owner: [UInt8] = questionName, to target: [UInt8]) -> [UInt8] {
        record(owner, type: 5, data: target)
    }
}

/// A generator whose sequence is the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        // SplitMix64.
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}

extension DNSQuery {
    /// A query with a known random sequence.
    static func sample(
        _ name: String = "registry-1.docker.io", _ type: DNSRecordType = .a, seed: UInt64 = 1, hasCookie: Bool = false
    ) throws -> DNSQuery {
        var generator = SeededGenerator(state: seed)
        let name = try #require(DNSName(name))
        let cookie = hasCookie ? DNSCookie(using: &generator) : nil
        return try DNSQuery(DNSQuestion(name: name, type: type), cookie: cookie, using: &generator)
    }
}
