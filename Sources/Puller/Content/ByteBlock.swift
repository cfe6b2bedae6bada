/// Memory for bytes on their way, freed with its last owner.
///
/// It is `@unchecked Sendable` because it is handed on whole: whoever has it is alone with it until he passes it on, and a
/// queue between two tasks orders their turns.
final class ByteBlock: @unchecked Sendable {
    /// The memory, filled or not.
    let bytes: UnsafeMutableRawBufferPointer
    /// How many of them are filled.
    var count = 0

    /// How many bytes have proved to be enough for a system call, a hash or a task switch to be cheap beside them.
    static let usualSize = 256 * 1024

    /// Allocates; nothing is filled.
    init(_ size: Int = ByteBlock.usualSize) { bytes = .allocate(byteCount: size, alignment: 64) }

    deinit { bytes.deallocate() }

    /// What is filled.
    var filled: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[..<count]) }
}
