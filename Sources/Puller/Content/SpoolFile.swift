/// A blob on disk for as long as it is needed. All its calls block.
final class SpoolFile: Sendable {
    private let file: ArchiveFile
    private let place: Range<Int64>

    private init(_ file: ArchiveFile, _ place: Range<Int64>) { (self.file, self.place) = (file, place) }

    /// A blob that stands in a file with others; it begins at `start`.
    convenience init(in file: ArchiveFile, at start: Int64, size: Int64) { self.init(file, start..<start + size) }

    /// Creates an empty file without a name, so that nothing is left of it whatever happens to the process.
    ///
    /// - Parameter path: The archive's name; the file is made on the disk that will also hold the archive.
    /// - Throws: `.disk`.
    static func create(beside path: String) throws(PullError.Cause) -> SpoolFile {
        let file = try ArchiveFile.create(at: path, mode: 0o600)
        file.discard()
        return SpoolFile(file, 0..<Int64.max)
    }

    /// Writes all bytes at a place in the blob.
    ///
    /// - Throws: `.disk`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(PullError.Cause) {
        try file.write(bytes, at: place.lowerBound + offset)
    }

    /// Writes all bytes at a place in the blob.
    ///
    /// - Throws: `.disk`.
    func write(_ bytes: [UInt8], at offset: Int64) throws {
        try bytes.withUnsafeBytes { try write($0, at: offset) }
    }

    /// Hands on all bytes from the beginning, piece by piece.
    ///
    /// - Throws: `.disk`; `CancellationError` when the task is cancelled; what `body` throws.
    func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)
        defer { buffer.deallocate() }
        var offset = place.lowerBound
        while offset < place.upperBound {
            try Task.checkCancellation()
            let wanted = Int(min(Int64(buffer.count), place.upperBound - offset))
            let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: offset)
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
    }
}
