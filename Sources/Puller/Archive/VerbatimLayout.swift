/// What layouts `docker` and `oci` have in common: the registry's blobs verbatim, an OCI index that names the images, and
/// the mark of an OCI image layout.
///
/// Rules: containerd `core/images/archive/exporter.go`, moby `daemon/containerd/image_exporter.go`.
struct VerbatimLayout {
    /// The images in the order in which they were asked for.
    let images: [ArchivedImage]
    /// Whether the tags' indexes stay in (`docker save`), or the platform's manifests stand alone (`--platform`). Where
    /// they stay, all that an image has of its index is written too, attestations as well: what the store holds, Docker
    /// saves.
    let keepIndex: Bool

    /// The index that stays in the archive with an image.
    func keptIndex(of image: ArchivedImage) -> ImageIndex? { keepIndex ? image.index : nil }

    /// Each image once: what the archive's index points to makes it what it is.
    ///
    /// - Throws: as `NamedImage.all` does.
    func named() throws(PullError.Cause) -> [NamedImage] {
        try NamedImage.all(images) { (keptIndex(of: $0)?.descriptor ?? $0.manifest.descriptor).digest }
    }

    /// Blobs, folders, and the mark; in no order, and some of them more than once.
    func members() -> [ArchiveMember] {
        let contents = images.flatMap(contents)
        let blobs = contents.map { digest, content in
            ArchiveMember(path: digest.blobPath, content: content, mode: 0o444, modified: 0)
        }
        return blobs + folders()
            + [Self.file("oci-layout", .object(["imageLayoutVersion": .text("1.0.0")]), mode: 0o444)]
    }

    /// Every blob of an image; layers that may not be distributed only where they are wanted.
    private func contents(of image: ArchivedImage) -> [(Digest, ArchiveMember.Content)] {
        var contents: [(Digest, ArchiveMember.Content)] = [
            (image.manifest.descriptor.digest, .bytes(image.manifest.bytes)),
            (image.manifest.config.digest, .bytes(image.config)),
        ]
        if let index = keptIndex(of: image) { contents.append((index.descriptor.digest, .bytes(index.bytes))) }
        let rest = image.manifest.layers.map { ListedContent($0) } + others(of: image)
        return contents
            + rest.filter { !(image.omitsForeignLayers && $0.descriptor.isForeign) }
            .map { ($0.descriptor.digest, $0.bytes.map { .bytes($0) } ?? .blob($0.descriptor)) }
    }

    private func others(of image: ArchivedImage) -> [ListedContent] { keptIndex(of: image) == nil ? [] : image.others }

    /// A folder for each algorithm; the indexes' own does not count, as in containerd.
    private func folders() -> [ArchiveMember] {
        let digests = images.flatMap { image in
            [image.manifest.descriptor.digest, image.manifest.config.digest] + image.manifest.layers.map(\.digest)
                + others(of: image).map(\.descriptor.digest)
        }
        return [Self.folder("blobs/")] + digests.map(Self.folder(of:))
    }

    /// The folder that a blob stands in.
    static func folder(of blob: Digest) -> ArchiveMember { folder("blobs/\(blob.algorithm.rawValue)/") }

    private static func folder(_ path: String) -> ArchiveMember {
        ArchiveMember(path: path, content: .folder, mode: 0o755, modified: 0)
    }

    /// A file of JSON, as Go writes it.
    static func file(_ path: String, _ json: GoJSON, mode: UInt32) -> ArchiveMember {
        ArchiveMember(path: path, content: .bytes(json.bytes()), mode: mode, modified: 0)
    }
}
