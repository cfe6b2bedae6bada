/// What Docker 25 and later save from their graphdriver stores: an OCI image layout of inflated layers under a manifest made
/// for the purpose, objects of the first format among the blobs, and the lists of old.
///
/// Rules: moby `image/tarexport/save.go` of each release; the archives of dockerd 26.1.5, 28.5.2 and 29.7.2 among the
/// fixtures hold it to the byte. Several images come in the order in which they were asked for, as in Docker 20.10's.
struct GraphdriverLayout {
    let images: [ArchivedImage]
    let release: DockerRelease
    /// The time of the save, in seconds since 1970, where the release lets it show.
    let saveTime: Int64
    /// What each layer inflates to.
    let sizes: InflatedSizes

    func members() throws(PullError.Cause) -> [ArchiveMember] {
        let images = try InflatedImage.all(images, format: release.v1Format)
        var members = folders(of: images) + layers(of: images)
        members += try objects(of: images)
        members += try documents(of: images)
        members.append(
            file("oci-layout", Array(#"{"imageLayoutVersion": "1.0.0"}"#.utf8), modified: 0))
        members.append(file("manifest.json", line(manifest(of: images)), modified: 0))
        if let repositories = images.repositories(\.diffID.hex) {
            members.append(file("repositories", line(repositories), modified: 0))
        }
        return members.sortedByPath()
    }

    /// What a file of an image says of its time: up to Docker 27 nobody sets it where the configuration says nothing.
    private func time(of image: InflatedImage) -> Int64 { image.created ?? unset }

    private var unset: Int64 { release == .docker26 ? saveTime : 0 }

    /// The folder of all has the time that was set last; that of the blobs was written to after it had been set, until
    /// Docker 29 set it once more.
    private func folders(of images: [InflatedImage]) -> [ArchiveMember] {
        let last = release == .docker26 ? images.last { $0.created != nil } : images.last
        let times = [("blobs/", last.map(time) ?? unset), ("blobs/sha256/", release == .docker29 ? 0 : saveTime)]
        return times.map { ArchiveMember(path: $0, content: .folder, mode: 0o755, modified: $1) }
    }

    private func layers(of images: [InflatedImage]) -> [ArchiveMember] {
        images.flatMap { image in
            image.layers.map { layer in
                ArchiveMember(
                    path: layer.diffID.blobPath, content: .inflated(layer.blob, diffID: layer.diffID),
                    // Docker 29 creates them as anybody's, and has no umask.
                    mode: release == .docker29 ? 0o666 : 0o644, modified: time(of: image))
            }
        }
    }

    /// The configurations, and the objects of the first format: of two with one ID, which differ in their `os` alone, the
    /// first.
    private func objects(of images: [InflatedImage]) throws(PullError.Cause) -> [ArchiveMember] {
        var objects: [ArchiveMember] = []
        var saved: Set<String> = []
        for image in images {
            for layer in image.layers where saved.insert(layer.v1.id).inserted {
                let path = try Digester.digest(of: layer.v1.json).blobPath
                objects.append(file(path, layer.v1.json, modified: time(of: image)))
            }
            objects.append(file(image.id.blobPath, image.named.image.config, modified: time(of: image)))
        }
        return objects
    }

    /// The manifests, and the index that names them.
    private func documents(of images: [InflatedImage]) throws(PullError.Cause) -> [ArchiveMember] {
        var documents: [ArchiveMember] = []
        var index = ArchiveIndex()
        for image in images {
            let source = image.named.image
            let manifest = try GeneratedManifest(config: source.config, diffIDs: source.diffIDs, sizes: sizes).manifest
            documents.append(file(manifest.descriptor.digest.blobPath, manifest.bytes, modified: 0))
            try index.add(manifest.descriptor.plainJSON, names: image.named.names)
        }
        return documents + [file("index.json", index.json.bytes(), modified: release == .docker26 ? saveTime : 0)]
    }

    private func manifest(of images: [InflatedImage]) -> GoJSON {
        .array(
            images.map { image in
                .object([
                    "Config": .text(image.id.blobPath),
                    "RepoTags": image.named.repoTags,
                    "Layers": .array(image.layers.map { .text($0.diffID.blobPath) }),
                    "LayerSources": .map(Set(image.layers.map(\.diffID)).map(source)),
                ])
            })
    }

    /// A layer's `distribution.Descriptor`, whose fields have another order than those of OCI's.
    private func source(of diffID: Digest) -> GoJSON.Member {
        let descriptor = GoJSON.object([
            "mediaType": .text(GeneratedManifest.layerType), "size": .number(String(sizes[diffID] ?? 0)),
            "digest": .text(diffID.description),
        ])
        return .init(name: Array(diffID.description.utf8), value: descriptor)
    }

    private func file(_ path: String, _ bytes: [UInt8], modified: Int64) -> ArchiveMember {
        ArchiveMember(path: path, content: .bytes(bytes), mode: 0o644, modified: modified)
    }

    private func line(_ json: GoJSON) -> [UInt8] { json.bytes() + [UInt8(ascii: "\n")] }
}
