/// Where everything stands in an archive all of whose sizes are known, before the first layer arrives.
///
/// The blobs can then be written in any order, in parallel, straight to their places; whatever is in no entry is zeros.
struct ArchivePlan: Sendable {
    /// One member and its place.
    struct Entry: Sendable {
        /// The member.
        let member: ArchiveMember
        /// Its header, pax records included.
        let header: [UInt8]
        /// Where the header begins, in bytes from the archive's beginning.
        let headerOffset: Int64
        /// Where the content begins.
        let contentOffset: Int64
        /// The count of the content's bytes.
        let size: Int64
    }

    /// The members in the archive's order.
    let entries: [Entry]
    /// The count of the archive's bytes, the end included.
    let totalSize: Int64

    /// Plans an archive; nil where it holds an inflated layer whose size nobody knows.
    ///
    /// - Parameter sizes: what layers inflate to, as far as that is known or believed.
    /// - Throws: `.malformed` when a size is negative or their sum cannot be counted.
    init?(_ members: [ArchiveMember], sizes: InflatedSizes = [:]) throws(PullError.Cause) {
        var entries: [Entry] = []
        var end: Int64 = 0
        for member in members {
            guard let size = member.content.size ?? member.content.inflated.flatMap({ sizes[$0.diffID] }) else {
                return nil
            }
            guard size >= 0 else { throw .malformed("negative size") }
            let header = TarHeader.bytes(of: member, size: size)
            let contentOffset = try end.plus(Int64(header.count))
            entries.append(
                Entry(member: member, header: header, headerOffset: end, contentOffset: contentOffset, size: size))
            end = try contentOffset.plus(size).plus(Int64(TarHeader.padding(after: size)))
        }
        self.entries = entries
        totalSize = try end.plus(Int64(TarHeader.end.count))
    }

    /// Where a layer's inflated bytes stand in the archive's file; nil where the archive has no such layer.
    func target(of layer: LayerContent, in file: ArchiveFile) -> LayerInflation.Target? {
        let own = entries.filter { $0.member.content.inflated == layer }
        return own.first.map { .init(file: file, starts: own.map(\.contentOffset), room: $0.size) }
    }
}
