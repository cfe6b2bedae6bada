internal import CZstd

/// Compresses to Zstandard as bytes stream by (RFC 8878): the boundary to libzstd's encoder. One frame, with a checksum.
///
/// It is `@unchecked Sendable` because libzstd ties its context to no thread and this value is its only owner.
package struct ZstandardEncoder: ~Copyable, @unchecked Sendable {
    // ZSTD_CCtx: made by `start`, freed by `deinit`.
    private let context: OpaquePointer
    private let output: UnsafeMutableRawBufferPointer

    private init(owning context: OpaquePointer, output: UnsafeMutableRawBufferPointer) {
        self.context = context
        self.output = output
    }

    deinit {
        ZSTD_freeCCtx(context)
        output.deallocate()
    }

    /// Begins a frame.
    ///
    /// - Parameter level: 1 (fast) to 19 (small).
    /// - Throws: `.unsupported` when there is no memory.
    package static func start(level: Int32 = 3) throws(PullError.Cause) -> ZstandardEncoder {
        guard let context = ZSTD_createCCtx() else { throw .unsupported("zstd: no memory") }
        let encoder = ZstandardEncoder(owning: context, output: .allocate(byteCount: 256 * 1024, alignment: 16))
        try check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level))
        try check(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1))
        return encoder
    }

    /// Takes in the next bytes and hands on what is compressed so far.
    ///
    /// - Throws: `.unsupported` when libzstd fails; what `sink` throws.
    package mutating func push(
        _ input: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        while source.pos < source.size { _ = try step(&source, ZSTD_e_continue, into: sink) }
    }

    /// Ends the frame and hands on what is left.
    ///
    /// - Throws: as ``push(_:into:)``.
    package mutating func finish(
        into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var source = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
        while try step(&source, ZSTD_e_end, into: sink) > 0 {}
    }

    /// - Returns: How many bytes are still to be flushed, at least.
    private func step(
        _ source: inout ZSTD_inBuffer, _ directive: ZSTD_EndDirective,
        into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Int {
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let left = try Self.check(ZSTD_compressStream2(context, &target, &source, directive))
        if target.pos > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<target.pos])) }
        return left
    }

    @discardableResult
    private static func check(_ code: Int) throws(PullError.Cause) -> Int {
        guard ZSTD_isError(code) == 0 else { throw .unsupported("zstd: " + String(cString: ZSTD_getErrorName(code))) }
        return code
    }
}
