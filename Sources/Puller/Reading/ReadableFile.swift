#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A file that bytes can be read from at any place, by any number of tasks. Its calls block.
protocol ReadableFile: Sendable {
    /// Reads bytes at a place in the file.
    ///
    /// - Returns: how many; fewer than `buffer` holds only at the file's end.
    /// - Throws: `.disk`.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(PullError.Cause) -> Int
}

extension ReadableFile {
    /// So many bytes at a place; fewer only at the file's end.
    ///
    /// - Throws: `.disk`.
    func bytes(at offset: Int64, count: Int) throws(PullError.Cause) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let outcome: Result<Int, PullError.Cause> = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(PullError.Cause) in try read(into: buffer, at: offset) }
        }
        return Array(bytes.prefix(try outcome.get()))
    }
}

extension ArchiveFile: ReadableFile {}

/// Somebody's file, open to be read.
final class OpenFile: ReadableFile {
    /// The count of its bytes when it was opened.
    let size: Int64
    private let file: FileDescriptor

    /// Opens a regular file; pipes and devices would block, or never end.
    ///
    /// - Parameter followingLinks: whether the name itself may be a symbolic link.
    /// - Throws: `.disk`, with EINVAL for what is no regular file.
    init(_ path: String, followingLinks: Bool = true) throws(PullError.Cause) {
        file = try FileDescriptor.open(path, O_RDONLY | O_NONBLOCK | (followingLinks ? 0 : O_NOFOLLOW))
        var status = stat()
        let number = file.number
        _ = try retrying { Int(fstat(number, &status)) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .disk(errno: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
        }
        size = Int64(status.st_size)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(PullError.Cause) -> Int {
        try file.read(into: buffer, at: offset)
    }
}
