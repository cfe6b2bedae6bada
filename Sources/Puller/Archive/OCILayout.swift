/// An OCI image layout (image-spec image-layout.md), as a tar or, written from the same members, as a folder.
struct OCILayout {
    let images: [ArchivedImage]
    /// Whether the tags' indexes stay in.
    let keepIndex: Bool

    func members() throws(PullError.Cause) -> [ArchiveMember] {
        let contents = VerbatimLayout(images: images, keepIndex: keepIndex)
        let named = try contents.named()
        // Readers select an image by this one annotation (`skopeo copy oci:folder:latest`), so it must select one.
        let tags = Dictionary(grouping: named.flatMap(\.names), by: \.tag)
        let index = try contents.index(of: named) { tags[$0.tag]?.count == 1 ? $0.tag : $0.full }
        let folders = images.compactMap {
            contents.keptIndex(of: $0).map { VerbatimLayout.folder(of: $0.descriptor.digest) }
        }
        return (contents.members() + folders + [index]).sortedByPath()
    }
}
