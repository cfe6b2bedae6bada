#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif
internal import Synchronization

/// A file that is written beside its name and appears under it only when it is whole.
///
/// It may be written at any place by any number of tasks. Unless it is committed, it is gone when its last owner is.
/// All its calls block.
final class ArchiveFile: Sendable {
    /// What a file is for.
    enum Purpose: Hashable, Sendable {
        /// It becomes the archive itself: anybody may read it, and it has to be on the disk when it gets its name.
        case archive
        /// Bytes wait in it for their turn: for its owner alone, and never given a name.
        case spool

        fileprivate var mode: mode_t { self == .archive ? 0o644 : 0o600 }
    }

    private enum Fate { case partial, committed, discarded }

    /// The name under which the file will appear.
    let path: String
    /// The hidden name under which it is written, in the same folder.
    let partialPath: String
    private let file: FileDescriptor
    private let purpose: Purpose
    private let fate = Mutex(Fate.partial)
    /// How many bytes have been written since the disk was told to begin.
    private let unwritten = Mutex<Int>(0)

    /// Takes over an open file under its hidden name.
    init(path: String, partialPath: String, file: consuming FileDescriptor, for purpose: Purpose) {
        self.path = path
        self.partialPath = partialPath
        self.file = file
        self.purpose = purpose
    }

    deinit { discard() }

    /// Creates the partial file; nothing is there yet under `path` itself, and nothing is replaced.
    ///
    /// - Throws: `.disk` with the errno of open(2).
    static func create(at path: String, for purpose: Purpose = .archive) throws(PullError.Cause) -> ArchiveFile {
        while true {
            do throws(PullError.Cause) {
                return try create(at: path, partialPath: PartialName.beside(path), for: purpose)
            } catch .disk(errno: EEXIST) {
                continue
            }
        }
    }

    /// Creates the partial file under a name of the caller's choice.
    ///
    /// - Throws: `.disk` with the errno of open(2).
    static func create(
        at path: String, partialPath: String, for purpose: Purpose
    ) throws(PullError.Cause) -> ArchiveFile {
        let file = try FileDescriptor.open(partialPath, O_RDWR | O_CREAT | O_EXCL, mode: purpose.mode)
        return ArchiveFile(path: path, partialPath: partialPath, file: file, for: purpose)
    }

    /// Writes all bytes at a place in the file.
    ///
    /// - Throws: `.disk`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(PullError.Cause) {
        try file.write(bytes, at: offset)
        guard purpose == .archive else { return }
        let isEnough = unwritten.withLock { unwritten in
            unwritten += bytes.count
            guard unwritten >= Self.writtenStep else { return false }
            unwritten = 0
            return true
        }
        // The disk then works while the network does, and `commit` has less to wait for.
        if isEnough { file.beginSynchronizing() }
    }

    /// After so many bytes the disk is told to begin.
    private static let writtenStep = 16 << 20

    /// Writes all bytes at a place in the file.
    ///
    /// - Throws: `.disk`.
    func write(_ bytes: [UInt8], at offset: Int64) throws {
        try bytes.withUnsafeBytes { try file.write($0, at: offset) }
    }

    /// Reads what has been written at a place in the file.
    ///
    /// - Returns: how many bytes; fewer than `buffer` holds only at the file's end.
    /// - Throws: `.disk`.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(PullError.Cause) -> Int {
        try file.read(into: buffer, at: offset)
    }

    /// Gives the file the plan's size and writes all of it that is known: every header, and the contents that are in
    /// memory. The blobs are left to be written at their `contentOffset`.
    ///
    /// - Parameter zeroing: whether something else may stand between them, where an archive has zeros.
    /// - Throws: `.disk`.
    func write(_ plan: ArchivePlan, zeroing: Bool = false) throws {
        try file.resize(to: plan.totalSize)
        for entry in plan.entries {
            try write(entry.header, at: entry.headerOffset)
            if case .bytes(let bytes) = entry.member.content { try write(bytes, at: entry.contentOffset) }
            if zeroing {
                let padding = [UInt8](repeating: 0, count: TarHeader.padding(after: entry.size))
                try write(padding, at: entry.contentOffset + entry.size)
            }
        }
        if zeroing { try write(TarHeader.end, at: plan.totalSize - Int64(TarHeader.end.count)) }
    }

    /// Brings the file to the disk and gives it its name.
    ///
    /// - Parameter replacing: Whether a file that stands under the name is replaced; a folder never is.
    /// - Throws: `.exists` when it is not to be replaced and something stands there, even if it came there in this
    ///   moment; `.disk`. The file is then still partial.
    func commit(replacing: Bool) throws(PullError.Cause) {
        try file.synchronize()
        try fate.withLock { fate throws(PullError.Cause) in
            guard fate == .partial else { return }
            if replacing {
                _ = try retrying { Int(rename(partialPath, path)) }
            } else {
                try renameWithoutReplacing()
            }
            fate = .committed
        }
        // The name itself must survive a power cut too; where the folder cannot be synced, the file still stands.
        try? FileDescriptor.open(PartialName.folder(of: path), O_RDONLY | O_DIRECTORY).synchronize()
    }

    /// Cuts or extends the file.
    ///
    /// - Throws: `.disk`.
    func resize(to size: Int64) throws(PullError.Cause) { try file.resize(to: size) }

    /// The number that the kernel knows the file by, lent.
    var descriptor: Int32 { file.number }

    /// The file stays where it is, under whatever name it has.
    func leave() { fate.withLock { $0 = .committed } }

    /// Removes the partial file; nothing happens after `commit`.
    func discard() {
        fate.withLock { fate in
            guard fate == .partial else { return }
            unlink(partialPath)
            fate = .discarded
        }
    }

    private func renameWithoutReplacing() throws(PullError.Cause) {
        do throws(PullError.Cause) {
            // A hard link never replaces (POSIX link); rename(2) always does.
            _ = try retrying { Int(link(partialPath, path)) }
            unlink(partialPath)
        } catch .disk(errno: EEXIST) {
            throw .exists
        } catch .disk(errno: EPERM), .disk(errno: EOPNOTSUPP), .disk(errno: ENOSYS) {
            try claimAndRename()
        }
    }

    /// For disks without hard links (FAT): an empty file is made first, which only one of several can do, and replaced.
    private func claimAndRename() throws(PullError.Cause) {
        do throws(PullError.Cause) {
            _ = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644)
        } catch .disk(errno: EEXIST) {
            throw .exists
        }
        do throws(PullError.Cause) {
            _ = try retrying { Int(rename(partialPath, path)) }
        } catch {
            unlink(path)
            throw error
        }
    }
}

/// Names of files that are not whole yet.
enum PartialName {
    /// A hidden name in the same folder, new at every call; short enough for any file system.
    static func beside(_ path: String) -> String {
        let name = path.utf8.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? []
        // NAME_MAX is 255 bytes; the rest is the dot, the random part and the ending.
        let kept = String(decoding: name.prefix(200), as: UTF8.self)
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        return "\(folder(of: path))/.\(kept).\(random).partial"
    }

    /// The folder that holds a file, `.` for a bare name.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
