#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The room that a disk has left for a user's files. All calls block.
enum DiskRoom {
    /// How many bytes are left on the disk that holds a path's folder; what cannot be counted is as good as endless.
    ///
    /// - Throws: `.disk`.
    static func left(beside path: String) throws(PullError.Cause) -> Int64 {
        var status = statvfs()
        _ = try retrying { Int(statvfs(PartialName.folder(of: path), &status)) }
        // A disk that counts no blocks at all does not say how much it has: ramfs, and some in user space.
        guard status.f_blocks > 0 else { return .max }
        let (room, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? .max : Int64(clamping: room)
    }

    /// Refuses to begin what cannot end.
    ///
    /// - Parameter sizes: of what will be written there.
    /// - Throws: `.noRoom`, `.disk`; `.malformed` when the sizes' sum cannot be counted.
    static func require(_ sizes: some Sequence<Int64>, beside path: String) throws(PullError.Cause) {
        try require(sizes, of: left(beside: path))
    }

    /// Refuses sizes whose sum is over what is there.
    ///
    /// - Throws: `.noRoom`; `.malformed` when the sum cannot be counted.
    static func require(_ sizes: some Sequence<Int64>, of room: Int64) throws(PullError.Cause) {
        guard let needed = sum(sizes) else { throw .malformed("sizes beyond any disk") }
        guard needed <= room else { throw .noRoom(needed: needed, available: room) }
    }

    /// What sizes come to; nil when that cannot be counted.
    static func sum(_ sizes: some Sequence<Int64>) -> Int64? {
        var sum: Int64 = 0
        for size in sizes {
            let (next, overflow) = sum.addingReportingOverflow(size)
            guard !overflow else { return nil }
            sum = next
        }
        return sum
    }
}
