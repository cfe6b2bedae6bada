internal import CZlib

/// Inflates gzip as it streams by (RFC 1952): the boundary to zlib's `inflate`.
///
/// It takes what `docker pull` takes: any number of members, and after the last one zeros or other bytes that are no
/// member, which are left unread. A member that begins and does not end is an error.
struct GzipInflate: ~Copyable {
    private enum Position {
        /// Before the first byte of a member; so much of a further member's magic has been seen.
        case between(magic: Int)
        /// Inside a member.
        case inside
        /// In bytes that are no member; they and all that follow are skipped.
        case behind
    }

    private static let magic: [UInt8] = [0x1f, 0x8b, 0x08]

    // zlib keeps a pointer to the stream in its state, so it must not move: allocated by `start`, freed by `deinit`.
    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableRawBufferPointer
    private var position = Position.inside

    private init(owning stream: UnsafeMutablePointer<z_stream>, output: UnsafeMutableRawBufferPointer) {
        self.stream = stream
        self.output = output
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    /// Begins before the first member.
    ///
    /// - Parameter outputSize: How many inflated bytes are handed on at most at a time.
    /// - Throws: `.undecodable` when there is no memory.
    static func start(outputSize: Int = 256 * 1024) throws(PullError.Cause) -> GzipInflate {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let gzip = GzipInflate(
            owning: stream, output: .allocate(byteCount: outputSize, alignment: 16))
        guard zlib_inflate_init_gzip(stream) == Z_OK else { throw .undecodable("gzip: no memory") }
        return gzip
    }

    /// Takes in the next compressed bytes and hands on what they inflate to.
    ///
    /// - Throws: `.undecodable` on bytes that are not gzip; what `sink` throws.
    mutating func push(
        _ input: UnsafeRawBufferPointer, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var rest = input[...]
        while !rest.isEmpty {
            switch position {
            case .inside: try inflateMember(&rest, into: sink)
            case .between(let count): try lookForMember(&rest, seen: count, into: sink)
            case .behind: return
            }
        }
    }

    /// Whether bytes that are no member have come behind the last one.
    func endsInJunk() -> Bool {
        switch position {
        case .between(let magic): magic > 0
        case .inside: false
        case .behind: true
        }
    }

    /// Says that no more bytes come.
    ///
    /// - Throws: `.undecodable` inside a member.
    func finish() throws(PullError.Cause) {
        if case .inside = position { throw .undecodable("gzip: ends inside a member") }
    }

    private mutating func inflateMember(
        _ rest: inout Slice<UnsafeRawBufferPointer>, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        // zlib counts in 32 bits.
        let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(Int32.max)))
        // zlib does not write through next_in; it is only declared without const.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: piece.assumingMemoryBound(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(piece.count)
        defer { rest = rest.dropFirst(piece.count - Int(stream.pointee.avail_in)) }
        repeat {
            stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(output.count)
            let code = inflate(stream, Z_NO_FLUSH)
            let produced = output.count - Int(stream.pointee.avail_out)
            if produced > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<produced])) }
            switch code {
            case Z_OK: break
            case Z_BUF_ERROR: return  // It can do nothing without more input.
            case Z_STREAM_END:
                position = .between(magic: 0)
                return
            default:
                throw PullError.Cause.undecodable(
                    "gzip: " + (stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(code)"))
            }
        } while stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0
    }

    /// Reads the bytes behind a member, until they are the magic of the next one or cannot become it.
    private mutating func lookForMember(
        _ rest: inout Slice<UnsafeRawBufferPointer>, seen count: Int, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard rest.removeFirst() == Self.magic[count] else {
            position = .behind
            return
        }
        guard count + 1 == Self.magic.count else {
            position = .between(magic: count + 1)
            return
        }
        inflateReset(stream)
        position = .inside
        try Self.magic.withUnsafeBytes { magic in
            var magic = magic[...]
            try inflateMember(&magic, into: sink)
        }
    }
}
