#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A blob on disk for as long as it is needed: a file without a name, so that nothing is left of it whatever happens to
/// the process. All its calls block.
final class SpoolFile: Sendable {
    private let file: FileDescriptor

    private init(_ file: consuming FileDescriptor) { self.file = file }

    /// Creates an empty file on the disk that will also hold the archive.
    ///
    /// - Parameter path: The archive's name; the file is made in its folder.
    /// - Throws: `.disk`.
    static func create(beside path: String) throws(PullError.Cause) -> SpoolFile {
        while true {
            let name = PartialName.beside(path)
            do throws(PullError.Cause) {
                let file = try FileDescriptor.open(name, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
                _ = try retrying { Int(unlink(name)) }
                return SpoolFile(file)
            } catch .disk(errno: EEXIST) {
                continue
            }
        }
    }

    /// Writes all bytes at a place in the file.
    ///
    /// - Throws: `.disk`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(PullError.Cause) {
        try file.write(bytes, at: offset)
    }

    /// Writes all bytes at a place in the file.
    ///
    /// - Throws: `.disk`.
    func write(_ bytes: [UInt8], at offset: Int64) throws {
        try bytes.withUnsafeBytes { try file.write($0, at: offset) }
    }

    /// Hands on all bytes from the beginning, piece by piece.
    ///
    /// - Throws: `.disk`; `CancellationError` when the task is cancelled; what `body` throws.
    func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while true {
            try Task.checkCancellation()
            let count = try file.read(into: buffer, at: offset)
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
    }
}
