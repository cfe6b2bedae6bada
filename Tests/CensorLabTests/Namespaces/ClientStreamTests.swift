import Testing

@testable import CensorLab

/// How a box puts segments together.
struct ClientStreamTests {
    /// The number of the SYN: the bytes' numbers wrap around within the first few.
    private static let start: UInt32 = .max - 3

    private func stream(_ assembly: PacketBox.Assembly, _ pieces: [(at: Int, String)]) -> ClientStream {
        var stream = ClientStream(assembly, synchronised: Self.start)
        for (offset, text) in pieces {
            stream.take(
                TCPSegment(
                    from: 1, to: 2, sequence: Self.start &+ 1 &+ UInt32(truncatingIfNeeded: offset), acknowledgement: 0,
                    flags: .acknowledge, window: 0, payload: Array(text.utf8)))
        }
        return stream
    }

    private func text(_ stream: ClientStream) -> String { String(decoding: stream.readable, as: UTF8.self) }

    @Test func inOrderBothReadTheSame() {
        for assembly in [PacketBox.Assembly.arrival, .sequence] {
            let stream = stream(assembly, [(0, "abc"), (3, "defg"), (7, "h")])
            #expect(text(stream) == "abcdefgh")
            #expect(stream.segments == 3)
            #expect(stream.end == Self.start &+ 1 &+ 8)
        }
    }

    @Test func whatComesLateIsPutWhereItComesOrWhereItBelongs() {
        let pieces = [(at: 3, "defg"), (at: 0, "abc")]
        #expect(text(stream(.arrival, pieces)) == "defgabc")
        #expect(text(stream(.sequence, pieces)) == "abcdefg")
        #expect(stream(.sequence, pieces).end == Self.start &+ 8)
    }

    @Test func behindAHoleNothingIsRead() {
        #expect(text(stream(.sequence, [(3, "defg")])) == "")
        #expect(text(stream(.sequence, [(0, "a"), (3, "defg")])) == "a")
    }

    @Test func theFirstCopyCounts() {
        for assembly in [PacketBox.Assembly.arrival, .sequence] {
            #expect(text(stream(assembly, [(0, "abc"), (0, "xyz")])) == "abc")
            #expect(text(stream(assembly, [(0, "abc"), (1, "xyz")])) == "abcz")
            #expect(stream(assembly, [(0, "abc"), (0, "abc")]).segments == 1)
        }
        #expect(text(stream(.sequence, [(2, "cd"), (0, "wxyzef")])) == "wxcdef")
    }

    @Test func whatLiesBeforeTheStartOrFarBeyondIsLeftOut() {
        for assembly in [PacketBox.Assembly.arrival, .sequence] {
            #expect(text(stream(assembly, [(-2, "xyab")])) == "ab")
            let far = stream(assembly, [(0, "a"), (1 << 30, "z"), (-1 << 30, "z"), (HelloReader.limit - 1, "yz")])
            #expect(far.readable.count == (assembly == .sequence ? 1 : 2))
        }
    }
}
