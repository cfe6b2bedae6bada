import LabNet

/// A UDP datagram (RFC 768).
struct UDPDatagram: Hashable, Sendable {
    var sourcePort: UInt16
    var destinationPort: UInt16
    var payload: [UInt8]

    /// Joins ports and data.
    init(from sourcePort: UInt16, to destinationPort: UInt16, payload: [UInt8]) {
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.payload = payload
    }

    /// Reads what an IP packet carries; nil where it is shorter than it says.
    init?(_ bytes: ArraySlice<UInt8>) {
        var cursor = Cursor(bytes)
        guard let sourcePort = cursor.number(2), let destinationPort = cursor.number(2),
            let length = cursor.number(2), cursor.number(2) != nil, length >= 8,
            let payload = cursor.take(length - 8)
        else { return nil }
        self.sourcePort = UInt16(sourcePort)
        self.destinationPort = UInt16(destinationPort)
        self.payload = Array(payload)
    }

    /// Header and data with their checksum; a sum of zero is sent as all ones, since zero says that there is none.
    func bytes(from source: IPAddress, to destination: IPAddress) -> [UInt8] {
        let length = UInt16(truncatingIfNeeded: 8 + payload.count)
        var bytes = sourcePort.networkBytes + destinationPort.networkBytes + length.networkBytes + [0, 0] + payload
        let checksum = InternetChecksum.of(bytes, protocol: Packet.udp, from: source, to: destination)
        bytes.replaceSubrange(6..<8, with: (checksum == 0 ? .max : checksum).networkBytes)
        return bytes
    }
}
