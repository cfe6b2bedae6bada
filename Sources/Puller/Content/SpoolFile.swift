/// A blob on disk for as long as it is needed. All its calls block.
final class SpoolFile: Sendable {
    private let file: any ReadableFile
    private let place: Range<Int64>

    /// How many bytes it has.
    var size: Int64 { place.upperBound - place.lowerBound }

    /// A blob that stands in a file with others; it begins at `start`.
    init(in file: any ReadableFile, at start: Int64, size: Int64) { (self.file, place) = (file, start..<start + size) }

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

    /// Brings one part ahead of the rest; for fewer bytes than memory has.
    func bring(_ part: Range<Int64>, of transfer: BlobTransfer) async {
        guard part.lowerBound >= 0, part.upperBound <= size else { return }
        await withTaskExecutorPreference(.blocking) {
            let bytes = try? file.bytes(at: place.lowerBound + part.lowerBound, count: part.count)
            try? bytes?.withUnsafeBytes { try transfer.take($0, at: part.lowerBound) }
        }
    }

    /// So many of the first bytes; fewer only where there are no more.
    ///
    /// - Throws: `.disk`.
    func prefix(_ count: Int) throws(PullError.Cause) -> [UInt8] {
        try file.bytes(at: place.lowerBound, count: Int(min(Int64(count), size)))
    }
}
