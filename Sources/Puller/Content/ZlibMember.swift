internal import CZlib

/// Members inflated by zlib: the boundary to its `inflate`.
final class ZlibMember: GzipMemberInflating {
    // zlib keeps a pointer to the stream in its state, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Begins before the first byte of a member.
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

    func startAnew() { inflateReset(stream) }

    func inflate(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(PullError.Cause) -> (written: Int, hasEnded: Bool) {
        var written = 0
        repeat {
            // zlib counts in 32 bits.
            let piece = UnsafeRawBufferPointer(rebasing: input.prefix(Int(Int32.max)))
            let room = UnsafeMutableRawBufferPointer(rebasing: output[written...].prefix(Int(Int32.max)))
            stream.pointee.take(piece)
            stream.pointee.next_out = room.assumingMemoryBound(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(room.count)
            let code = CZlib.inflate(stream, Z_NO_FLUSH)
            input = input.rest(from: piece.count - Int(stream.pointee.avail_in))
            written += room.count - Int(stream.pointee.avail_out)
            switch code {
            case Z_OK: break
            case Z_BUF_ERROR: return (written, false)  // It can do nothing without more input.
            case Z_STREAM_END: return (written, true)
            default: throw stream.pointee.cause(code)
            }
        } while written < output.count && !input.isEmpty
        return (written, false)
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
