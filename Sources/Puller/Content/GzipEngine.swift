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
    func start(outputSize: Int) throws(PullError.Cause) -> any GzipMemberInflating {
        switch self {
        case .zlib: return try ZlibMember(outputSize: outputSize)
        case .isal:
            guard let library = IsalLibrary.onThisMachine else { throw .undecodable("gzip: ISA-L is not here") }
            return try IsalMember(library, outputSize: outputSize)
        }
    }
}

/// Inflates one member of gzip after another. It belongs to one ``GzipInflate``, and is a class because its C library
/// keeps pointers into what it owns.
protocol GzipMemberInflating: AnyObject {
    /// Begins a further member. The one before has ended.
    func startAnew() throws(PullError.Cause)

    /// Takes in the next bytes of the member, hands on what they inflate to and removes them from `rest`: all of them,
    /// unless the member ends among them.
    ///
    /// - Returns: Whether the member has ended, with the checksum and the length that it should have.
    /// - Throws: `.undecodable` on bytes that are no member; what `sink` throws.
    func inflate(
        _ rest: inout Slice<UnsafeRawBufferPointer>, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Bool
}
