internal import CZlib

/// A stream that zlib inflates: the owner of its state, and the boundary to its `inflate`.
final class ZlibStream {
    // zlib keeps a pointer to the stream in its state, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Begins before the header of a gzip member.
    ///
    /// - Throws: `.undecodable` when there is no memory.
    init() throws(PullError.Cause) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard zlib_inflate_init_gzip(stream) == Z_OK else { throw .undecodable("gzip: no memory") }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Where it stands among the blocks: bits of `z_stream.data_type` (zlib.h, inflate).
    var position: Int32 { stream.pointee.data_type }

    /// Begins before the header of a gzip member.
    ///
    /// - Throws: `.undecodable`, which a stream that was begun does not give reason for.
    func startGzip() throws(PullError.Cause) { try check(inflateReset2(stream, 16 + MAX_WBITS)) }

    /// Begins inside deflated data, before the header of a block; its first bits come before the first byte.
    ///
    /// - Throws: `.undecodable` for more than 16 bits.
    func startRaw(bits: Int, of value: Int) throws(PullError.Cause) {
        try check(inflateReset2(stream, -MAX_WBITS))
        stream.pointee.data_type = 0  // It would still speak of what was before.
        try check(inflatePrime(stream, Int32(bits), Int32(value)))
    }

    /// Inflates once, and removes from `input` what was read. zlib counts in 32 bits: it takes and gives no more at a time.
    ///
    /// - Parameter output: it may have no bytes, but must have an address.
    /// - Returns: how many bytes were written, and whether the member has ended.
    /// - Throws: `.undecodable` on what is not deflated data.
    func inflate(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, until flush: Int32
    ) throws(PullError.Cause) -> (written: Int, hasEnded: Bool) {
        let piece = UnsafeRawBufferPointer(rebasing: input.prefix(Int(Int32.max)))
        let room = UnsafeMutableRawBufferPointer(rebasing: output.prefix(Int(Int32.max)))
        // zlib does not write through next_in; it is only declared without const.
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: piece.assumingMemoryBound(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(piece.count)
        stream.pointee.next_out = room.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(room.count)
        let code = CZlib.inflate(stream, flush)
        input = input.rest(from: piece.count - Int(stream.pointee.avail_in))
        // It could do nothing without more input, or more room.
        if code != Z_BUF_ERROR, code != Z_STREAM_END { try check(code) }
        return (room.count - Int(stream.pointee.avail_out), code == Z_STREAM_END)
    }

    private func check(_ code: Int32) throws(PullError.Cause) {
        guard code != Z_OK else { return }
        throw .undecodable("gzip: " + (stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(code)"))
    }
}
