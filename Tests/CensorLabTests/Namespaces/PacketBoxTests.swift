import LabNet
import Testing

@testable import CensorLab

/// What each box reads in each way of cutting a hello, and what it does then.
struct PacketBoxTests {
    private static let name = "registry.lab.example"

    private static func rules(_ assembly: PacketBox.Assembly, _ reader: Reading.Reader) -> PacketBox.Rules {
        var tls = TLSBox.Rules(reader: reader, names: ["lab.example"])
        tls.residual = .seconds(180)
        return PacketBox.Rules(assembly, tls: tls)
    }

    /// The hello as each strategy of a client sends it, in TCP segments.
    enum Cut: String, CaseIterable {
        case plain, segments, records, both, disorder

        var pieces: [[UInt8]] {
            let hello = Hello.bytes(name: PacketBoxTests.name)
            let inside = hello.count - 8
            let torn = Hello.cut(hello, after: inside - 5)
            return switch self {
            case .plain: [hello]
            case .segments: [Array(hello.prefix(inside)), Array(hello.dropFirst(inside))]
            case .records: [torn]
            case .both, .disorder: [Array(torn.prefix(inside)), Array(torn.dropFirst(inside))]
            }
        }
    }

    /// The cuts that get past each box.
    private static let passing: [(PacketBox.Assembly, Reading.Reader, Set<Cut>)] = [
        (.packets, .segments, [.segments, .records, .both, .disorder]),
        (.packets, .records, [.segments, .both, .disorder]),
        (.arrival, .segments, [.records, .both, .disorder]),
        (.arrival, .records, [.disorder]),
        (.sequence, .segments, [.records, .both, .disorder]),
        (.sequence, .records, []),
    ]

    @Test(arguments: Cut.allCases) func readsWhatItCanPutTogether(cut: Cut) {
        for (assembly, reader, passing) in Self.passing {
            var path = Path(Self.rules(assembly, reader))
            path.open()
            let rulings = cut == .disorder ? path.sendDisordered(cut.pieces) : path.send(pieces: cut.pieces)
            let isKilled = rulings.contains { $0.verdict == .killed(.reset) }
            #expect(isKilled != passing.contains(cut), "\(assembly), \(reader), \(cut)")
            #expect(rulings.allSatisfy { $0.passes })
        }
    }

