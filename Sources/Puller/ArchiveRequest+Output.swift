#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// What may stand under the name of an archive before it is written, and after.
extension ArchiveRequest.Output {
    /// The path; nil where it is no file.
    var path: String? {
        switch self {
        case .file(let path, _), .folder(let path): path
        case .standardOutput, .daemon: nil
        }
    }

    /// Refuses what no pull may replace, before anything is asked. For a file: folders, devices and pipes always
    /// (`-o /dev/null` as root must not make a file of it), and everything where nothing may be replaced. For an OCI
    /// layout's folder: a file, and a folder that holds other things.
    ///
    /// - Throws: `PullError` with `.exists` or `.disk`.
    func refuseUnusable() async throws {
        switch self {
        case .file(let path, let replacing):
            try await onDisk(path) {
                guard let isFile = try Self.isRegularFile(path) else { return }
                if !isFile || replacing == .nothing { throw PullError.Cause.exists }
            }
        case .folder(let path): try await onDisk(path) { try OCIFolder(path).refuseForeign() }
        case .standardOutput, .daemon: return
        }
    }

    /// Refuses a file that belongs to another image, before its layers are fetched.
    ///
    /// - Throws: `PullError` with `.exists` or `.disk`.
    func refuseTaken(by image: SavedImage?) async throws {
        guard case .file(let path, .sameImage) = self,
            try await onDisk(path, { try Self.isRegularFile(path) }) != nil
        else { return }
        guard let image, try await SavedImage.read(path, preferring: image.platform)?.isSame(as: image) == true else {
            throw PullError(step: .archive, place: path, cause: .exists)
        }
    }

    /// Gives a finished archive its name. What came to stand there meanwhile is judged again.
    ///
    /// - Throws: `PullError` with `.exists` or `.disk`; the file is then still partial.
    func commit(_ file: ArchiveFile, of image: SavedImage?) async throws {
        guard case .file(let path, let replacing) = self else { return }
        switch replacing {
        case .anything:
            try await onDisk(path) { try file.commit(replacing: true) }
        case .nothing:
            try await onDisk(path) { try file.commit(replacing: false) }
        case .sameImage:
            try await refuseTaken(by: image)
            try await onDisk(path) { try file.commit(replacing: Self.isRegularFile(path) != nil) }
        }
    }

    /// Nil when nothing stands there; a link counts as what it leads to, a dangling one as a file.
    private static func isRegularFile(_ path: String) throws(PullError.Cause) -> Bool? {
        var status = stat()
        if lstat(path, &status) != 0 {
            if errno == ENOENT { return nil }
            throw .disk(errno: errno)
        }
        if stat(path, &status) != 0 { return errno == ENOENT ? true : nil }
        return status.st_mode & S_IFMT == S_IFREG
    }
}
