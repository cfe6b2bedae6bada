import LabNet

/// How a box resets a connection that it has only watched: packets in each end's name to the other.
package struct ForgedReset: Hashable, Sendable {
    /// One packet for each, so far ahead of the number that the receiver expects.
    package var offsets: [UInt32] = [0]
    /// RST+ACK, or RST alone.
    package var acknowledges = true
    /// Whether DF is set.
    package var forbidsFragments = false
    /// The hop limit with which the packets set out; 64 where none has been measured.
    package var hopLimit: UInt8 = 64
    /// Whether the server gets its share.
    package var reachesServer = true
    /// From the packet that was read to the reset of the client: 11 to 23 ms (S&P 2025).
    package var delay: Duration = .milliseconds(11)

    /// One RST, DF 0 (S&P 2025, kind I).
    package static let first = ForgedReset(acknowledges: false)
    /// Three RST+ACK, DF 1 (S&P 2025, kind II); the distances between them are those of IMC 2017, "Your State is Not Mine".
    package static let second = ForgedReset(offsets: [0, 1_460, 4_380], forbidsFragments: true)
    /// One RST+ACK, DF 0, TTL 248 (S&P 2025, kind III).
    package static let third = ForgedReset(hopLimit: 248)
    /// One RST+ACK, for the client alone: a provincial firewall.
    package static let oneSided = ForgedReset(reachesServer: false)

    /// The frames that reset the sender of a segment, in the receiver's name.
    ///
    /// - Parameter expected: the number that the receiver expects next, which is what it would acknowledge.
    func frames(answering packet: Packet, _ segment: TCPSegment, expected: UInt32) -> [[UInt8]] {
        offsets.map { offset in
            let reset = TCPSegment(
                from: segment.destinationPort, to: segment.sourcePort, sequence: segment.acknowledgement &+ offset,
                acknowledgement: acknowledges ? expected : 0, flags: flags, window: 0)
            return forged(reset, answering: packet)
        }
    }

    /// The frames that reset the receiver of a segment, in the sender's name.
    ///
    /// - Parameter expected: the number that the receiver expects next.
    func frames(following packet: Packet, _ segment: TCPSegment, expected: UInt32) -> [[UInt8]] {
        offsets.map { offset in
            let reset = TCPSegment(
                from: segment.sourcePort, to: segment.destinationPort, sequence: expected &+ offset,
                acknowledgement: acknowledges ? segment.acknowledgement : 0, flags: flags, window: 0)
            return frame(
                Packet(
                    link: packet.link, from: packet.source, to: packet.destination, hopLimit: hopLimit,
                    content: .tcp(reset)))
        }
    }

    /// A frame to where a packet came from.
    func forged(_ segment: TCPSegment, answering packet: Packet) -> [UInt8] {
        frame(
            Packet(
                link: packet.link.reversed, from: packet.destination, to: packet.source, hopLimit: hopLimit,
                content: .tcp(segment)))
    }

    private var flags: TCPSegment.Flags { acknowledges ? [.reset, .acknowledge] : .reset }

    private func frame(_ packet: Packet) -> [UInt8] {
        var packet = packet
        packet.forbidsFragments = forbidsFragments
        return packet.frame
    }
}
