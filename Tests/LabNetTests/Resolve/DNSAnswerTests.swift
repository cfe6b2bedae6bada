import Testing

@testable import LabNet

/// What an answer says besides its claim: cookies, lifetimes, aliases without an end, records of strangers.
@Suite struct DNSAnswerTests {
    let cookie: DNSCookie
    let query: DNSQuery

    init() throws {
        var generator = SeededGenerator(state: 9)
        cookie = DNSCookie(using: &generator)
        let name = try #require(DNSName("registry-1.docker.io"))
        query = try DNSQuery(DNSQuestion(name: name, type: .a), cookie: cookie, using: &generator)
    }

    private func parse(_ change: (inout DNSPacket) -> Void) throws -> DNSMessage {
        var packet = DNSPacket(answering: query)
        change(&packet)
        return try DNSMessage(packet.bytes, answering: query)
    }

    private func opt(_ data: [UInt8]) -> [UInt8] { DNSPacket.opt.dropLast() + [UInt8(data.count)] + data }

    private func option(code: UInt8 = 10, _ data: [UInt8]) -> [UInt8] { [0, code, 0, UInt8(data.count)] + data }

    // MARK: Cookies

    @Test(arguments: [8, 9, 20, 32]) func readsAnEchoedCookie(_ length: Int) throws {
        let message = try parse {
            $0.additional = [opt(option(cookie.bytes + [UInt8](repeating: 7, count: length)))]
        }
        #expect(message.cookie == .echoed && message.hasOPT)
    }

    /// What BIND 9.18 answered to a query of ours; ID, letter case and our half of the cookie are put in place.
    @Test func readsWhatBINDAnswers() throws {
        let heard = """
            1a2b850000010002000000010a52654769737472792d3106646f636b657202494f00000100010a72656769737472792d3106646f636b65
            7202696f00000100010000004d0004c0000202c026000100010000004d0004c000020100002904d000000000001c000a00180102030405
            060708010000006b01bda2372b4d6fb118ed68
            """
        let digits = heard.filter(\.isHexDigit).map { UInt8($0.hexDigitValue ?? 0) }
        var bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        bytes.replaceSubrange(0..<2, with: DNSPacket.number(query.id))
        bytes.replaceSubrange(12..<12 + query.questionSection.count, with: query.questionSection)
        bytes.replaceSubrange(bytes.count - 24..<bytes.count - 16, with: cookie.bytes)
        let message = try DNSMessage(bytes, answering: query)
        #expect(message.claim == .addresses([.v4(0xc000_0201), .v4(0xc000_0202)]))
        #expect(message.cookie == .echoed && message.keepsCase && message.isAuthoritative)
        #expect(message.timeToLive == 77 && !message.hasStrayRecords)
    }

    @Test func aCopyOfOurHalfIsNoEcho() throws {
        #expect(try parse { $0.additional = [opt(option(cookie.bytes))] }.cookie == .absent)
        #expect(try parse { _ in }.cookie == .absent)
        #expect(try parse { $0.additional = [] }.cookie == .absent)
        #expect(try parse { $0.additional = [opt(option(code: 3, cookie.bytes + cookie.bytes))] }.cookie == .absent)
    }

    @Test func noticesACookieThatIsNotOurs() throws {
        let other = cookie.bytes.map { $0 ^ 1 }
        for wrong in [
            other + other, [], Array(cookie.bytes.prefix(7)), cookie.bytes + [1],
            cookie.bytes + [UInt8](repeating: 0, count: 33),
        ] {
            #expect(try parse { $0.additional = [opt(option(wrong))] }.cookie == .wrong)
        }
    }

    @Test func aCookieThatWasNotAskedForSaysNothing() throws {
        let plain = try DNSQuery.sample()
        var packet = DNSPacket(answering: plain)
        packet.additional = [opt(option(cookie.bytes + cookie.bytes))]
        #expect(try DNSMessage(packet.bytes, answering: plain).cookie == .absent)
    }

    @Test func findsTheCookieAmongOtherOptions() throws {
        let message = try parse {
            $0.additional = [opt(option(code: 3, [1, 2]) + option(code: 15, []) + option(cookie.bytes + cookie.bytes))]
        }
        #expect(message.cookie == .echoed)
    }

    @Test(arguments: [[0], [0, 10, 0], [0, 10, 0, 9, 1, 2], [0, 10, 0xff, 0xff], [0, 3, 0, 0, 1]] as [[UInt8]])
    func refusesOptionsThatReachPastTheirRecord(_ data: [UInt8]) {
        // Behind the OPT record stands another, into which a careless reader would go on.
        let behind = DNSPacket.record(type: 16, data: [UInt8](repeating: 1, count: 60))
        #expect(throws: DNSError.overrun) { try parse { $0.additional = [opt(data), behind] } }
    }

