/// What Docker 20.10 saves: the layers inflated, each in a folder named by its v1 ID.
///
/// Rules: moby 20.10 `image/tarexport/save.go`; the archive of dockerd 20.10.24 among the fixtures holds it to the byte.
struct Docker2010Layout {
    let image: ArchivedImage
    /// The time of the save, in seconds since 1970; Docker lets it show where a layer occurs again.
    let saveTime: Int64

    func members() throws(PullError.Cause) -> [ArchiveMember] {
        let layers = image.manifest.layers
        guard !layers.isEmpty else { throw .unsupported("image without layers") }
        guard layers.count == image.diffIDs.count else {
            throw .malformed("config.rootfs.diff_ids: other than the layers")
        }
        guard image.diffIDs.allSatisfy({ $0.algorithm == .sha256 }) else {
            throw .unsupported("diffID other than SHA-256")
        }

        let v1 = try V1Image(config: image.config)
        let chain = try v1.chain(of: image.diffIDs)
        let configName = try Digester.digest(of: image.config).hex + ".json"

        var entries = folders(of: chain, created: v1.created)
        entries.append([file(configName, image.config, modified: v1.created)])
        entries.append([file("manifest.json", line(manifest(configName: configName, chain: chain)), modified: 0)])
        if let name = image.names.lazy.compactMap(ArchiveName.init).first, let top = chain.last {
            let repositories = GoJSON.map([
                .init(name: Array(name.familiarRepository.utf8), value: .object([name.tag: .text(top.id)]))
            ])
            entries.append([file("repositories", line(repositories), modified: 0)])
        }
        // Docker walks the folder by its entries' names: a folder is sorted without its slash, and what is in it follows.
        return entries.sorted { Self.name(of: $0).lexicographicallyPrecedes(Self.name(of: $1)) }.flatMap(\.self)
    }

    private static func name(of entry: [ArchiveMember]) -> Substring.UTF8View {
        (entry.first?.path ?? "").prefix { $0 != "/" }.utf8
    }

    /// A layer's folder and what is in it. A layer that occurs again is a link to where it stood first, and the folder has
    /// the time of the save: there Docker does not come to setting it.
    private func folders(of chain: [V1Image.Link], created: Int64) -> [[ArchiveMember]] {
        var first: [Digest: String] = [:]
        return zip(chain, zip(image.manifest.layers, image.diffIDs)).map { link, layer in
            let (descriptor, diffID) = layer
            let earlier = first[diffID]
            if earlier == nil { first[diffID] = link.id }
            let modified = earlier == nil ? created : saveTime
            let content: ArchiveMember.Content =
                earlier.map { .link("../\($0)/layer.tar") } ?? .inflated(descriptor, diffID: diffID)
            return [
                ArchiveMember(
                    path: link.id + "/", content: .folder, mode: 0o040755, modified: modified, owner: Self.owner),
                file(link.id + "/VERSION", Array("1.0".utf8), modified: modified),
                file(link.id + "/json", link.json, modified: modified),
                ArchiveMember(
                    path: link.id + "/layer.tar", content: content, mode: earlier == nil ? Self.fileMode : 0o120777,
                    modified: modified, owner: Self.owner),
            ]
        }
    }

    private func manifest(configName: String, chain: [V1Image.Link]) -> GoJSON {
        .array([
            .object([
                "Config": .text(configName),
                "RepoTags": image.names.lazy.compactMap(ArchiveName.init).first.map { .array([.text($0.familiar)]) }
                    ?? .null,
                "Layers": .array(chain.map { .text($0.id + "/layer.tar") }),
            ])
        ])
    }

    private static let owner = "root"
    private static let fileMode: UInt32 = 0o100644

    private func file(_ path: String, _ bytes: [UInt8], modified: Int64) -> ArchiveMember {
        ArchiveMember(
            path: path, content: .bytes(bytes), mode: Self.fileMode, modified: modified, owner: Self.owner)
    }

    private func line(_ json: GoJSON) -> [UInt8] { json.bytes(.go119) + [UInt8(ascii: "\n")] }
}
