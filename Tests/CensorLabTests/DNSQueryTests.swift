import LabNet
import Testing

@testable import CensorLab

/// Queries by hand (RFC 1035 4.1).
enum Query {
    static func bytes(
        _ name: String, type: UInt16 = DNSQuery.typeA, id: UInt16 = 0x1234, flags: UInt16 = 0x0100, edns: Bool = true,
        answers: UInt16 = 0, cookie: [UInt8]? = nil
    ) -> [UInt8] {
        let counts: [UInt16] = [1, answers, 0, edns ? 1 : 0]
        var bytes = id.networkBytes + flags.networkBytes + counts.flatMap(\.networkBytes)
        bytes += DNSReply.wireName(name) + type.networkBytes + [0, 1]
        let options = cookie.map { UInt16(10).networkBytes + UInt16($0.count).networkBytes + $0 } ?? []
        let opt = [0, 0, 41, 4, 208, 0, 0, 0, 0] + UInt16(options.count).networkBytes + options
        return edns ? bytes + opt : bytes
    }
}

struct DNSQueryTests {
    @Test func readsWhatIsAsked() throws {
        let query = try #require(DNSQuery(Query.bytes("Registry.Lab.Example", type: DNSQuery.typeAAAA)))
        #expect(query.id == 0x1234)
        #expect(query.name == "registry.lab.example")
        #expect(query.type == DNSQuery.typeAAAA)
        #expect(query.datagramSize == 1_232)
        #expect(query.isWellFormed)
        // Letter case goes back as it came.
        #expect(query.question.starts(with: [8] + Array("Registry".utf8)))
    }

    @Test func readsCookies() throws {
        for (count, isLegal) in [(8, true), (16, true), (40, true), (0, false), (7, false), (9, false), (41, false)] {
            let cookie = (0..<count).map { UInt8($0) }
            let query = try #require(DNSQuery(Query.bytes("a.example", cookie: cookie)))
            #expect(query.cookie == cookie)
            #expect(query.datagramSize == 1_232)
            #expect(query.isWellFormed == isLegal, "\(count) bytes")
        }
        #expect(try #require(DNSQuery(Query.bytes("a.example"))).cookie == nil)
    }

    @Test func aCookieIsTheClientsOwn() {
        let cookie = [UInt8](1...8)
        let server = DNSCookie.serverPart(for: cookie, of: .v4(1))
        #expect(server.count == 8)
        #expect(server == DNSCookie.serverPart(for: cookie + [9, 9, 9, 9, 9, 9, 9, 9], of: .v4(1)))
        #expect(server != DNSCookie.serverPart(for: cookie, of: .v4(2)))
        #expect(server != DNSCookie.serverPart(for: cookie.reversed(), of: .v4(1)))
        #expect(DNSCookie.option(answering: cookie + [9], server: server) == [0, 10, 0, 16] + cookie + server)
    }

    @Test func readsTheRoot() throws {
        let query = try #require(DNSQuery(Query.bytes("", type: DNSQuery.typeNS, edns: false)))
        #expect(query.name == "")
        #expect(!query.hasOPT)
        #expect(query.description == ". NS")
    }

    @Test func refusesWhatIsNoQuery() {
        let bytes = Query.bytes("a.example", edns: false)
        #expect(DNSQuery(Query.bytes("a.example", flags: 0x8180)) == nil)
        for count in 0..<bytes.count { #expect(DNSQuery(Array(bytes.prefix(count))) == nil, "\(count) bytes") }
        #expect(DNSQuery(Array(bytes.prefix(12)) + [0xC0, 0x0C, 0, 1, 0, 1]) == nil)
        #expect(DNSQuery(Array(bytes.prefix(12)) + [UInt8](repeating: 1, count: 400)) == nil)
    }

    @Test func wrongCountsAreAFormatErrorToAResolverAndNothingToAnInjector() throws {
        let query = try #require(DNSQuery(Query.bytes("a.example", answers: 1)))
        #expect(Zone([:]).reply(to: query).flags & 0x000F == 1)
        let injector = Injector(names: ["example"], delay: .zero, addresses: [.v4(1)])
        #expect(injector.forgery(for: query, turn: 0)?.addresses == [.v4(1)])
    }
}

struct ZoneTests {
    private let zone = Zone([
        "a.example": .addresses([.v4(0x7F00_0001), .v6(high: 0, low: 1), .v4(0x7F00_0002)]),
        "alias.example": .alias("a.example"), "dangling.example": .alias("gone.example"),
        "circle.example": .alias("circle.example"),
    ])

