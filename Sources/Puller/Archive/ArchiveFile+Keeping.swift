#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// How a partial file outlives the pull that wrote it. All calls block.
extension ArchiveFile {
    /// Takes over what another run has left: it gets a hidden name beside the archive's, on the same disk.
    ///
    /// - Throws: `.disk`, with EXDEV where it is on another disk; it is then where it was.
    static func adopt(
        _ leftover: Leftover, at path: String, for purpose: Purpose
    ) throws(PullError.Cause) -> ArchiveFile {
        let partial = PartialName.beside(path)
        // First the word, then the deed: a process that is killed in between leaves a record that knows both names.
        leftover.record.add([PartialContents.line(path: try BlobCache.absolute(partial))])
        _ = try retrying { Int(rename(leftover.path, partial)) }
        let file = try FileDescriptor.open(partial, O_RDWR | O_NOFOLLOW)
        let adopted = ArchiveFile(path: path, partialPath: partial, file: file, for: purpose)
        guard try adopted.identity() == leftover.contents.identity else { throw .disk(errno: ESTALE) }
        if let mode = leftover.contents.mode { _ = try retrying { Int(fchmod(adopted.descriptor, mode_t(mode))) } }
        return adopted
    }

    /// Moves the file out of the archive's folder; it is then no longer this value's to remove.
    ///
    /// - Parameter mode: its permissions from now on.
    /// - Throws: `.disk`, with EXDEV where the other folder is on another disk.
    func move(to path: String, mode: UInt32) throws(PullError.Cause) {
        _ = try retrying { Int(fchmod(descriptor, mode_t(mode))) }
        _ = try retrying { Int(rename(partialPath, path)) }
        leave()
    }

    /// What tells it from other files.
    ///
    /// - Throws: `.disk`.
    func identity() throws(PullError.Cause) -> PartialContents.Identity { PartialContents.Identity(try status()) }

    /// Its permissions.
    ///
    /// - Throws: `.disk`.
    func mode() throws(PullError.Cause) -> UInt32 { UInt32(try status().st_mode & 0o777) }

    /// How many bytes of the disk are taken by what has been written so far.
    ///
    /// - Throws: `.disk`.
    func allocated() throws(PullError.Cause) -> Int64 {
        // POSIX leaves the unit of st_blocks open; Linux and all who build on it count 512 bytes.
        Int64(try status().st_blocks) * 512
    }

    private func status() throws(PullError.Cause) -> stat {
        var status = stat()
        _ = try retrying { Int(fstat(descriptor, &status)) }
        return status
    }

    /// Copies a part to the same place in another file.
    ///
    /// - Throws: `.disk`.
    func copy(_ part: Range<Int64>, to other: ArchiveFile) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var offset = part.lowerBound
        while offset < part.upperBound {
            let wanted = Int(min(Int64(buffer.count), part.upperBound - offset))
            let count = try read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: offset)
            guard count > 0 else { throw PullError.Cause.disk(errno: EIO) }
            try other.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: offset)
            offset += Int64(count)
        }
    }
}
