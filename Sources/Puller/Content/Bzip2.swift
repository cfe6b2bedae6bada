internal import CBzip2

/// Decompresses bzip2 as it streams by: the boundary to libbz2.
///
/// Any number of streams, as bzip2(1) and Go's reader take them. A stream that begins and does not end is an error, and
/// so are bytes behind the last one. The memory is bounded by the format: 4 MB at its largest block.
struct Bzip2Decoder: ~Copyable {
    // libbz2 keeps a pointer to the stream in its state, so it must not move: allocated by `start`, freed by `deinit`.
    private let stream: UnsafeMutablePointer<bz_stream>
    private let output: UnsafeMutableRawBufferPointer
    private var isInside = true

    private init(owning stream: UnsafeMutablePointer<bz_stream>, output: UnsafeMutableRawBufferPointer) {
        self.stream = stream
        self.output = output
    }

    deinit {
        // A stream that could not be begun has no state, which libbz2 says and does no harm.
        BZ2_bzDecompressEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    /// Begins before the first stream.
    ///
    /// - Parameter outputSize: How many bytes are handed on at most at a time.
    /// - Throws: `.undecodable` when there is no memory.
    static func start(outputSize: Int = 256 * 1024) throws(PullError.Cause) -> Bzip2Decoder {
        let stream = UnsafeMutablePointer<bz_stream>.allocate(capacity: 1)
        stream.initialize(to: bz_stream())
        let decoder = Bzip2Decoder(owning: stream, output: .allocate(byteCount: outputSize, alignment: 16))
        try decoder.begin()
        return decoder
    }

    private func begin() throws(PullError.Cause) {
        guard BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else { throw .undecodable("bzip2: no memory") }
    }

    /// Takes in the next compressed bytes and hands on what they decompress to.
    ///
    /// - Throws: `.undecodable` on bytes that are not bzip2; what `sink` throws.
    mutating func push(
        _ input: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var rest = input[...]
        while !rest.isEmpty {
            if !isInside {
                BZ2_bzDecompressEnd(stream)
                try begin()
                isInside = true
            }
            // libbz2 counts in 32 bits.
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(Int32.max)))
            try decompress(piece, into: sink)
            rest = rest.dropFirst(piece.count - Int(stream.pointee.avail_in))
        }
    }

    /// Says that no more bytes come.
    ///
    /// - Throws: `.undecodable` inside a stream.
    func finish() throws(PullError.Cause) {
        if isInside { throw .undecodable("bzip2: ends inside a stream") }
    }

    /// Takes in bytes up to the end of the stream; `avail_in` says how many are left behind it.
    private mutating func decompress(
        _ piece: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        // libbz2 does not write through next_in; it is only declared without const.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: piece.assumingMemoryBound(to: CChar.self).baseAddress)
        stream.pointee.avail_in = UInt32(piece.count)
        repeat {
            stream.pointee.next_out = output.assumingMemoryBound(to: CChar.self).baseAddress
            stream.pointee.avail_out = UInt32(output.count)
            let code = BZ2_bzDecompress(stream)
            let produced = output.count - Int(stream.pointee.avail_out)
            if produced > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<produced])) }
            switch code {
            case BZ_OK: break
            case BZ_STREAM_END:
                isInside = false
                return
            default: throw PullError.Cause.undecodable("bzip2: \(Self.words(for: code))")
            }
        } while stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0
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
