/// A buffer of inflated bytes that begins with those which deflate may refer back to (RFC 1951, 2: 32 KiB).
struct SlidingOutput: ~Copyable {
    private static let windowSize = 32 * 1024

    private let buffer: UnsafeMutableRawBufferPointer
    private let size: Int
    // 0 <= memberStart <= filled, and 0 <= handedOn <= filled.
    private var memberStart = 0
    private var handedOn = 0
    private var filled = 0

    /// Begins empty.
    ///
    /// - Parameter size: How many bytes are handed on at most at a time.
    init(size: Int) {
        self.size = size
        buffer = .allocate(byteCount: Self.windowSize + size, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// What may be referred back to: the last bytes, none of them of an earlier member.
    var window: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: buffer[max(memberStart, filled - Self.windowSize)..<filled])
    }

    /// Where further bytes go; empty when some have to be handed on first.
    var room: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<min(handedOn + size, buffer.count)])
    }

    /// Says that the first `count` bytes of the room have been written.
    mutating func fill(_ count: Int) { filled += count }

    /// Says that from here on nothing refers back to what was before.
    mutating func startMember() { memberStart = filled }

    /// Gives out what has not been given out yet, and makes room where there is none.
    mutating func handOn(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        if handedOn < filled { try body(UnsafeRawBufferPointer(rebasing: buffer[handedOn..<filled])) }
        handedOn = filled
        guard filled == buffer.count else { return }
        let kept = window
        buffer.copyMemory(from: kept)
        (memberStart, handedOn, filled) = (0, kept.count, kept.count)
    }
}
