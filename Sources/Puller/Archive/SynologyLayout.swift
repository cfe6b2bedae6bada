/// What a NAS imports: Docker 20.10's layout, but every layer is a file of its own, since old importers do not follow
/// links, and the folders come in the order in which layers lie on one another.
///
/// Importers of this kind list images by `repositories`, so every image has a name there: one that was asked for by its
/// digest alone gets the first digits of its ID for a tag. Nothing shows the time of the save.
struct SynologyLayout {
    let images: [ArchivedImage]

    /// - Throws: as the other layouts; `.unsupported` for an image without any name.
    func members() throws(PullError.Cause) -> [ArchiveMember] {
        let images = try InflatedImage.all(try tagged(), format: .docker2010)
        var saved: Set<String> = []
        let folders = images.flatMap { image in
            image.layers.filter { saved.insert($0.v1.id).inserted }
                .flatMap { ClassicFiles.folder(of: $0, modified: image.created ?? 0) }
        }
        return folders + ClassicFiles.lists(of: images)
    }

    private func tagged() throws(PullError.Cause) -> [ArchivedImage] {
        let withTag = Set(images.lazy.filter { $0.names.contains { $0.tag != nil } }.map(\.config))
        var tagged: [ArchivedImage] = []
        for var image in images {
            if !withTag.contains(image.config) {
                guard var name = image.names.first else { throw .unsupported("image without a name") }
                name.tag = try Digester.digest(of: image.config).short
                image.names = [name]
            }
            tagged.append(image)
        }
        return tagged
    }
}
