/// The files of Docker's layout up to release 24: a folder for each layer, the configurations, and two lists.
///
/// Rules: moby 20.10 `image/tarexport/save.go`.
enum ClassicFiles {
    /// A layer's folder and what is in it.
    ///
    /// - Parameter earlier: the folder of a layer with the same bytes, which this one links to.
    static func folder(
        of layer: InflatedImage.Layer, linkingTo earlier: String? = nil, modified: Int64
    ) -> [ArchiveMember] {
        let folder = layer.v1.id + "/"
        let content: ArchiveMember.Content =
            earlier.map { .link("../\($0)/layer.tar") } ?? .inflated(layer.blob, diffID: layer.diffID)
        return [
            ArchiveMember(path: folder, content: .folder, mode: 0o040755, modified: modified, owner: owner),
            file(folder + "VERSION", Array("1.0".utf8), modified: modified),
            file(folder + "json", layer.v1.json, modified: modified),
            ArchiveMember(
                path: folder + "layer.tar", content: content, mode: earlier == nil ? fileMode : 0o120777,
                modified: modified, owner: owner),
        ]
    }

    /// The configurations, `manifest.json` and `repositories`, which is missing where no image has a name.
    static func lists(of images: [InflatedImage]) -> [ArchiveMember] {
        let configs = images.map { file(configName(of: $0), $0.named.image.config, modified: $0.created ?? 0) }
        let manifest = file("manifest.json", line(manifest(of: images)), modified: 0)
        let repositories = images.repositories(\.v1.id).map { file("repositories", line($0), modified: 0) }
        return configs + [manifest] + (repositories.map { [$0] } ?? [])
    }

    private static func manifest(of images: [InflatedImage]) -> GoJSON {
        .array(
            images.map { image in
                .object([
                    "Config": .text(configName(of: image)),
                    "RepoTags": image.named.repoTags,
                    "Layers": .array(image.layers.map { .text($0.v1.id + "/layer.tar") }),
                ])
            })
    }

    private static func configName(of image: InflatedImage) -> String { image.id.hex + ".json" }

    private static let owner = "root"
    private static let fileMode: UInt32 = 0o100644

    private static func file(_ path: String, _ bytes: [UInt8], modified: Int64) -> ArchiveMember {
        ArchiveMember(path: path, content: .bytes(bytes), mode: fileMode, modified: modified, owner: owner)
    }

    private static func line(_ json: GoJSON) -> [UInt8] { json.bytes(.go119) + [UInt8(ascii: "\n")] }
}