    // MARK: Lifetimes

    private func address(_ literal: String, _ ttl: UInt8, of owner: [UInt8] = DNSPacket.questionName) -> [UInt8] {
        DNSPacket.record(owner, type: 1, ttl: ttl, data: IPAddress(literal)?.bytes ?? [])
    }

    @Test func theShortestLifetimeOfTheChainCounts() throws {
        let cdn = DNSPacket.name("cdn.example")
        #expect(try parse { $0.answers = [address("192.0.2.1", 60), address("192.0.2.2", 30)] }.timeToLive == 30)
        let message = try parse {
            $0.answers = [
                DNSPacket.record(type: 5, ttl: 20, data: cdn), address("192.0.2.1", 60, of: cdn),
                address("192.0.2.9", 5, of: DNSPacket.name("stranger.example")),
            ]
        }
        #expect(message.timeToLive == 20)
        #expect(try parse { _ in }.timeToLive == nil)
    }

    @Test func aNegativeAnswerLivesAsLongAsItsSOA() throws {
        let soa = DNSPacket.record(type: 6, ttl: 40, data: DNSPacket.questionName + DNSPacket.questionName)
        #expect(try parse { ($0.flags, $0.authority) = (0x8183, [soa]) }.timeToLive == 40)
        #expect(try parse { $0.authority = [soa] }.timeToLive == 40)
        #expect(try parse { $0.flags = 0x8182 }.timeToLive == nil)
    }

    @Test func aLifetimeWithTheHighestBitIsNone() throws {
        var record = address("192.0.2.1", 60)
        record[6] = 0x80
        #expect(try parse { $0.answers = [record] }.timeToLive == 0)
    }

    // MARK: Aliases and strangers

    @Test func anAliasWithoutAnEndIsAskedOnFor() throws {
        let alias = DNSPacket.alias(to: DNSPacket.name("cdn.example"))
        let target = try #require(DNSName("cdn.example"))
        #expect(try parse { $0.answers = [alias] }.claim == .alias(target))
        // With a SOA record the resolver has followed it, and there is nothing.
        let soa = DNSPacket.record(type: 6, data: DNSPacket.questionName + DNSPacket.questionName)
        #expect(try parse { ($0.answers, $0.authority) = ([alias], [soa]) }.claim == .noData)
        #expect(try parse { ($0.answers, $0.flags) = ([alias], 0x8183) }.claim == .noSuchName)
        #expect(try parse { ($0.answers, $0.flags) = ([alias], 0x8182) }.claim == .failure(responseCode: 2))
    }

    @Test func followsAChainOfSixteenAndNoLonger() throws {
        func chain(_ count: Int) -> [[UInt8]] {
            var owner = DNSPacket.questionName
            return (0..<count).map { number in
                let target = DNSPacket.name("n\(number).example")
                defer { owner = target }
                return DNSPacket.alias(owner, to: target)
            }
        }
        #expect(try parse { $0.answers = chain(16) }.claim == .alias(try #require(DNSName("n15.example"))))
        #expect(throws: DNSError.aliasLoop) { try parse { $0.answers = chain(17) } }
    }

    @Test func noticesRecordsOfStrangers() throws {
        let cdn = DNSPacket.name("cdn.example")
        let honest = [DNSPacket.alias(to: cdn), DNSPacket.address("192.0.2.1", of: cdn)]
        #expect(try !parse { $0.answers = honest }.hasStrayRecords)
        let stranger = DNSPacket.address("192.0.2.9", of: DNSPacket.name("stranger.example"))
        #expect(try parse { $0.answers = honest + [stranger] }.hasStrayRecords)
    }

    @Test func aReplyTakesWhatMatters() throws {
        let message = try parse {
            $0.answers = [address("192.0.2.1", 60)]
            $0.additional = [opt(option(cookie.bytes + cookie.bytes))]
        }
        let reply = try #require(Reply(message, elapsed: .milliseconds(9), hopLimit: 50, isControl: false))
        #expect(reply.claim == .addresses([.v4(0xc000_0201)]))
        #expect(reply.cookie == .echoed && reply.timeToLive == 60 && reply.records == 1 && reply.hopLimit == 50)
        let cut = try parse { $0.flags = 0x8380 }
        #expect(Reply(cut, elapsed: nil, hopLimit: nil, isControl: false) == nil)
        #expect(Reply(cut, elapsed: nil, hopLimit: nil, isControl: true) != nil)
    }
}