    @Test func resetsBothEndsWithTheNumbersThatTheyExpect() throws {
        var path = Path(Self.rules(.sequence, .records))
        path.open()
        let hello = Hello.bytes(name: Self.name)
        let ruling = try #require(path.send(pieces: [hello]).first)
        let expected = 1_001 + UInt32(hello.count)
        let (client, server) = (ruling.segments(toward: .inside), ruling.segments(toward: .outside))
        #expect(client.map(\.sequence) == [5_001, 6_461, 9_381])
        #expect(
            client.allSatisfy {
                $0.acknowledgement == expected && $0.flags == TCPSegment.Flags([.reset, .acknowledge])
            })
        #expect(server.map(\.sequence) == [expected, expected + 1_460, expected + 4_380])
        #expect(server.allSatisfy { $0.acknowledgement == 5_001 && $0.sourcePort == 40_000 })
        #expect(ruling.emissions.filter { $0.toward == .inside }.allSatisfy { $0.delay == .milliseconds(11) })
    }

    @Test func aRetransmittedPieceResetsTheServerAtTheEndOfAll() {
        var path = Path(Self.rules(.sequence, .records))
        path.open()
        let rulings = path.sendDisordered(Cut.disorder.pieces)
        let all = Cut.disorder.pieces.joined().count
        #expect(rulings.last?.segments(toward: .outside).first?.sequence == 1_001 + UInt32(all))
    }

    @Test(arguments: [ForgedReset.first, .second, .third, .oneSided]) func resetsLookAsMeasured(kind: ForgedReset) {
        var rules = Self.rules(.sequence, .segments)
        rules.reset = kind
        var path = Path(rules)
        path.open()
        let ruling = path.send(pieces: Cut.plain.pieces)[0]
        let frames = ruling.emissions.compactMap { Packet(frame: $0.frame) }
        #expect(frames.count == kind.offsets.count * (kind.reachesServer ? 2 : 1))
        #expect(frames.allSatisfy { $0.forbidsFragments == (kind == .second) })
        #expect(frames.allSatisfy { $0.hopLimit == (kind == .third ? 248 : 64) })
        #expect(ruling.segments(toward: .inside).allSatisfy { $0.flags.contains(.acknowledge) == (kind != .first) })
        #expect(ruling.segments(toward: .outside).isEmpty == (kind == .oneSided))
    }

    @Test func theResidualKillsEveryConnectionToTheSameEndpointUntilItEnds() {
        var path = Path(Self.rules(.arrival, .records))
        path.open()
        _ = path.send(pieces: Cut.plain.pieces)
        let harmless = Hello.bytes(name: "other.example")
        path.now = .seconds(179)
        #expect(path.open(port: 40_001).passes)
        #expect(path.send(pieces: [harmless])[0].verdict == .penalised(.reset))
        path.server = "198.51.100.20"
        path.open(port: 40_002)
        #expect(path.send(pieces: [harmless])[0].verdict == .forwarded)
        path.server = "198.51.100.10"
        path.now = .seconds(180)
        path.open(port: 40_003)
        #expect(path.send(pieces: [harmless])[0].verdict == .forwarded)
    }

    @Test func aBlackHoleSwallowsTheConnectionAndThenTheEndpoint() {
        var rules = Self.rules(.arrival, .records)
        rules.tls.action = .blackhole
        var path = Path(rules)
        path.open()
        let ruling = path.send(pieces: Cut.plain.pieces)[0]
        #expect(!ruling.passes && ruling.emissions.isEmpty)
        #expect(!path.answer([1], sequence: 5_001).passes)
        path.now = .seconds(1)
        #expect(!path.open(port: 40_001).passes)
        path.now = .seconds(181)
        #expect(path.open(port: 40_002).passes)
    }

    @Test func aBoxWithoutAResidualKeepsTheKilledConnectionSwallowed() {
        var rules = Self.rules(.arrival, .records)
        rules.tls.action = .blackhole
        rules.tls.residual = nil
        var path = Path(rules)
        path.open()
        _ = path.send(pieces: Cut.plain.pieces)
        #expect(!path.send(pieces: [[1]])[0].passes)
        #expect(path.open(port: 40_001).passes)
    }

    @Test func anAlertComesInTheServersName() {
        var rules = Self.rules(.arrival, .records)
        rules.tls.action = .alert(112)
        var path = Path(rules)
        path.open()
        let ruling = path.send(pieces: Cut.plain.pieces)[0]
        #expect(ruling.segments(toward: .inside).map(\.payload) == [[21, 3, 3, 0, 2, 2, 112]])
        #expect(ruling.segments(toward: .inside)[0].flags.contains(.finish))
        #expect(ruling.segments(toward: .outside).allSatisfy { $0.flags.contains(.reset) })
    }

    @Test func aStreamIsCutWhereTheRulesSay() {
        for action in [TLSBox.Action.blackhole, .reset] {
            var rules = Self.rules(.sequence, .records)
            rules.tls.names = []
            rules.tls.cut = TLSBox.Cut(afterBytes: 2_000, action: action)
            var path = Path(rules)
            path.open()
            let piece = [UInt8](repeating: 1, count: 1_000)
            #expect(path.answer(piece, sequence: 5_001).passes)
            #expect(path.answer(piece, sequence: 6_001).passes)
            // Sent again, it counts once.
            #expect(path.answer(piece, sequence: 6_001).passes)
            let ruling = path.answer(piece, sequence: 7_001)
            #expect(!ruling.passes)
            #expect(ruling.segments(toward: .inside).first?.sequence == (action == .reset ? 7_001 : nil))
            #expect(!path.answer(piece, sequence: 5_001).passes)
        }
    }

    @Test func aConnectionWhoseBeginningItHasNotSeenIsLeftAlone() {
        var path = Path(Self.rules(.sequence, .records))
        #expect(path.send(pieces: Cut.plain.pieces)[0].verdict == nil)
        var stateless = Path(Self.rules(.packets, .segments))
        #expect(stateless.send(pieces: Cut.plain.pieces)[0].verdict == .killed(.reset))
    }

    @Test func helloesWithoutNamesAndInSeveralSegmentsAreTreatedAsTheRulesSay() {
        var rules = Self.rules(.sequence, .records)
        rules.tls.nameless = .blackhole
        rules.tls.fragmented = .reset
        var path = Path(rules)
        path.open()
        #expect(path.send(pieces: [Hello.bytes(name: nil)])[0].verdict == .killed(.blackhole))
        path.open(port: 40_001)
        let harmless = Hello.bytes(name: "other.example")
        let rulings = path.send(pieces: [Array(harmless.prefix(9)), Array(harmless.dropFirst(9))])
        #expect(rulings[0].verdict == nil && rulings[1].verdict == .killed(.reset))
    }
}
