internal import CBzip2

/// Decompresses bzip2 as it streams by: the boundary to libbz2.
///
/// Any number of streams, as bzip2(1) and Go's reader take them. A stream that begins and does not end is an error, and
/// so are bytes behind the last one. The memory is bounded by the format: 4 MB at its largest block.
struct Bzip2Decoder: ~Copyable {
    // libbz2 keeps a pointer to the stream in its state, so it must not move: allocated by `start`, freed by `deinit`.
    private let stream: UnsafeMutablePointer<bz_stream>
    private var isInside = true

    private init(owning stream: UnsafeMutablePointer<bz_stream>) { self.stream = stream }

    deinit {
        // A stream that could not be begun has no state, which libbz2 says and does no harm.
        BZ2_bzDecompressEnd(stream)
        stream.deallocate()
    }

    /// Begins before the first stream.
    ///
    /// - Throws: `.undecodable` when there is no memory.
    static func start() throws(PullError.Cause) -> Bzip2Decoder {
        let stream = UnsafeMutablePointer<bz_stream>.allocate(capacity: 1)
        stream.initialize(to: bz_stream())
        let decoder = Bzip2Decoder(owning: stream)
        try decoder.begin()
        return decoder
    }

    private func begin() throws(PullError.Cause) {
        guard BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else { throw .undecodable("bzip2: no memory") }
    }

    /// Decompresses until the output is full or the input is used up, which then begins behind what was read.
    ///
    /// - Returns: how much of the output is filled; where all of it is, more may be to come even without input.
    /// - Throws: `.undecodable` on bytes that are not bzip2.
    mutating func decode(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(PullError.Cause) -> Int {
        var filled = 0
        repeat {
            if !isInside {
                guard !input.isEmpty else { break }
                BZ2_bzDecompressEnd(stream)
                try begin()
                isInside = true
            }
            filled += try decompress(&input, into: output.rest(from: filled))
        } while filled < output.count && !input.isEmpty
        return filled
    }

    /// Says that no more bytes come.
    ///
    /// - Throws: `.undecodable` inside a stream.
    func finish() throws(PullError.Cause) {
        if isInside { throw .undecodable("bzip2: ends inside a stream") }
    }

    /// Goes on up to the end of the stream at most.
    private mutating func decompress(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(PullError.Cause) -> Int {
        // libbz2 counts in 32 bits, and does not write through next_in; it is only declared without const.
        let piece = UnsafeRawBufferPointer(rebasing: input.prefix(Int(Int32.max)))
        let room = min(output.count, Int(Int32.max))
        stream.pointee.next_in = UnsafeMutablePointer(mutating: piece.assumingMemoryBound(to: CChar.self).baseAddress)
        stream.pointee.avail_in = UInt32(piece.count)
        stream.pointee.next_out = output.assumingMemoryBound(to: CChar.self).baseAddress
        stream.pointee.avail_out = UInt32(room)
        let code = BZ2_bzDecompress(stream)
        input = input.rest(from: piece.count - Int(stream.pointee.avail_in))
        switch code {
        case BZ_OK: break
        case BZ_STREAM_END: isInside = false
        default: throw .undecodable("bzip2: \(Self.words(for: code))")
        }
        return room - Int(stream.pointee.avail_out)
    }

    private static func words(for code: Int32) -> String {
        switch code {
        case BZ_DATA_ERROR: "data error"
        case BZ_DATA_ERROR_MAGIC: "bad magic"
        case BZ_MEM_ERROR: "no memory"
        default: "libbz2 error \(code)"
        }
    }
}
