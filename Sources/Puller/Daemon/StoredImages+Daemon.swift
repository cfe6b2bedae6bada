extension StoredImages {
    /// Opens what a daemon saves of its images. The archive waits in a file without a name, in `$TMPDIR` or `/tmp`.
    ///
    /// - Parameters:
    ///   - names: of images, or their IDs.
    ///   - platform: see ``open(_:preferring:)``.
    /// - Throws: `PullError`; `CancellationError`.
    public static func saved(
        by daemon: DaemonSocket, _ names: [String], preferring platform: Platform? = nil
    ) async throws -> StoredImages {
        let path = Archiver.spool + ".daemon"
        let file = try await onDisk(path) { try ArchiveFile.create(at: path, for: .spool) }
        // What is open stays readable without its name.
        defer { file.discard() }
        _ = try await daemon.save(names) { bytes, offset in try namingDisk(path) { try file.write(bytes, at: offset) } }
        return try await open(file.partialPath, preferring: platform)
    }
}
