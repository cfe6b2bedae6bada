import LabNet
import Testing

@testable import CensorLab

/// Packets as tcpdump has seen and approved them ("correct" at every checksum), and what is wrong with those that are cut.
struct PacketTests {
    @Test func readsAResetOfIPv4() throws {
        let packet = try #require(Packet(frame: Sample.reset4))
        #expect(packet.source == IPAddress("198.51.100.10"))
        #expect(packet.destination == IPAddress("10.77.1.2"))
        #expect(packet.hopLimit == 63)
        #expect(packet.forbidsFragments)
        guard case .tcp(let segment) = packet.content else { throw Unexpected(packet) }
        #expect(segment.sourcePort == 443)
        #expect(segment.flags == TCPSegment.Flags([.reset, .acknowledge]))
        #expect(segment.payload.isEmpty)
    }

    @Test(arguments: Sample.all) func writesWhatItHasRead(sample: Sample) throws {
        let packet = try #require(Packet(frame: sample.frame))
        #expect(packet.frame == sample.frame, "\(sample.name)")
    }

    @Test(arguments: Sample.all) func aFrameThatIsCutAnywhereIsNoPacket(sample: Sample) {
        for count in 0..<sample.frame.count {
            #expect(Packet(frame: Array(sample.frame.prefix(count))) == nil, "\(sample.name), \(count) bytes")
        }
    }

    @Test(arguments: Sample.all) func whateverByteIsWrongIsSurvived(sample: Sample) {
        for index in sample.frame.indices {
            for value in [0, 1, 0x0F, 0x7F, 0xFF] as [UInt8] {
                var frame = sample.frame
                frame[index] = value
                // It may still be a packet; then it can be written, and reads the same again.
                guard let packet = Packet(frame: frame) else { continue }
                #expect(Packet(frame: packet.frame)?.content == packet.content)
            }
        }
    }

    @Test func fragmentsAndStrangersAreNoPackets() {
        for (index, value) in [(20, 0x20), (20, 0x00), (12, 0x08), (23, 0x01)] as [(Int, UInt8)] {
            var frame = Sample.reset4
            frame[index] = value
            if index == 20 { frame[21] = value == 0 ? 1 : 0 }
            if index == 12 { frame[13] = 0x06 }
            #expect(Packet(frame: frame) == nil)
        }
    }

    @Test func paddingBehindAShortPacketIsNotItsPayload() throws {
        let packet = try #require(Packet(frame: Sample.reset4 + [0, 0, 0, 0, 0, 0]))
        #expect(packet.frame == Sample.reset4)
    }

    @Test func extensionHeadersOfIPv6AreSteppedOver() throws {
        let plain = Sample.reset6
        let options: [UInt8] = [6, 0, 1, 4, 0, 0, 0, 0]
        var frame = plain
        frame[20] = 0
        frame[19] += UInt8(options.count)
        frame.insert(contentsOf: options, at: 54)
        #expect(Packet(frame: frame)?.content == Packet(frame: plain)?.content)
        frame[55] = 200
        #expect(Packet(frame: frame) == nil)
    }

    @Test func checksumsAreThoseOfTheStandard() {
        // The example of RFC 1071, 3.
        #expect(InternetChecksum.of([0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7]) == ~0xDDF2)
        #expect(InternetChecksum.of([0xFF]) == 0x00FF)
        #expect(InternetChecksum.of([]) == 0xFFFF)
    }

    private struct Unexpected: Error {
        var packet: Packet
        init(_ packet: Packet) { self.packet = packet }
    }
}
