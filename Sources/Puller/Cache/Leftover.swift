#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A partial file that another run has left, or is writing at this moment. All its calls block.
final class Leftover: Sendable {
    /// Its record.
    let record: PartialRecord
    /// What the record said when it was found.
    let contents: PartialContents
    /// Where the file is.
    let path: String
    private let file: FileDescriptor

    private init(
        record: PartialRecord, contents: PartialContents, path: String, file: consuming FileDescriptor
    ) {
        (self.record, self.contents, self.path) = (record, contents, path)
        self.file = file
    }

    /// Finds the file of a record; nil when it is gone, or another stands in its place.
    static func find(by record: PartialRecord) -> Leftover? {
        guard let contents = record.contents() else { return nil }
        for path in contents.paths.reversed() {
            // Without O_NONBLOCK a pipe in the file's place would hold the call for ever.
            let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK
            guard let file = try? FileDescriptor.open(path, flags) else { continue }
            var status = stat()
            guard fstat(file.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
                PartialContents.Identity(status) == contents.identity
            else { continue }
            return Leftover(record: record, contents: contents, path: path, file: file)
        }
        return nil
    }

    /// What is there of a blob.
    func have(_ blob: Descriptor) -> ByteRanges {
        contents.blobs.first { $0.digest == blob.digest && $0.size == blob.size }?.have ?? ByteRanges()
    }

    /// Reads bytes of a blob.
    ///
    /// - Returns: how many; fewer than `buffer` holds where the file has been cut.
    /// - Throws: `.disk`.
    func read(
        _ blob: Descriptor, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(PullError.Cause) -> Int {
        guard let place = contents.blobs.first(where: { $0.digest == blob.digest })?.place else { return 0 }
        return try file.read(into: buffer, at: place + offset)
    }

    /// Copies what is there of a blob and missing in `have` to its place in another file, piece by piece.
    ///
    /// - Parameter note: is told of every part that has been copied.
    /// - Throws: `.disk`; `CancellationError`.
    func copy(
        _ blob: Descriptor, missingIn have: ByteRanges, to target: any BlobFile, note: (Range<Int64>) -> Void
    ) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        for part in self.have(blob).parts.flatMap({ have.missing(in: $0) }) {
            var offset = part.lowerBound
            while offset < part.upperBound {
                try Task.checkCancellation()
                let wanted = Int(min(Int64(buffer.count), part.upperBound - offset))
                let count = try read(blob, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: offset)
                guard count == wanted else { return }
                try target.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: offset)
                note(offset..<offset + Int64(count))
                offset += Int64(count)
            }
        }
    }

    /// Removes file and record, where no other process is using them.
    func remove() {
        guard record.isOurs else { return }
        unlink(path)
        record.remove()
    }
}

extension PartialContents.Identity {
    init(_ status: stat) { self.init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)) }
}
