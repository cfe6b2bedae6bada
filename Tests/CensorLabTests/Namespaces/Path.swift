import LabNet

@testable import CensorLab

/// One client's connection past a box, by hand.
struct Path {
    var box: PacketBox
    var now: Duration = .zero
    var clientPort: UInt16 = 40_000
    var server = "198.51.100.10"
    private var sent: UInt32 = 1_001

    init(_ rules: PacketBox.Rules) { box = PacketBox(rules) }

    static let link = EthernetHeader(destination: [2, 0, 0, 0, 0, 2], source: [2, 0, 0, 0, 0, 1])
    private static let client = IPAddress.v4(0x0A4D_0102)

    /// Opens a connection; what the box makes of the SYN.
    @discardableResult
    mutating func open(port: UInt16 = 40_000) -> Ruling {
        clientPort = port
        sent = 1_001
        let ruling = send([], flags: .synchronise, sequence: 1_000)
        _ = answer([], flags: [.synchronise, .acknowledge], sequence: 5_000)
        return ruling
    }

    /// Sends bytes behind those before, each piece in a segment of its own; what the box makes of each.
    mutating func send(pieces: [[UInt8]]) -> [Ruling] {
        pieces.map { piece in
            defer { sent &+= UInt32(piece.count) }
            return send(piece, flags: [.acknowledge, .push], sequence: sent)
        }
    }

    /// Sends the pieces so that the first one arrives last.
    mutating func sendDisordered(_ pieces: [[UInt8]]) -> [Ruling] {
        var places: [(UInt32, [UInt8])] = []
        var next = sent
        for piece in pieces {
            places.append((next, piece))
            next &+= UInt32(piece.count)
        }
        sent = next
        return (places.dropFirst() + places.prefix(1)).map { send($1, flags: [.acknowledge, .push], sequence: $0) }
    }

    mutating func send(_ payload: [UInt8], flags: TCPSegment.Flags, sequence: UInt32) -> Ruling {
        let segment = TCPSegment(
            from: clientPort, to: 443, sequence: sequence, acknowledgement: 5_001, flags: flags, window: 64,
            payload: payload)
        let packet = Packet(
            link: Self.link, from: Self.client, to: IPAddress(server) ?? .v4(0), hopLimit: 63, content: .tcp(segment))
        return box.see(packet, segment, from: .inside, at: now)
    }

    /// The server's next segment; what the box makes of it.
    mutating func answer(_ payload: [UInt8], flags: TCPSegment.Flags = .acknowledge, sequence: UInt32) -> Ruling {
        let segment = TCPSegment(
            from: 443, to: clientPort, sequence: sequence, acknowledgement: sent, flags: flags, window: 64,
            payload: payload)
        let packet = Packet(
            link: Self.link.reversed, from: IPAddress(server) ?? .v4(0), to: Self.client, hopLimit: 51,
            content: .tcp(segment))
        return box.see(packet, segment, from: .outside, at: now)
    }
}

extension Ruling {
    /// What the box has said about a hello; nil where it has said nothing.
    var verdict: TLSBox.Verdict? {
        events.lazy.compactMap { if case .judged(_, _, _, let verdict) = $0 { verdict } else { nil } }.first
    }

    /// The segments that are sent to one side.
    func segments(toward side: Side) -> [TCPSegment] {
        emissions.filter { $0.toward == side }.compactMap { emission in
            guard case .tcp(let segment) = Packet(frame: emission.frame)?.content else { return nil }
            return segment
        }
    }
}
