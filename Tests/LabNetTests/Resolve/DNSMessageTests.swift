import CAres
import Glibc
import Testing

@testable import LabNet

@Suite struct DNSMessageTests {
    let query: DNSQuery

    init() throws { query = try .sample() }

    private func parse(_ change: (inout DNSPacket) -> Void) throws -> DNSMessage {
        var packet = DNSPacket(answering: query)
        change(&packet)
        return try DNSMessage(packet.bytes, answering: query)
    }

    private func addresses(_ literals: String...) -> DNSClaim { .addresses(Set(literals.compactMap { IPAddress($0) })) }

    // MARK: Honest answers

    @Test func readsAddressesFlagsAndOPT() throws {
        let message = try parse { $0.answers = [DNSPacket.address("192.0.2.1"), DNSPacket.address("192.0.2.2")] }
        #expect(message.claim == addresses("192.0.2.1", "192.0.2.2"))
        #expect(message.hasOPT && message.keepsCase && message.offersRecursion)
        #expect(!message.isAuthoritative && !message.isTruncated)
        #expect(try parse { $0.flags = 0x8580 }.isAuthoritative)
        #expect(try parse { $0.additional = [] }.hasOPT == false)
        #expect(try parse { $0.flags = 0x8100 }.offersRecursion == false)
    }

    @Test func readsAAAA() throws {
        let query = try DNSQuery.sample("docker.io", .aaaa)
        var packet = DNSPacket(answering: query)
        packet.answers = [DNSPacket.address("2001:db8::1"), DNSPacket.address("192.0.2.1")]
        #expect(try DNSMessage(packet.bytes, answering: query).claim == addresses("2001:db8::1"))
    }

    @Test func followsAliasesInAnyOrder() throws {
        let (one, two) = (DNSPacket.name("one.example"), DNSPacket.name("TWO.example"))
        let records = [
            DNSPacket.address("192.0.2.9", of: two), DNSPacket.alias(one, to: DNSPacket.name("two.EXAMPLE")),
            DNSPacket.alias(to: one), DNSPacket.address("192.0.2.66", of: DNSPacket.name("stranger.example")),
        ]
        #expect(try parse { $0.answers = records }.claim == addresses("192.0.2.9"))
        #expect(try parse { $0.answers = Array(records[1...2]) }.claim == .alias(try #require(DNSName("two.example"))))
    }

    @Test(arguments: [
        (0x8180, DNSClaim.noData), (0x8183, .noSuchName), (0x8182, .failure(responseCode: 2)),
        (0x8185, .failure(responseCode: 5)), (0x8181, .failure(responseCode: 1)),
    ])
    func readsNegativeAnswers(_ flags: Int, _ claim: DNSClaim) throws {
        #expect(try parse { $0.flags = UInt16(flags) }.claim == claim)
    }

    @Test func anAddressBesideNXDOMAINSaysNothing() throws {
        let message = try parse {
            $0.flags = 0x8183
            $0.answers = [DNSPacket.address("192.0.2.1")]
        }
        #expect(message.claim == .noSuchName)
    }

    @Test func addsTheUpperBitsOfTheResponseCode() throws {
        let message = try parse { $0.additional = [[0, 0, 41, 4, 208, 1, 0, 0, 0, 0, 0]] }
        #expect(message.responseCode == 16)
        #expect(message.claim == .failure(responseCode: 16))
    }

    @Test func noticesAnotherLetterCase() throws {
        let message = try parse { $0.question = $0.question.map(DNSName.lowercase) }
        #expect(query.questionSection.map(DNSName.lowercase) != Array(query.questionSection))
        #expect(!message.keepsCase)
    }

    @Test func readsOnlyHeaderAndQuestionOfATruncatedAnswer() throws {
        let message = try parse {
            $0.flags = 0x8380
            $0.counts = (1, 40, 0, 1)
            $0.answers = [DNSPacket.address("192.0.2.1").dropLast(3)]
        }
        #expect(message.isTruncated && message.claim == nil)
    }

    // MARK: Hostile answers

