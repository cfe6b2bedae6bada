/// Inflates gzip as it streams by (RFC 1952), with the fastest engine that this machine has.
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

    private let member: any GzipMemberInflating
    private var position = Position.inside

    private init(_ member: any GzipMemberInflating) { self.member = member }

    /// Begins before the first member.
    ///
    /// - Parameter engine: who inflates; both take and refuse the same.
    /// - Throws: `.undecodable` when there is no memory, or not this engine.
    static func start(engine: GzipEngine = .fastest) throws(PullError.Cause) -> GzipInflate {
        GzipInflate(try engine.start())
    }

    /// Inflates until the output is full or the input is used up, which then begins behind what was read.
    ///
    /// - Parameter output: room for one byte or more.
    /// - Returns: how much of the output is filled; where all of it is, more may be to come even without input.
    /// - Throws: `.undecodable` on bytes that are not gzip.
    mutating func decode(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(PullError.Cause) -> Int {
        var filled = 0
        repeat {
            let room = output.rest(from: filled)
            switch position {
            case .inside:
                let (written, hasEnded) = try member.inflate(&input, into: room)
                filled += written
                if hasEnded { position = .between(magic: 0) }
            case .between(let count): try lookForMember(&input, seen: count, into: room)
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

    /// Reads a byte behind a member, until they are the magic of the next one or cannot become it.
    private mutating func lookForMember(
        _ input: inout UnsafeRawBufferPointer, seen count: Int, into room: UnsafeMutableRawBufferPointer
    ) throws(PullError.Cause) {
        guard let byte = input.first else { return }
        input = input.rest(from: 1)
        guard byte == Self.magic[count] else { return position = .behind }
        guard count + 1 == Self.magic.count else { return position = .between(magic: count + 1) }
        try member.startAnew()
        position = .inside
        // A header's first bytes give no output.
        let outcome = Self.magic.withUnsafeBytes { magic in
            var magic = magic
            return Result { () throws(PullError.Cause) in _ = try member.inflate(&magic, into: room) }
        }
        try outcome.get()
    }
}
