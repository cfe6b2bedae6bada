/// Who inflates gzip.
package enum GzipEngine: Sendable, CaseIterable {
    /// zlib, which is always there.
    case zlib
    /// Intel's ISA-L, about twice as fast, where the machine has it (``IsalLibrary``).
    case isal

    /// Those that this machine has.
    package static let available = allCases.filter { $0 == .zlib || IsalLibrary.onThisMachine != nil }

    /// The one to use.
    package static let fastest = available.last ?? .zlib

    /// Begins before the first member.
    ///
    /// - Throws: `.undecodable` when there is no memory, or not this engine.
    func start() throws(PullError.Cause) -> any GzipMemberInflating {
        switch self {
        case .zlib: return try ZlibMember()
        case .isal:
            guard let library = IsalLibrary.onThisMachine else { throw .undecodable("gzip: ISA-L is not here") }
            return try IsalMember(library)
        }
    }
}

/// Inflates one member of gzip after another. It belongs to one ``GzipInflate``, and is a class because its C library
/// keeps pointers into what it owns.
protocol GzipMemberInflating: AnyObject {
    /// Begins a further member. The one before has ended.
    func startAnew() throws(PullError.Cause)

    /// Inflates until the output is full, the input is used up or the member ends; the input then begins behind what was
    /// read.
    ///
    /// - Returns: how much of the output is filled, and whether the member has ended, with the checksum and the length that
    ///   it should have. Where all of the output is filled, more may be to come even without input.
    /// - Throws: `.undecodable` on bytes that are no member.
    func inflate(
        _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(PullError.Cause) -> (written: Int, hasEnded: Bool)
}
