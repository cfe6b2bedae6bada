import LabNet
import Testing

@testable import CensorLab

/// What a censor does to frames besides reading hellos.
struct PathCensorTests {
    private static let pool = [IPAddress("192.0.2.66"), IPAddress("192.0.2.67")].compactMap { $0 }

    private static func injector(_ change: (inout PathInjector) -> Void = { _ in }) -> PathInjector {
        var injector = PathInjector(Injector(names: ["lab.example"], delay: .milliseconds(8), addresses: pool))
        change(&injector)
        return injector
    }

    private static func query(to port: UInt16 = 53, name: String = "registry.lab.example") -> [UInt8] {
        let header: [UInt8] = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        let message = header + DNSReply.wireName(name) + [0, 1, 0, 1]
        return Packet(
            link: Path.link, from: .v4(0x0A4D_0102), to: .v4(0xCB00_7135), hopLimit: 63,
            content: .udp(UDPDatagram(from: 4_321, to: port, payload: message))
        ).frame
    }

    @Test func answersInTheResolversNameAndLetsTheQueryPass() throws {
        var censor = PathCensor(injectors: [Self.injector { $0.injector.hopLimit = 120 }], box: nil, limit: nil)
        let ruling = censor.see(Self.query(), from: .inside, at: .zero)
        #expect(ruling.passes)
        let emission = try #require(ruling.emissions.first)
        #expect(emission.toward == .inside && emission.delay == .milliseconds(8))
        let packet = try #require(Packet(frame: emission.frame))
        #expect(packet.link == Path.link.reversed)
        #expect(packet.source == .v4(0xCB00_7135) && packet.destination == .v4(0x0A4D_0102))
        #expect(packet.hopLimit == 120 && !packet.forbidsFragments)
        guard case .udp(let answer) = packet.content else {
            Issue.record("not UDP")
            return
        }
        #expect(answer.sourcePort == 53 && answer.destinationPort == 4_321)
        #expect(answer.payload.prefix(2) == [0x12, 0x34])
        #expect(answer.payload.suffix(4) == [192, 0, 2, 66])
    }

    @Test func mirrorsTheQuerysHopLimit() {
        var censor = PathCensor(injectors: [Self.injector { $0.mirrorsHopLimit = true }], box: nil, limit: nil)
        let ruling = censor.see(Self.query(), from: .inside, at: .zero)
        #expect(ruling.emissions.compactMap { Packet(frame: $0.frame)?.hopLimit } == [63])
    }

    @Test func eachDeviceGoesRoundItsAddresses() {
        let devices = [Self.injector { $0.injector.count = 2 }, Self.injector { $0.forbidsFragments = true }]
        var censor = PathCensor(injectors: devices, box: nil, limit: nil)
        let last = (0..<2).flatMap { _ in
            censor.see(Self.query(), from: .inside, at: .zero).emissions.compactMap { $0.frame.last }
        }
        #expect(last == [66, 67, 66, 66, 67, 67])
    }

    @Test func otherNamesOtherPortsAndTheOtherWayAreLeftAlone() {
        var censor = PathCensor(injectors: [Self.injector()], box: nil, limit: nil)
        #expect(censor.see(Self.query(name: "other.example"), from: .inside, at: .zero).emissions.isEmpty)
        #expect(censor.see(Self.query(to: 54), from: .inside, at: .zero).emissions.isEmpty)
        #expect(censor.see(Self.query(), from: .outside, at: .zero).emissions.isEmpty)
    }

    @Test func whatIsTooLongIsLostWithoutAWord() {
        let frame = Self.query()
        let size = frame.count - 14
        var censor = PathCensor(injectors: [Self.injector()], box: nil, limit: size)
        #expect(censor.see(frame, from: .inside, at: .zero).passes)
        censor = PathCensor(injectors: [Self.injector()], box: nil, limit: size - 1)
        let ruling = censor.see(frame, from: .inside, at: .zero)
        #expect(!ruling.passes && ruling.emissions.isEmpty)
    }

    @Test func whatIsNoPacketPasses() {
        var censor = PathCensor(injectors: [Self.injector()], box: nil, limit: 100)
        for frame in [[], [1], [UInt8](repeating: 0xFF, count: 60)] as [[UInt8]] {
            let ruling = censor.see(frame, from: .inside, at: .zero)
            #expect(ruling.passes && ruling.emissions.isEmpty && ruling.events.isEmpty)
        }
    }

    @Test func framesLeaveInTheOrderOfTheirTimes() {
        var queue = DepartureQueue<Int>()
        for (item, due) in [(1, 10), (2, 10), (3, 5), (4, 10), (5, 20)] {
            queue.insert(item, due: .milliseconds(due))
        }
        #expect(queue.next == .milliseconds(5))
        var left: [Int] = []
        while let item = queue.popDue(at: .milliseconds(10)) { left.append(item) }
        #expect(left == [3, 1, 2, 4])
        for item in 0..<5_000 { queue.insert(item, due: .milliseconds(30)) }
        while let item = queue.popDue(at: .seconds(1)) { left.append(item) }
        #expect(left.count == 4 + 1 + 5_000)
        #expect(queue.next == nil)
    }
}
