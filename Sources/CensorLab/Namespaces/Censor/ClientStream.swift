/// What a box has put together of the bytes that a client sends on one connection, from the first one on.
///
/// Of bytes that are sent twice the first copy counts.
struct ClientStream {
    private let assembly: PacketBox.Assembly
    /// The number of the first byte.
    private let origin: UInt32
    /// Where bytes have been seen, counted from the first one.
    private var seen = RangeSet<Int>()
    private var bytes: [UInt8] = []
    /// The number after the highest byte that was seen: what the server will expect next.
    private(set) var end: UInt32
    /// How many segments have brought something new.
    private(set) var segments = 0

    /// A stream behind a SYN with this number.
    init(_ assembly: PacketBox.Assembly, synchronised number: UInt32) {
        self.assembly = assembly
        origin = number &+ 1
        end = origin
    }

    /// Takes a segment in.
    mutating func take(_ segment: TCPSegment) {
        // Numbers wrap around; half the circle lies ahead (RFC 9293 3.4).
        let start = Int(Int32(bitPattern: segment.sequence &- origin))
        if Int32(bitPattern: segment.end &- end) > 0 { end = segment.end }
        let lower = max(0, start)
        let upper = min(HelloReader.limit, start + segment.payload.count)
        guard lower < upper else { return }
        let fresh = RangeSet(lower..<upper).subtracting(seen)
        if !fresh.isEmpty { segments += 1 }
        for range in fresh.ranges {
            let part = segment.payload[range.lowerBound - start..<range.upperBound - start]
            switch assembly {
            case .packets, .arrival: bytes += part
            case .sequence:
                let missing = range.upperBound - bytes.count
                if missing > 0 { bytes += [UInt8](repeating: 0, count: missing) }
                bytes.replaceSubrange(range, with: part)
            }
        }
        seen.formUnion(fresh)
    }

    /// What can be read so far.
    var readable: ArraySlice<UInt8> {
        switch assembly {
        case .packets, .arrival: return bytes[...]
        case .sequence:
            guard let first = seen.ranges.first, first.lowerBound == 0 else { return [] }
            return bytes.prefix(first.upperBound)
        }
    }
}
