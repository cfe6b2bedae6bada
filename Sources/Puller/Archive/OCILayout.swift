/// An OCI image layout (image-spec image-layout.md), as a tar or, written from the same members, as a folder.
struct OCILayout {
    let images: [ArchivedImage]
    /// Whether the tags' indexes stay in.
    let keepIndex: Bool

    func members() throws(PullError.Cause) -> [ArchiveMember] {
        let contents = VerbatimLayout(images: images, keepIndex: keepIndex)
        var index = try contents.index(of: try contents.named())
        index.tellApart()
        let folders = images.compactMap {
            contents.keptIndex(of: $0).map { VerbatimLayout.folder(of: $0.descriptor.digest) }
        }
        return (contents.members() + folders + [VerbatimLayout.file("index.json", index.json, mode: 0o644)])
            .sortedByPath()
    }
}
