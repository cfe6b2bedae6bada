/// The last inflated bytes, which deflate may refer back to (RFC 1951, 2: 32 KiB), kept when what they stood in is gone.
struct DeflateWindow: ~Copyable {
    private static let size = 32 * 1024

    // 0 <= count <= size; there is room for twice as many.
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * size, alignment: 16)
    private var count = 0

    /// Nothing is referred back to.
    init() {}

    deinit { buffer.deallocate() }

    /// Says that nothing refers back to what was before.
    mutating func removeAll() { count = 0 }

    /// What may be referred back to behind these further bytes; it stands as long as they do, and no other call is made.
    func bytes(behind output: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard output.count < Self.size else { return UnsafeRawBufferPointer(rebasing: output.suffix(Self.size)) }
        let end = count + output.count
        buffer.rest(from: count).copyMemory(from: output)
        return UnsafeRawBufferPointer(rebasing: buffer[max(0, end - Self.size)..<end])
    }

    /// Keeps what is needed of these further bytes.
    mutating func append(_ output: UnsafeRawBufferPointer) {
        let kept = bytes(behind: output)
        buffer.copyMemory(from: kept)
        count = kept.count
    }
}
