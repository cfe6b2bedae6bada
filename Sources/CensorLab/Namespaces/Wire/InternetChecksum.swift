import LabNet

/// The checksum of IPv4, TCP and UDP (RFC 1071).
enum InternetChecksum {
    /// The complement of the one's complement sum of all 16-bit words; an odd last byte is padded with zero.
    static func of(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt64 = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            let low = index + 1 < bytes.count ? UInt64(bytes[index + 1]) : 0
            sum += UInt64(bytes[index]) << 8 | low
        }
        while sum >> 16 != 0 { sum = (sum & 0xFFFF) + (sum >> 16) }
        return ~UInt16(sum)
    }

    /// The checksum of what an IP packet carries, with the pseudo-header before it (RFC 9293 3.1, RFC 8200 8.1).
    ///
    /// - Parameter content: header and data, the checksum's field zero.
    static func of(_ content: [UInt8], protocol number: UInt8, from source: IPAddress, to destination: IPAddress)
        -> UInt16
    {
        let length = UInt32(content.count).networkBytes
        let tail: [UInt8] =
            switch source.family {
            case .ip4: [0, number] + length.suffix(2)
            case .ip6: length + [0, 0, 0, number]
            }
        return of(source.bytes + destination.bytes + tail + content)
    }
}
