internal import CZlib

/// Compresses to gzip as bytes stream by (RFC 1952): the boundary to zlib's `deflate`.
///
/// The header holds no time and no name, so that equal archives compress to equal files. It is `@unchecked Sendable`
/// because zlib ties its stream to no thread and this value is its only owner.
package struct GzipDeflate: ~Copyable, @unchecked Sendable {
    // zlib keeps a pointer to the stream in its state, so it must not move: allocated by `start`, freed by `deinit`.
    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableRawBufferPointer

    private init(owning stream: UnsafeMutablePointer<z_stream>, output: UnsafeMutableRawBufferPointer) {
        self.stream = stream
        self.output = output
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    /// Begins one member.
    ///
    /// - Parameter level: 1 (fast) to 9 (small).
    /// - Throws: `.unsupported` when there is no memory.
    package static func start(level: Int32 = 6) throws(PullError.Cause) -> GzipDeflate {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let gzip = GzipDeflate(owning: stream, output: .allocate(byteCount: 256 * 1024, alignment: 16))
        guard zlib_deflate_init_gzip(stream, level) == Z_OK else { throw .unsupported("gzip: no memory") }
        return gzip
    }

    /// Takes in the next bytes and hands on what is compressed so far.
    ///
    /// - Throws: what `sink` throws.
    package mutating func push(
        _ input: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var rest = input[...]
        while !rest.isEmpty {
            // zlib counts in 32 bits.
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(Int32.max)))
            try deflate(piece, Z_NO_FLUSH, into: sink)
            rest = rest.dropFirst(piece.count)
        }
    }

    /// Ends the member and hands on what is left.
    ///
    /// - Throws: what `sink` throws.
    package mutating func finish(
        into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try deflate(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH, into: sink)
    }

    private func deflate(
        _ piece: UnsafeRawBufferPointer, _ flush: Int32,
        into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        // zlib does not write through next_in; it is only declared without const.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: piece.assumingMemoryBound(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(piece.count)
        repeat {
            stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(output.count)
            // With room for output it cannot fail (zlib.h: Z_BUF_ERROR is not fatal).
            _ = CZlib.deflate(stream, flush)
            let produced = output.count - Int(stream.pointee.avail_out)
            if produced > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<produced])) }
        } while stream.pointee.avail_out == 0
    }
}