    /// Each spoils one thing in an honest answer.
    static let hostile: [(name: String, error: DNSError, change: @Sendable (inout DNSPacket) -> Void)] = [
        ("QR is 0", .notResponse, { $0.flags = 0x0180 }),
        ("opcode NOTIFY", .wrongOpcode(4), { $0.flags = 0xa180 }),
        ("no question", .questionCount(0), { $0.counts = (0, 0, 0, 1) }),
        ("two questions", .questionCount(2), { $0.counts = (2, 0, 0, 1) }),
        ("another name", .wrongQuestion, { $0.question = DNSPacket.name("registry-2.docker.io") + [0, 1, 0, 1] }),
        ("a longer name", .wrongQuestion, { $0.question = DNSPacket.name("registry-1.docker.io.x") + [0, 1, 0, 1] }),
        ("another type", .wrongQuestion, { $0.question[$0.question.count - 3] = 28 }),
        ("another class", .wrongQuestion, { $0.question[$0.question.count - 1] = 3 }),
        ("counts promise more", .overrun, { $0.counts = (1, 0, 0, 2) }),
        ("OPT counted as an answer", .misplacedOPT, { $0.counts = (1, 1, 0, 0) }),
        ("counts promise 65535", .tooManyRecords(131070), { $0.counts = (1, 65535, 0, 65535) }),
        ("bytes at the end", .trailingBytes(3), { $0.tail = [1, 2, 3] }),
        (
            "name points to itself", .pointerLoop,
            { $0.answers = [DNSPacket.record([0xc0, 38], type: 1, data: [1, 2, 3, 4])] }
        ),
        (
            "name points forwards", .pointerLoop,
            { $0.answers = [DNSPacket.record([0xc0, 60], type: 1, data: [1, 2, 3, 4])] }
        ),
        (
            "name points past the end", .pointerLoop,
            { $0.answers = [DNSPacket.record([0xff, 0xff], type: 1, data: [])] }
        ),
        (
            "label and pointer in a circle", .pointerLoop,
            { $0.answers = [DNSPacket.record([1, 0x61, 0xc0, 38], type: 1, data: [])] }
        ),
        (
            "label of the reserved kind", .badLabel(0x80),
            { $0.answers = [DNSPacket.record([0x80, 1], type: 1, data: [])] }
        ),
        ("extended label", .badLabel(0x41), { $0.answers = [DNSPacket.record([0x41, 1], type: 1, data: [])] }),
        (
            "A of 5 bytes", .badRecordLength(type: 1, length: 5),
            { $0.answers = [DNSPacket.record(type: 1, data: [1, 2, 3, 4, 5])] }
        ),
        (
            "AAAA of 4 bytes", .badRecordLength(type: 28, length: 4),
            { $0.answers = [DNSPacket.record(type: 28, data: [1, 2, 3, 4])] }
        ),
        ("A of no bytes", .badRecordLength(type: 1, length: 0), { $0.answers = [DNSPacket.record(type: 1, data: [])] }),
        (
            "data longer than the message", .overrun,
            { $0.answers = [DNSPacket.record(type: 16, data: [1], length: 60_000)] }
        ),
        (
            "alias with something behind it", .badRecordLength(type: 5, length: 4),
            { $0.answers = [DNSPacket.alias(to: DNSPacket.questionName + [0, 0])] }
        ),
        ("alias to itself", .aliasLoop, { $0.answers = [DNSPacket.alias(to: DNSPacket.questionName)] }),
        (
            "aliases in a circle", .aliasLoop,
            {
                $0.answers = [
                    DNSPacket.alias(to: DNSPacket.name("b.example")),
                    DNSPacket.alias(DNSPacket.name("b.example"), to: DNSPacket.questionName),
                ]
            }
        ),
        ("two OPT records", .misplacedOPT, { $0.additional = [DNSPacket.opt, DNSPacket.opt] }),
        ("OPT among the answers", .misplacedOPT, { $0.answers = [DNSPacket.opt] }),
        ("OPT of a name", .misplacedOPT, { $0.additional = [DNSPacket.questionName + DNSPacket.opt.dropFirst()] }),
        (
            "name of more than 255 bytes", .nameTooLong,
            {
                let label = [63] + [UInt8](repeating: 0x61, count: 63)
                $0.answers = [DNSPacket.record(label + label + label + label + [0], type: 1, data: [1, 2, 3, 4])]
            }
        ),
    ]

    @Test(arguments: hostile.indices)
    func refuses(_ index: Int) {
        let (name, error, change) = Self.hostile[index]
        #expect(throws: error, "\(name)") { try parse(change) }
    }

    @Test func refusesAnotherID() {
        #expect(throws: DNSError.wrongID(query.id ^ 1)) { try parse { $0.id ^= 1 } }
    }

    @Test func refusesEveryBeginningOfAnAnswer() throws {
        var packet = DNSPacket(answering: query)
        packet.answers = [
            DNSPacket.alias(to: DNSPacket.name("b.example")),
            DNSPacket.address("192.0.2.1", of: DNSPacket.name("b.example")),
        ]
        let whole = packet.bytes
        #expect(try DNSMessage(whole, answering: query).claim == addresses("192.0.2.1"))
        for length in whole.indices {
            #expect(throws: DNSError.self) { try DNSMessage(Array(whole.prefix(length)), answering: query) }
        }
    }

