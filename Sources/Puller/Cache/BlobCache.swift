#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif
internal import LabNet

/// What interrupted pulls have left: a folder of records, and of the partial files that were moved there. All its calls
/// block.
///
/// A pull writes its blobs straight to their places in its own hidden file, and nothing in here but a record of what has
/// come. A pull that fails moves that file here; one that is killed leaves it where it was, and the record says where. So
/// an uninterrupted pull writes every byte once.
struct BlobCache: Sendable {
    /// Where it is and how large it may become.
    let settings: TransferOptions.Cache

    /// Every partial file that is left; on the way those are removed that hold nothing, and records whose file is gone.
    func leftovers() -> [Leftover] {
        let names = (try? MemoryFolder.open(settings.folder, creating: false).names()) ?? []
        return names.filter { $0.hasSuffix(PartialRecord.ending) }.compactMap { name in
            guard let record = try? PartialRecord.open(name, in: settings.folder) else { return nil }
            guard let leftover = Leftover.find(by: record) else {
                record.remove()
                return nil
            }
            // Killed before the first bytes came.
            guard leftover.contents.count > 0 || !record.isOurs else {
                leftover.remove()
                return nil
            }
            return leftover
        }
    }

    /// Begins the record of a file, which then counts as in use for as long as the record is open.
    ///
    /// - Throws: `.disk` when it cannot be written.
    func record(of file: ArchiveFile, blobs: [PartialContents.Blob]) throws(PullError.Cause) -> PartialRecord {
        let contents = PartialContents(
            identity: try file.identity(), path: try Self.absolute(file.partialPath), blobs: blobs)
        return try PartialRecord.create(contents, named: Self.newName(), in: settings.folder)
    }

    /// Moves a partial file here, and removes it from where it was whatever happens.
    func keep(_ file: ArchiveFile, by record: PartialRecord) {
        defer {
            file.discard()
            record.release()
            trim()
        }
        guard var contents = record.contents(), contents.count > 0, settings.limit > 0, let mode = try? file.mode()
        else { return record.remove() }
        contents.mode = mode
        let (kept, end) = contents.fitting(settings.limit)
        let path = "\(settings.folder)/\(Self.newName()).data"
        do throws(PullError.Cause) {
            record.add([PartialContents.line(path: path), PartialContents.line(mode: mode)])
            try file.move(to: path, mode: 0o600)
            if kept.count < contents.count {
                try file.resize(to: end)
                try replace(record, by: kept, at: path, of: file)
            }
        } catch .disk(errno: EXDEV) {
            copy(kept, from: file, to: path, replacing: record)
        } catch {
            record.remove()
        }
    }

    /// For a file on another disk: what is to be kept is copied.
    private func copy(
        _ contents: PartialContents, from file: ArchiveFile, to path: String, replacing record: PartialRecord
    ) {
        defer { record.remove() }
        do {
            let copy = try ArchiveFile.create(at: path, partialPath: path, for: .spool)
            for blob in contents.blobs {
                for part in blob.have.parts {
                    try file.copy(blob.place + part.lowerBound..<blob.place + part.upperBound, to: copy)
                }
            }
            try replace(nil, by: contents, at: path, of: copy)
            copy.leave()
        } catch {
            // A cache that has no room is none; the copy is gone with its last owner.
        }
    }

    private func replace(
        _ record: PartialRecord?, by contents: PartialContents, at path: String, of file: ArchiveFile
    ) throws(PullError.Cause) {
        var contents = contents
        contents.identity = try file.identity()
        contents.paths = [path]
        _ = try PartialRecord.create(contents, named: Self.newName(), in: settings.folder)
        record?.remove()
    }

    /// Removes what was used longest ago until the rest fits; never what a running process uses.
    func trim() {
        let all = leftovers()
        removeOrphans(sparing: Set(all.flatMap { [$0.record.name, $0.path] }))
        let idle = all.filter(\.record.isOurs).sorted { $0.record.lastUse < $1.record.lastUse }
        var total = idle.reduce(0) { $0 + $1.contents.count }
        for leftover in idle where total > settings.limit {
            leftover.remove()
            total -= leftover.contents.count
        }
    }

    /// Removes what a process has left that was killed while it moved a file here.
    private func removeOrphans(sparing names: Set<String>) {
        guard let folder = try? MemoryFolder.open(settings.folder, creating: false) else { return }
        for name in (try? folder.names()) ?? [] where name.hasSuffix(".data") || name.hasSuffix(".new") {
            let path = "\(settings.folder)/\(name)"
            var status = stat()
            guard !names.contains(path), lstat(path, &status) == 0,
                WallClock.secondsSince1970() - Int64(status.st_mtim.tv_sec) > Self.orphanAge
            else { continue }
            folder.remove(name)
        }
    }

    /// Nobody takes an hour to move a file.
    private static let orphanAge: Int64 = 3600

    private static func newName() -> String { String(UInt64.random(in: .min ... .max), radix: 36) }

    /// - Throws: `.disk`; EINVAL for a path with a line break, which a record cannot hold.
    static func absolute(_ path: String) throws(PullError.Cause) -> String {
        guard let folder = realpath(PartialName.folder(of: path), nil) else { throw .disk(errno: errno) }
        defer { free(folder) }
        let name = path.split(separator: "/").last ?? ""
        let absolute = String(cString: folder) + "/" + name
        guard !absolute.contains("\n") else { throw .disk(errno: EINVAL) }
        return absolute
    }
}