    private func reply(_ name: String, type: UInt16 = DNSQuery.typeA) throws -> DNSReply {
        zone.reply(to: try #require(DNSQuery(Query.bytes(name, type: type))))
    }

    @Test func givesAddressesOfTheFamilyAsked() throws {
        let four = try reply("A.example")
        #expect(four.flags == 0x8180)
        #expect(four.answers.map(\.data) == [[127, 0, 0, 1], [127, 0, 0, 2]])
        #expect(four.authorities.isEmpty)
        #expect(try reply("a.example", type: DNSQuery.typeAAAA).answers.map(\.data.count) == [16])
    }

    @Test func deniesWithAnAuthority() throws {
        let missing = try reply("b.example")
        #expect(missing.flags == 0x8183)
        #expect(missing.authorities.map(\.type) == [6])
        let empty = try reply("a.example", type: 16)
        #expect(empty.flags == 0x8180)
        #expect(empty.answers.isEmpty)
        #expect(empty.authorities.map(\.type) == [6])
    }

    @Test func followsAliases() throws {
        #expect(try reply("alias.example").answers.map(\.type) == [5, 1, 1])
        #expect(try reply("dangling.example").flags == 0x8183)
        #expect(try reply("circle.example").answers.count == 5)
    }

    @Test func knowsTheRootsServers() throws { #expect(try reply("", type: DNSQuery.typeNS).answers.count == 3) }

    @Test func truncatesWhatOutgrowsADatagram() throws {
        let many = Zone(["many.example": .addresses((0..<100).map { .v4($0) })])
        let query = try #require(DNSQuery(Query.bytes("many.example", edns: false)))
        let reply = many.reply(to: query)
        #expect(reply.message(answering: query, limit: 512).count < 100)
        #expect(reply.message(answering: query, limit: 512)[2] & 0x02 != 0)
        #expect(reply.message(answering: query, limit: 65_535)[2] & 0x02 == 0)
    }
}

struct InjectorTests {
    private let pool: [IPAddress] = [.v4(1), .v4(2), .v4(3), .v6(high: 1, low: 1)]

    @Test func looksAsMeasured() throws {
        let query = try #require(DNSQuery(Query.bytes("www.blocked.example")))
        let injector = Injector(names: ["blocked.example"], delay: .zero, addresses: pool)
        let bytes = try #require(injector.forgery(for: query, turn: 0)).message
        // ID, flags, one question, one answer, nothing else, no OPT; the answer's name is a pointer to the question's.
        #expect(Array(bytes.prefix(12)) == [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0])
        #expect(Array(bytes.dropFirst(12).prefix(query.question.count)) == query.question)
        let record = Array(bytes.dropFirst(12 + query.question.count))
        #expect(record == [0xC0, 0x0C, 0, 1, 0, 1, 0, 0, 0, 120, 0, 4, 0, 0, 0, 1])
    }

    @Test func givesItsAddressesInACycle() throws {
        let query = try #require(DNSQuery(Query.bytes("blocked.example")))
        let injector = Injector(names: ["blocked.example"], delay: .zero, addresses: pool)
        let given = (0..<4).compactMap { injector.forgery(for: query, turn: $0)?.addresses.first }
        #expect(given == [.v4(1), .v4(2), .v4(3), .v4(1)])
        let six = try #require(DNSQuery(Query.bytes("blocked.example", type: DNSQuery.typeAAAA)))
        #expect(injector.forgery(for: six, turn: 5)?.addresses == [.v6(high: 1, low: 1)])
    }

    @Test func imitatesWhatItIsToldTo() throws {
        let query = try #require(DNSQuery(Query.bytes("blocked.example")))
        var injector = Injector(names: ["blocked.example"], delay: .zero, addresses: pool)
        injector.flags = 0x8580
        injector.mirrorsOPT = true
        injector.mistakesID = true
        let bytes = try #require(injector.forgery(for: query, turn: 0)).message
        #expect(Array(bytes.prefix(12)) == [0xED, 0xCB, 0x85, 0x80, 0, 1, 0, 1, 0, 0, 0, 1])
        let cookie = [UInt8](1...8)
        let asking = try #require(DNSQuery(Query.bytes("Blocked.example", cookie: cookie)))
        let plain = try #require(injector.forgery(for: asking, turn: 0)).message
        injector.mirrorsCookie = true
        injector.lowersCase = true
        let mirrored = try #require(injector.forgery(for: asking, turn: 0)).message
        #expect(mirrored.count == plain.count + 4 + 16)
        #expect(Array(mirrored.suffix(22).prefix(14)) == [0, 20, 0, 10, 0, 16] + cookie)
        #expect(Array(plain[12..<20]) == [7] + Array("Blocked".utf8))
        #expect(Array(mirrored[12..<20]) == [7] + Array("blocked".utf8))
        injector.answer = .nothing
        injector.flags = 0x8183
        let denial = try #require(injector.forgery(for: query, turn: 0)).message
        #expect(Array(denial[2..<8]) == [0x81, 0x83, 0, 1, 0, 0])
    }

    @Test func isSilentWhereItHasNothingToSay() throws {
        let injector = Injector(names: ["blocked.example"], delay: .zero, addresses: [.v4(1)])
        for type: UInt16 in [DNSQuery.typeAAAA, 16, DNSQuery.typeNS] {
            let query = try #require(DNSQuery(Query.bytes("blocked.example", type: type)))
            #expect(injector.forgery(for: query, turn: 0) == nil)
        }
    }

    @Test func namesMeanThemselvesAndWhatIsBelow() {
        let names: NameList = ["Blocked.example"]
        #expect(names.contains("blocked.example"))
        #expect(names.contains("a.b.BLOCKED.example"))
        #expect(!names.contains("unblocked.example"))
        #expect(!names.contains("example"))
    }
}
