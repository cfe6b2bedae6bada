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
    private var position = Position.inside

    private init(owning stream: UnsafeMutablePointer<z_stream>) { self.stream = stream }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Begins before the first member.
    ///
    /// - Throws: `.undecodable` when there is no memory.
    static func start() throws(PullError.Cause) -> GzipInflate {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let gzip = GzipInflate(owning: stream)
        guard zlib_inflate_init_gzip(stream) == Z_OK else { throw .undecodable("gzip: no memory") }
        return gzip
    }

    /// Inflates until the output is full or the input is used up, which then begins behind what was read.
    ///
    /// - Returns: how much of the output is filled; where all of it is, more may be to come even without input.
    /// - Throws: `.undecodable` on bytes that are not gzip.
    mutating func decode(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(PullError.Cause) -> Int {
        var filled = 0
        repeat {
            switch position {
            case .inside: filled += try inflateMember(&input, into: output.rest(from: filled))
            case .between(let count): lookForMember(&input, seen: count)
            case .behind: input = input.rest(from: input.count)
            }
        } while filled < output.count && !input.isEmpty
        return filled
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
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(PullError.Cause) -> Int {
        // zlib counts in 32 bits, and does not write through next_in; it is only declared without const.
        let piece = UnsafeRawBufferPointer(rebasing: input.prefix(Int(Int32.max)))
        let room = min(output.count, Int(Int32.max))
        stream.pointee.next_in = UnsafeMutablePointer(mutating: piece.assumingMemoryBound(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(piece.count)
        stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(room)
        let code = inflate(stream, Z_NO_FLUSH)
        input = input.rest(from: piece.count - Int(stream.pointee.avail_in))
        switch code {
        // It may be able to do nothing without more input.
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: position = .between(magic: 0)
        default:
            throw .undecodable("gzip: " + (stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(code)"))
        }
        return room - Int(stream.pointee.avail_out)
    }

    /// Reads the bytes behind a member, until they are the magic of the next one or cannot become it.
    private mutating func lookForMember(_ input: inout UnsafeRawBufferPointer, seen count: Int) {
        guard let byte = input.first else { return }
        input = input.rest(from: 1)
        guard byte == Self.magic[count] else { return position = .behind }
        guard count + 1 == Self.magic.count else { return position = .between(magic: count + 1) }
        inflateReset(stream)
        position = .inside
        Self.magic.withUnsafeBytes { feed($0) }
    }

    /// The magic, which has been read already, begins the next member.
    private func feed(_ magic: UnsafeRawBufferPointer) {
        stream.pointee.next_in = UnsafeMutablePointer(mutating: magic.assumingMemoryBound(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(magic.count)
        var nothing: UInt8 = 0
        withUnsafeMutablePointer(to: &nothing) { nothing in
            // Three bytes of a header, which are right: there is no output and no error.
            (stream.pointee.next_out, stream.pointee.avail_out) = (nothing, 1)
            _ = inflate(stream, Z_NO_FLUSH)
        }
    }
}
