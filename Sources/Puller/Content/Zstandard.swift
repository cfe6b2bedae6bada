internal import CZstd

/// Decompresses Zstandard as it streams by (RFC 8878): the boundary to libzstd's decoder.
///
/// Any number of frames, skippable ones among them. A frame that begins and does not end is an error, and so is one that
/// wants a window of more than 128 MiB (libzstd's own limit, named here because it bounds the memory).
struct ZstandardDecoder: ~Copyable {
    private static let windowLimit: Int32 = 27

    // ZSTD_DCtx: made by `start`, freed by `deinit`.
    private let context: OpaquePointer
    // What ZSTD_decompressStream returned last: 0 between frames, else a hint of what is missing.
    private var missing = 0

    private init(owning context: OpaquePointer) { self.context = context }

    deinit { ZSTD_freeDCtx(context) }

    /// Begins before the first frame.
    ///
    /// - Throws: `.undecodable` when there is no memory.
    static func start() throws(PullError.Cause) -> ZstandardDecoder {
        guard let context = ZSTD_createDCtx() else { throw .undecodable("zstd: no memory") }
        let decoder = ZstandardDecoder(owning: context)
        try Self.check(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, windowLimit))
        return decoder
    }

    /// Decompresses until the output is full or the input is used up, which then begins behind what was read.
    ///
    /// - Returns: how much of the output is filled; where all of it is, more may be to come even without input.
    /// - Throws: `.undecodable` on bytes that are not zstd.
    mutating func decode(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(PullError.Cause) -> Int {
        // Between frames there is nothing to be said of no bytes.
        guard !input.isEmpty || missing != 0 else { return 0 }
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        repeat {
            missing = try Self.check(ZSTD_decompressStream(context, &target, &source))
        } while target.pos < target.size && source.pos < source.size
        input = input.rest(from: source.pos)
        return target.pos
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
