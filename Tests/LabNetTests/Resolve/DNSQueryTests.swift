import Testing

@testable import LabNet

@Suite struct DNSQueryTests {
    @Test func carriesIDQuestionAndOPT() throws {
        let query = try DNSQuery.sample()
        let lower = query.bytes[12...].map(DNSName.lowercase)
        #expect(query.bytes.starts(with: DNSPacket.number(query.id) + [1, 0, 0, 1, 0, 0, 0, 0, 0, 1]))
        #expect(lower.starts(with: DNSPacket.name("registry-1.docker.io") + [0, 1, 0, 1]))
        #expect(Array(query.bytes.suffix(11)) == DNSPacket.opt)
        #expect(query.bytes.count == 12 + query.questionSection.count + 11)
    }

    @Test func mixesTheLetterCaseDifferentlyEachTime() throws {
        let queries = try (0..<20).map { try DNSQuery.sample(seed: $0) }
        #expect(Set(queries.map { Array($0.questionSection) }).count > 15)
        #expect(Set(queries.map(\.id)).count > 15)
        #expect(
            queries.allSatisfy {
                $0.questionSection.map(DNSName.lowercase) == queries[0].questionSection.map(DNSName.lowercase)
            })
    }

    @Test func mixesTheCaseOfEveryLetter() throws {
        let name = Array(repeating: String(repeating: "a", count: 62), count: 4).joined(separator: ".")
        let sections = try (0..<40).map { Array(try DNSQuery.sample(name, seed: $0).questionSection) }
        for place in sections[0].indices where DNSName.lowercase(sections[0][place]) == UInt8(ascii: "a") {
            #expect(Set(sections.map { $0[place] }).count == 2, "letter at \(place)")
        }
    }

    @Test func asksForTheRoot() throws {
        var generator = SeededGenerator(state: 7)
        let query = try DNSQuery(.control, using: &generator)
        #expect(Array(query.questionSection) == [0, 0, 2, 0, 1])
    }

    @Test func asksForTheLongestName() throws {
        let label = String(repeating: "a", count: 63)
        let name = [label, label, label, String(repeating: "b", count: 61)].joined(separator: ".")
        #expect(name.utf8.count == 253)
        let query = try DNSQuery.sample(name, .aaaa)
        #expect(query.questionSection.count == 255 + 4)
        #expect(DNSName(name + "x") == nil)
    }

    @Test(arguments: [
        "", "a..b", ".a", "a b", "ä.example", String(repeating: "a", count: 64) + ".net", "1.2.3.4", "::1",
    ])
    func refusesWhatIsNoName(_ text: String) {
        #expect(DNSName(text) == nil)
    }

    @Test func writesBytesThatAreNotLettersSafely() {
        let name = DNSName(wire: [3, 0x41, 0x2e, 0x1b, 2, 0xff, 0x5c, 0])
        #expect(name.description == "a\\046\\027.\\255\\092")
    }

    @Test func carriesACookieInItsOPTRecord() throws {
        var generator = SeededGenerator(state: 3)
        let cookie = DNSCookie(using: &generator)
        let name = try #require(DNSName("docker.io"))
        let query = try DNSQuery(DNSQuestion(name: name, type: .a), cookie: cookie, using: &generator)
        #expect(cookie.bytes.count == 8)
        #expect(
            Array(query.bytes.suffix(23))
                == [0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 12, 0, 10, 0, 8] + cookie.bytes)
        #expect(query.bytes.count == 12 + query.questionSection.count + 23)
        #expect(DNSCookie(using: &generator) != cookie)
    }
}
