import LabNet

/// A TCP segment (RFC 9293 3.1).
struct TCPSegment: Hashable, Sendable {
    var sourcePort: UInt16
    var destinationPort: UInt16
    var sequence: UInt32
    var acknowledgement: UInt32
    var flags: Flags
    var window: UInt16
    /// As they stand on the wire; a multiple of four bytes, at most 40.
    var options: [UInt8] = []
    var payload: [UInt8] = []

    /// The control bits.
    struct Flags: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let finish = Flags(rawValue: 1)
        static let synchronise = Flags(rawValue: 2)
        static let reset = Flags(rawValue: 4)
        static let push = Flags(rawValue: 8)
        static let acknowledge = Flags(rawValue: 16)
    }

    /// The number after the last one that this segment takes up: SYN and FIN take one each.
    var end: UInt32 {
        let controls = (flags.contains(.synchronise) ? 1 : 0) + (flags.contains(.finish) ? 1 : 0)
        return sequence &+ UInt32(truncatingIfNeeded: payload.count + controls)
    }

    /// Reads what an IP packet carries; nil where it is shorter than it says.
    init?(_ bytes: ArraySlice<UInt8>) {
        var cursor = Cursor(bytes)
        guard let sourcePort = cursor.number(2), let destinationPort = cursor.number(2),
            let sequence = cursor.number(4), let acknowledgement = cursor.number(4), let offset = cursor.byte(),
            let flags = cursor.byte(), let window = cursor.number(2), cursor.number(4) != nil,
            offset >> 4 >= 5, let options = cursor.take(Int(offset >> 4) * 4 - 20)
        else { return nil }
        self.sourcePort = UInt16(sourcePort)
        self.destinationPort = UInt16(destinationPort)
        self.sequence = UInt32(sequence)
        self.acknowledgement = UInt32(acknowledgement)
        self.flags = Flags(rawValue: flags)
        self.window = UInt16(window)
        self.options = Array(options)
        payload = Array(cursor.rest)
    }

    /// A segment without options.
    init(
        from sourcePort: UInt16, to destinationPort: UInt16, sequence: UInt32, acknowledgement: UInt32, flags: Flags,
        window: UInt16, payload: [UInt8] = []
    ) {
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.sequence = sequence
        self.acknowledgement = acknowledgement
        self.flags = flags
        self.window = window
        self.payload = payload
    }

    /// Header and data with their checksum.
    func bytes(from source: IPAddress, to destination: IPAddress) -> [UInt8] {
        let offset = UInt8(5 + options.count / 4) << 4
        var bytes = sourcePort.networkBytes + destinationPort.networkBytes + sequence.networkBytes
        bytes += acknowledgement.networkBytes + [offset, flags.rawValue] + window.networkBytes
        bytes += [0, 0, 0, 0] + options + payload
        let checksum = InternetChecksum.of(bytes, protocol: Packet.tcp, from: source, to: destination)
        bytes.replaceSubrange(16..<18, with: checksum.networkBytes)
        return bytes
    }
}
