/// Reads a DNS message field by field; no read reaches past the end and no name goes round in circles.
struct DNSReader {
    private let bytes: [UInt8]
    private(set) var position: Int

    init(_ bytes: [UInt8], at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// As many labels as 255 bytes can hold.
    private static let maximumJumps = 127

    var remaining: Int { bytes.count - position }

    mutating func byte() throws(DNSError) -> UInt8 {
        guard position < bytes.count else { throw .overrun }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func uint16() throws(DNSError) -> UInt16 {
        let high = try byte()
        return UInt16(high) << 8 | UInt16(try byte())
    }

    mutating func uint32() throws(DNSError) -> UInt32 {
        let high = try uint16()
        return UInt32(high) << 16 | UInt32(try uint16())
    }

    mutating func take(_ count: Int) throws(DNSError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else { throw .overrun }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// Reads a name, following compression pointers (RFC 1035 4.1.4).
    ///
    /// A pointer has to point before the place from which the name was last read: so every jump goes backwards, and the
    /// sum of all labels is at most 255 bytes. Pointers to pointers are followed no further than a name has labels.
    mutating func name() throws(DNSError) -> DNSName {
        var wire: [UInt8] = []
        var reader = self
        var start = position
        var end: Int?
        var jumps = 0
        while true {
            let length = try reader.byte()
            switch length >> 6 {
            case 0b00:
                wire.append(length)
                wire += try reader.take(Int(length))
                guard wire.count <= 255 else { throw .nameTooLong }
                if length == 0 {
                    position = end ?? reader.position
                    return DNSName(wire: wire)
                }
            case 0b11:
                let target = Int(length & 0x3f) << 8 | Int(try reader.byte())
                jumps += 1
                guard target < start, jumps <= Self.maximumJumps else { throw .pointerLoop }
                end = end ?? reader.position
                start = target
                reader.position = target
            default: throw .badLabel(length)
            }
        }
    }
}
