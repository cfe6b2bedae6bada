#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Folders on disk. All calls block.
enum Folder {
    /// Makes a folder; one that is there stays as it is. Those above it must exist.
    ///
    /// - Throws: `.disk`.
    static func make(_ path: String) throws(PullError.Cause) {
        if mkdir(path, 0o755) != 0, errno != EEXIST { throw .disk(errno: errno) }
    }

    /// The names in a folder, in any order; `.` and `..` are none.
    ///
    /// - Parameter limit: no more than these are read.
    /// - Throws: `.disk`, with ENOENT where nothing is there and ENOTDIR where it is no folder.
    static func names(in path: String, limit: Int = .max) throws(PullError.Cause) -> [String] {
        guard let listing = opendir(path) else { throw .disk(errno: errno) }
        defer { closedir(listing) }
        var names: [String] = []
        while names.count < limit, let entry = readdir(listing) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
