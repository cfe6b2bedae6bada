internal import CZlib

/// Members inflated by zlib: the boundary to its `inflate`.
final class ZlibMember: GzipMemberInflating {
    // zlib keeps a pointer to the stream in its state, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableRawBufferPointer

    /// Begins before the first byte of a member.
    ///
    /// - Throws: `.undecodable` when there is no memory.
    init(outputSize: Int) throws(PullError.Cause) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(byteCount: outputSize, alignment: 16)
        guard zlib_inflate_init_gzip(stream) == Z_OK else { throw .undecodable("gzip: no memory") }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    func startAnew() { inflateReset(stream) }

    func inflate(
        _ rest: inout Slice<UnsafeRawBufferPointer>, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool {
        while !rest.isEmpty {
            // zlib counts in 32 bits.
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(Int32.max)))
            stream.pointee.take(piece)
            defer { rest = rest.dropFirst(piece.count - Int(stream.pointee.avail_in)) }
            if try inflate(into: sink) { return true }
        }
        return false
    }

    /// Inflates the input that the stream has been given.
    private func inflate(into sink: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        repeat {
            stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(output.count)
            let code = CZlib.inflate(stream, Z_NO_FLUSH)
            let produced = output.count - Int(stream.pointee.avail_out)
            if produced > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<produced])) }
            switch code {
            case Z_OK: break
            case Z_BUF_ERROR: return false  // It can do nothing without more input.
            case Z_STREAM_END: return true
            default: throw stream.pointee.cause(code)
            }
        } while stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0
        return false
    }
}

extension z_stream {
    /// Makes these bytes what comes next; they stay where they are until it has read them.
    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        // zlib does not write through next_in; it is only declared without const.
        next_in = UnsafeMutablePointer(mutating: bytes.assumingMemoryBound(to: UInt8.self).baseAddress)
        avail_in = UInt32(bytes.count)
    }

    /// What zlib says against its input.
    func cause(_ code: Int32) -> PullError.Cause {
        .undecodable("gzip: " + (msg.map { String(cString: $0) } ?? "zlib error \(code)"))
    }
}