    @Test func survivesMutation() throws {
        var generator = SeededGenerator(state: 42)
        var packet = DNSPacket(answering: query)
        packet.answers = [
            DNSPacket.alias(to: DNSPacket.name("cdn.example")), DNSPacket.address("192.0.2.1", of: [0xc0, 50]),
            DNSPacket.record(type: 28, data: [UInt8](repeating: 7, count: 16)),
        ]
        packet.authority = [DNSPacket.record(type: 6, data: DNSPacket.questionName + DNSPacket.questionName)]
        let options: [UInt8] = [0, 10, 0, 16] + [UInt8](1...16) + [0, 3, 0, 2, 7, 7]
        packet.additional = [DNSPacket.opt.dropLast() + [UInt8(options.count)] + options]
        let seed = packet.bytes
        var parsed = 0
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 2..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[place] = .random(in: .min ... .max, using: &generator)
                case 1: bytes[place] = [0xc0, 0xff, 0x3f, 0x40, 0x00].randomElement(using: &generator) ?? 0
                case 2: bytes.removeSubrange(place..<min(bytes.count, place + 3))
                default: bytes.insert(contentsOf: bytes[place...].prefix(5), at: place)
                }
                if bytes.count < 3 { break }
            }
            guard let message = try? DNSMessage(bytes, answering: query) else { continue }
            parsed += 1
            // Whatever was let through answers the question that was asked.
            #expect(message.flags & 0xf800 == 0x8000)
            #expect(message.claim?.addresses.allSatisfy { $0.family == .ip4 } ?? message.isTruncated)
        }
        #expect(parsed > 100)
    }

    /// 512 records whose names are all as long as names can be, by way of pointers: the dearest message that is read.
    @Test func readsTheDearestMessageQuickly() throws {
        var packet = DNSPacket(answering: query)
        // A chain of labels, each followed by a pointer to the one before it.
        var chain: [UInt8] = [1, 0x61, 0]
        let data = 12 + packet.question.count + 12
        for _ in 0..<120 {
            let target = data + chain.count - (chain.count == 3 ? 3 : 4)
            chain += [1, 0x61, 0xc0 | UInt8(target >> 8), UInt8(target & 0xff)]
        }
        packet.answers = [DNSPacket.record(type: 16, data: chain)]
        let last = data + chain.count - 4
        let pointer = [0xc0 | UInt8(last >> 8), UInt8(last & 0xff)]
        packet.answers += (0..<500).map { _ in DNSPacket.record(pointer, type: 16, data: []) }
        let bytes = packet.bytes
        let duration = try ContinuousClock().measure { _ = try DNSMessage(bytes, answering: query) }
        // A debug build on a busy machine; a reader that walks in squares or circles takes minutes.
        #expect(duration < .seconds(2))
    }

    /// Pointers to pointers add nothing to a name, so that they have a bound of their own: 8,000 of them, and 500 names that
    /// lead through all of them, made four million jumps of 22 kB.
    @Test func pointersToPointersHaveABound() {
        var packet = DNSPacket(answering: query)
        let data = 12 + packet.question.count + 12
        var chain: [UInt8] = [1, 0x61, 0]
        var target = data
        for _ in 0..<8_000 {
            let here = data + chain.count
            chain += [0xc0 | UInt8(target >> 8), UInt8(target & 0xff)]
            target = here
        }
        packet.answers = [DNSPacket.record(type: 16, data: chain)]
        let pointer = [0xc0 | UInt8(target >> 8), UInt8(target & 0xff)]
        packet.answers += (0..<500).map { _ in DNSPacket.record(pointer, type: 16, data: []) }
        let bytes = packet.bytes
        #expect(throws: DNSError.pointerLoop) { try DNSMessage(bytes, answering: query) }
    }

    // MARK: The other parser

    /// c-ares reads honest answers as we do.
    @Test(arguments: 0..<50) func agreesWithCAres(_ seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        var packet = DNSPacket(answering: query)
        var owner = DNSPacket.questionName
        for index in 0..<Int.random(in: 0...3, using: &generator) {
            let target = DNSPacket.name("alias\(index).example")
            packet.answers.append(DNSPacket.alias(owner, to: target))
            owner = target
        }
        let literals = (0..<Int.random(in: 1...5, using: &generator)).map { "192.0.2.\($0 + 1)" }
        packet.answers += literals.map { DNSPacket.address($0, of: owner) }

        let bytes = packet.bytes
        var addresses = [ares_addrttl](repeating: ares_addrttl(), count: 16)
        var count: Int32 = 16
        #expect(ares_parse_a_reply(bytes, Int32(bytes.count), nil, &addresses, &count) == labnet_ares_success)
        let theirs = addresses.prefix(Int(count)).map { IPAddress.v4(UInt32(bigEndian: $0.ipaddr.s_addr)) }
        #expect(try DNSMessage(bytes, answering: query).claim == .addresses(Set(theirs)))
        #expect(theirs.count == literals.count)
    }
}
