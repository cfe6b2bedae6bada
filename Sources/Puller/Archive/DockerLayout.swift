/// What Docker 28 and 29 save from their containerd store: an OCI image layout of the registry's blobs, and the
/// `manifest.json` of old.
///
/// The archives of dockerd 28.5.2 and 29.7.2 among the fixtures hold it to the byte. Of several images containerd writes
/// `manifest.json` in no order; here it is that of the index, in which they were asked for.
struct DockerLayout {
    let images: [ArchivedImage]
    /// Whether the tags' indexes stay in.
    let keepIndex: Bool

    func members() throws(PullError.Cause) -> [ArchiveMember] {
        let contents = VerbatimLayout(images: images, keepIndex: keepIndex)
        let named = try contents.named()
        let index = VerbatimLayout.file("index.json", try contents.index(of: named).json, mode: 0o644)
        let manifest = VerbatimLayout.file("manifest.json", Self.manifest(of: named), mode: 0o644)
        return (contents.members() + [index, manifest]).sortedByPath()
    }

    /// A manifest stands there once, even where two indexes lead to it.
    private static func manifest(of images: [NamedImage]) -> GoJSON {
        let images = NamedImage.joining(images) { $0.manifest.descriptor.digest }
        return .array(
            images.map { named in
                let layers = named.image.manifest.layers.map { GoJSON.text($0.digest.blobPath) }
                return .object([
                    "Config": .text(named.image.manifest.config.digest.blobPath),
                    "RepoTags": named.repoTags,
                    "Layers": layers.isEmpty ? .null : .array(layers),
                ])
            })
    }
}
