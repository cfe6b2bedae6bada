#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Folders that output goes into.
enum FolderPath {
    /// Makes a folder; one that is there stays as it is. Those above it must exist. It blocks.
    ///
    /// - Throws: `.disk`.
    static func make(_ path: String) throws(PullError.Cause) {
        if mkdir(path, 0o755) != 0, errno != EEXIST { throw .disk(errno: errno) }
    }
}
