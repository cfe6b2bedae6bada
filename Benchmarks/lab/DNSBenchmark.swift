import LabNet

/// A question, an answer, and what is made of it.
enum DNSBenchmark {
    /// The question cannot be asked.
    private struct Unaskable: Error {}

    @Sendable static func run() async throws {
        var generator = SystemRandomNumberGenerator()
        guard let name = DNSName("registry-1.docker.io") else { throw Unaskable() }
        let question = DNSQuestion(name: name, type: .a)
        let cookie = DNSCookie(using: &generator)
        let query = try DNSQuery(question, cookie: cookie, using: &generator)
        let datagram = answer(to: query)
        let table = MicroBenchmark("DNS")
        try table.time("encode a query") {
            try DNSQuery(question, cookie: cookie, using: &generator).bytes.count
        }
        try table.time("decode an answer of eight addresses, \(datagram.count) bytes") {
            try DNSMessage(datagram, answering: query).answers.count
        }
        let first = [evidence(1, [try reply(datagram, to: query)])]
        table.time("verdict on an answer, the first of a lookup") {
            Verdict.judge(first, forger: Forger(), isFinal: false).count
        }
        try table.time("datagram to verdict, the first of a lookup") {
            Verdict.judge([evidence(1, [try reply(datagram, to: query)])], forger: Forger(), isFinal: false).count
        }
        // As many as an ordinary lookup hears at all: two types at each resolver of the first wave.
        let forged = Reply(
            claim: .addresses([.v4(0x0808_0404)]), elapsed: .milliseconds(12), hopLimit: 99, hasOPT: false)
        let earlier = (1...11).map { evidence($0, [forged, forged, forged]) }
        try table.time("datagram to verdict, after 33 forged ones") {
            Verdict.judge(
                earlier + [evidence(12, [try reply(datagram, to: query)])], forger: Forger(), isFinal: false
            ).count
        }
    }

    private static func reply(_ datagram: [UInt8], to query: DNSQuery) throws -> Reply {
        let message = try DNSMessage(datagram, answering: query)
        let reply = Reply(message, elapsed: .milliseconds(151), hopLimit: 52, isControl: false)
        guard let reply else { throw Unaskable() }
        return reply
    }

    private static func evidence(_ number: Int, _ replies: [Reply]) -> Evidence {
        let place = Endpoint(address: .v4(0x0909_0900 + UInt32(number)), port: 53)
        return Evidence(
            resolver: ResolverAddress(place), type: .a,
            baseline: Baseline(roundTrip: .milliseconds(150), hopLimit: 52, hasOPT: true), replies: replies)
    }

    /// Eight addresses and an OPT record, as a resolver writes them (RFC 1035 4.1).
    private static func answer(to query: DNSQuery) -> [UInt8] {
        let header = Array(query.bytes.prefix(2)) + [0x81, 0x80, 0, 1, 0, 8, 0, 0, 0, 1]
        let records = (1...8).flatMap { number -> [UInt8] in
            [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, number]
        }
        let opt: [UInt8] = [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]
        return header + query.questionSection + records + opt
    }
}
