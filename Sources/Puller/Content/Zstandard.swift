internal import CZstd

/// Decompresses Zstandard as it streams by (RFC 8878): the boundary to libzstd's decoder.
///
/// Any number of frames, skippable ones among them. A frame that begins and does not end is an error, and so is one that
/// wants a window of more than 128 MiB (libzstd's own limit, named here because it bounds the memory).
struct ZstandardDecoder: ~Copyable {
    private static let windowLimit: Int32 = 27

    // ZSTD_DCtx: made by `start`, freed by `deinit`.
    private let context: OpaquePointer
    private let output: UnsafeMutableRawBufferPointer
    // What ZSTD_decompressStream returned last: 0 between frames, else a hint of what is missing.
    private var missing = 0

    private init(owning context: OpaquePointer, output: UnsafeMutableRawBufferPointer) {
        self.context = context
        self.output = output
    }

    deinit {
        ZSTD_freeDCtx(context)
        output.deallocate()
    }

    /// Begins before the first frame.
    ///
    /// - Parameter outputSize: How many bytes are handed on at most at a time.
    /// - Throws: `.undecodable` when there is no memory.
    static func start(outputSize: Int = 256 * 1024) throws(PullError.Cause) -> ZstandardDecoder {
        guard let context = ZSTD_createDCtx() else { throw .undecodable("zstd: no memory") }
        let decoder = ZstandardDecoder(
            owning: context, output: .allocate(byteCount: outputSize, alignment: 16))
        try Self.check(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, windowLimit))
        return decoder
    }

    /// Takes in the next compressed bytes and hands on what they decompress to.
    ///
    /// - Throws: `.undecodable` on bytes that are not zstd; what `sink` throws.
    mutating func push(
        _ input: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard !input.isEmpty else { return }
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer()
        repeat {
            target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
            missing = try Self.check(ZSTD_decompressStream(context, &target, &source))
            if target.pos > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<target.pos])) }
            // A full output may hide more of it, even with no input left and even at what looks like a frame's end.
        } while source.pos < source.size || (target.pos == target.size && missing != 0)
    }

    /// Says that no more bytes come.
    ///
    /// - Throws: `.undecodable` inside a frame.
    func finish() throws(PullError.Cause) {
        guard missing == 0 else { throw .undecodable("zstd: ends inside a frame") }
    }

    @discardableResult
    private static func check(_ code: Int) throws(PullError.Cause) -> Int {
        guard ZSTD_isError(code) == 0 else { throw .undecodable("zstd: " + String(cString: ZSTD_getErrorName(code))) }
        return code
    }
}
