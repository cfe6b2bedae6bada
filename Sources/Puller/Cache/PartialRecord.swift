#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif
internal import LabNet
internal import Synchronization

/// The record of a partial file, open. Whoever holds its lock may use up, move or remove the file; the lock ends with the
/// process, however that ends. All its calls block.
final class PartialRecord: Sendable {
    /// Its name in the cache's folder.
    let name: String
    /// Whether the lock is ours; otherwise another process is writing the file.
    let isOurs: Bool
    private let folder: String
    private let file: FileDescriptor
    private let isWritable = Mutex(true)

    private init(name: String, folder: String, file: consuming FileDescriptor, isOurs: Bool) {
        (self.name, self.folder, self.isOurs) = (name, folder, isOurs)
        self.file = file
    }

    /// What the names of records end with.
    static let ending = ".partial"

    /// Begins a record, locked from its first moment.
    ///
    /// - Throws: `.disk`.
    static func create(_ contents: PartialContents, named id: String, in folder: String) throws(PullError.Cause)
        -> PartialRecord
    {
        do throws(MemoryFailure) {
            // A folder is made with the one that holds it, and a new user has not even `.cache`.
            _ = try MemoryFolder.open(PartialName.folder(of: folder), creating: true)
            let place = try MemoryFolder.open(folder, creating: true)
            // Under another name nobody looks for it before it is locked.
            let draft = id + ".new"
            let file = FileDescriptor(owning: try place.openFile(draft, creating: true))
            _ = flock(file.number, LOCK_EX | LOCK_NB)
            let record = PartialRecord(name: id + ending, folder: folder, file: file, isOurs: true)
            record.append(contents.text)
            guard record.isWritable.withLock(\.self) else {
                place.remove(draft)
                throw MemoryFailure(errno: ENOSPC)
            }
            try place.rename(draft, to: record.name)
            return record
        } catch {
            throw .disk(errno: error.errno)
        }
    }

    /// Opens a record, and locks it where nobody else has.
    ///
    /// - Throws: `MemoryFailure`.
    static func open(_ name: String, in folder: String) throws(MemoryFailure) -> PartialRecord {
        let place = try MemoryFolder.open(folder, creating: false)
        let file = FileDescriptor(owning: try place.openFile(name, creating: false))
        let isOurs = flock(file.number, LOCK_EX | LOCK_NB) == 0
        return PartialRecord(name: name, folder: folder, file: file, isOurs: isOurs)
    }

    /// What it says now; nil when it says nothing that can be understood, or has been removed.
    func contents() -> PartialContents? {
        var status = stat()
        guard fstat(file.number, &status) == 0, status.st_nlink > 0, status.st_size <= PartialContents.textLimit else {
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = bytes.withUnsafeMutableBytes { try? file.read(into: $0, at: 0) }
        return PartialContents(text: String(decoding: bytes.prefix(count ?? 0), as: UTF8.self))
    }

    /// When something was last added, in nanoseconds since 1970.
    var lastUse: Int64 {
        var status = stat()
        guard fstat(file.number, &status) == 0 else { return 0 }
        return Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
    }

    /// Adds lines. They are in the hands of the kernel when this returns: they survive this process, not a power cut. What
    /// cannot be written is left out, and all after it: a record may say too little.
    func add(_ lines: [String]) { append(lines.map { $0 + "\n" }.joined()) }

    private func append(_ text: String) {
        isWritable.withLock { isWritable in
            guard isWritable, isOurs else { return }
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let count = try? retrying { bytes.withUnsafeBytes { write(file.number, $0.baseAddress, $0.count) } }
                guard let count, count > 0 else { return isWritable = false }
                bytes = bytes.dropFirst(count)
            }
        }
    }

    /// Gives up the lock: whoever comes next may use the file.
    func release() {
        isWritable.withLock { $0 = false }
        _ = flock(file.number, LOCK_UN)
    }

    /// Removes the record; what it was about is nobody's any more.
    func remove() {
        isWritable.withLock { $0 = false }
        guard isOurs else { return }
        try? MemoryFolder.open(folder, creating: false).remove(name)
    }
}

/// One blob's part of a record.
struct BlobRecord: Sendable {
    /// The record.
    let record: PartialRecord
    /// The blob's number in it.
    let number: Int

    /// These parts have come.
    func add(_ parts: ByteRanges) { record.add(PartialContents.lines(have: parts, ofBlob: number)) }

    /// What has come was not what it should be.
    func forget() { record.add([PartialContents.line(goneBlob: number)]) }
}
