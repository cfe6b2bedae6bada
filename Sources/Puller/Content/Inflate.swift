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
    /// - Parameters:
    ///   - engine: who inflates; both take and refuse the same.
    ///   - outputSize: How many inflated bytes are handed on at most at a time.
    /// - Throws: `.undecodable` when there is no memory, or not this engine.
    static func start(
        engine: GzipEngine = .fastest, outputSize: Int = 256 * 1024
    ) throws(PullError.Cause) -> GzipInflate { GzipInflate(try engine.start(outputSize: outputSize)) }

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
        if try member.inflate(&rest, into: sink) { position = .between(magic: 0) }
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
        try member.startAnew()
        position = .inside
        try Self.magic.withUnsafeBytes { magic in
            var magic = magic[...]
            try inflateMember(&magic, into: sink)
        }
    }
}
