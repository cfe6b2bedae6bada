/// An archive as far as it is known before any layer has come.
struct ArchiveDraft: Sendable {
    /// The layout.
    let layout: ArchiveLayout
    /// The members, in their order; where the layout needs the sizes of inflated layers, those that hold layers are right
    /// and the others are not.
    let members: [ArchiveMember]
    /// By what the archive is known again; nil for one of several images.
    let saved: SavedImage?
    private let images: [ArchivedImage]

    /// Plans the archive.
    ///
    /// - Throws: as ``ArchiveLayout/members(of:sizes:)``.
    init(images: [ArchivedImage], layout: ArchiveLayout) throws(PullError.Cause) {
        (self.images, self.layout) = (images, layout)
        members = try layout.members(of: images)
        guard let image = images.first, images.count == 1 else {
            saved = nil
            return
        }
        saved = try SavedImage(image)
    }

    /// The members as they are once it is known what the layers inflate to.
    ///
    /// - Throws: as ``ArchiveLayout/members(of:sizes:)``.
    func members(sizes: InflatedSizes) throws(PullError.Cause) -> [ArchiveMember] {
        layout.needsInflatedSizes ? try layout.members(of: images, sizes: sizes) : members
    }

    /// Where everything stands once it is known, or believed, what the layers inflate to; nil where one is missing.
    ///
    /// - Throws: as ``members(sizes:)``; `.malformed` when the sizes' sum cannot be counted.
    func plan(_ sizes: InflatedSizes) throws(PullError.Cause) -> ArchivePlan? {
        try ArchivePlan(members(sizes: sizes), sizes: sizes)
    }
}
