#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The files in the folder of an OCI layout.
enum FolderListing {
    /// `index.json`, `oci-layout`, and whatever stands two levels deep in `blobs`. It blocks.
    ///
    /// - Throws: `.disk`; `.malformed` for more than ``TarIndex/memberLimit``.
    static func entries(of folder: String) throws(PullError.Cause) -> [TarEntry] {
        var names = try self.names(in: folder).filter { $0 != "blobs" }
        for algorithm in try self.names(in: folder + "/blobs") {
            names += try self.names(in: "\(folder)/blobs/\(algorithm)").map { "blobs/\(algorithm)/\($0)" }
        }
        var entries: [TarEntry] = []
        for name in names.sorted() {
            var status = stat()
            let path = "\(folder)/\(name)"
            guard lstat(path, &status) == 0 else { continue }
            let isFile = status.st_mode & S_IFMT == S_IFREG
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            entries.append(
                TarEntry(
                    path: name, kind: isFile ? .file : isFolder ? .folder : .other(0), headerOffset: 0, offset: 0,
                    size: isFile ? Int64(status.st_size) : 0))
        }
        return entries
    }

    /// The names in a folder; none where there is no such folder.
    private static func names(in folder: String) throws(PullError.Cause) -> [String] {
        let names: [String]
        do throws(PullError.Cause) {
            names = try Folder.names(in: folder, limit: TarIndex.memberLimit + 1)
        } catch .disk(let errno) where PullError.Cause.isOfAbsence(errno) {
            return []
        }
        guard names.count <= TarIndex.memberLimit else { throw .malformed("more files than any layout has") }
        return names
    }
}
