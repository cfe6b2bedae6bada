internal import CLinux

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Parts of a file that take no disk. All calls block.
extension ArchiveFile {
    /// Gives a part back to the disk; it reads as zeros then.
    ///
    /// - Throws: `.disk`, with EOPNOTSUPP where the disk knows no holes.
    func makeHole(in part: Range<Int64>) throws(PullError.Cause) {
        _ = try retrying { Int(linux_make_hole(descriptor, part.lowerBound, part.upperBound - part.lowerBound)) }
    }

    /// Brings a part to other places in the file, and gives its own back to the disk bit by bit.
    ///
    /// - Parameter starts: places that neither overlap the part nor one another.
    /// - Throws: `.disk`; `CancellationError`.
    func move(_ part: Range<Int64>, to starts: [Int64]) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var offset = part.lowerBound
        while offset < part.upperBound {
            try Task.checkCancellation()
            let wanted = Int(min(Int64(buffer.count), part.upperBound - offset))
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
            // Somebody else has cut the file.
            guard try read(into: piece, at: offset) == wanted else { throw PullError.Cause.disk(errno: EIO) }
            for start in starts { try write(UnsafeRawBufferPointer(piece), at: start + offset - part.lowerBound) }
            try makeHole(in: offset..<offset + Int64(wanted))
            offset += Int64(wanted)
        }
    }
}
