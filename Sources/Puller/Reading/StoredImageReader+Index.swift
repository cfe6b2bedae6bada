/// OCI layouts (image-spec image-layout.md), and the like in Docker's archives.
extension StoredImageReader {
    /// Reads the images that `index.json` lists; what is listed and is no image is passed over.
    mutating func readIndex(_ bytes: [UInt8]) throws {
        let digest = try Digester.digest(of: bytes)
        guard case .index(let index) = try ManifestDocument(bytes, claims: .init(), digest: digest) else {
            throw PullError.Cause.malformed("no index")
        }
        for entry in index.manifests {
            guard var image = try image(entry) else { continue }
            let notes = entry.annotations ?? [:]
            image.names = StoredName.references(in: notes)
            image.source = StoredName.source(in: notes)
            add(image)
        }
    }

    /// The image that an entry leads to; nil for what is none.
    private mutating func image(_ entry: Descriptor) throws -> ArchivedImage? {
        switch try documentOf(entry) {
        case nil: throw missing(entry)
        case .schema1?: throw PullError.Cause.malformed("a manifest of schema 1 in an OCI layout")
        case .image(let manifest)?:
            guard MediaType.isImageConfig(manifest.config.mediaType), !ImageIndex.images(among: [entry]).isEmpty
            else { return nil }
            guard let image = try complete(manifest, isNeeded: true) else { return nil }
            return image
        case .index(let index)?:
            var found = FoundContents()
            try collect(index, in: index, into: &found)
            guard var image = found.best(for: platform) else {
                // The first is as good as any to say what is missing.
                guard let first = index.images.first else { return nil }
                guard case .image(let manifest)? = try documentOf(first) else { throw missing(first) }
                return try complete(manifest, isNeeded: true)
            }
            image.index = index
            image.others = found.others(than: image)
            return image
        }
    }

    /// A manifest or index; nil where it is not there.
    private mutating func documentOf(_ entry: Descriptor) throws -> ManifestDocument? {
        guard let bytes = try blob(entry, limit: ManifestDocument.limit) else { return nil }
        let claims = ManifestDocument.Claims(descriptor: entry.mediaType)
        return try Self.at(entry.digest.blobPath) {
            try ManifestDocument(bytes, claims: claims, digest: entry.digest, isImage: false)
        }
    }

    /// Gathers what is there of what an index leads to, indexes in it one level deep.
    private mutating func collect(
        _ index: ImageIndex, in outer: ImageIndex, into found: inout FoundContents
    ) throws {
        let images = Set(index.images.map(\.digest))
        for entry in index.manifests where !found.has(entry.digest) {
            guard let document = try documentOf(entry) else { continue }
            switch document {
            case .image(let manifest):
                let isImage = images.contains(entry.digest) && MediaType.isImageConfig(manifest.config.mediaType)
                if isImage, let image = try complete(manifest, isNeeded: false) {
                    found.images.append((entry.platform, image))
                }
                found.add(manifest.descriptor, manifest.bytes)
                if let config = try blob(manifest.config, limit: ImageConfig.limit) {
                    found.add(manifest.config, config)
                }
                found.add(try manifest.layers.filter { try addLayer($0) })
            case .index(let inner):
                guard index == outer else { throw PullError.Cause.malformed("indexes three deep") }
                found.add(inner.descriptor, inner.bytes)
                try collect(inner, in: outer, into: &found)
            case .schema1: throw PullError.Cause.malformed("a manifest of schema 1 in an index")
            }
        }
    }

    /// The image of a manifest, with its configuration; nil where something of it is missing that is not needed.
    private mutating func complete(_ manifest: Manifest, isNeeded: Bool) throws -> ArchivedImage? {
        try Self.at(manifest.descriptor.digest.blobPath) { try manifest.refuseUnlessImage() }
        guard let config = try blob(manifest.config, limit: ImageConfig.limit) else {
            if isNeeded { throw missing(manifest.config) }
            return nil
        }
        let parsed = try Self.at(manifest.config.digest.blobPath) {
            try ImageConfig(config, layers: manifest.layers.count)
        }
        var omitsForeignLayers = false
        for layer in manifest.layers where try !addLayer(layer) {
            guard layer.isForeign else {
                if isNeeded { throw missing(layer) }
                return nil
            }
            omitsForeignLayers = true
        }
        var image = ArchivedImage(
            names: [], source: nil, index: nil, manifest: manifest, config: config, diffIDs: parsed.diffIDs)
        image.omitsForeignLayers = omitsForeignLayers
        return image
    }

    /// Notes where a layer is.
    ///
    /// - Returns: whether it is there.
    private mutating func addLayer(_ layer: Descriptor) throws -> Bool {
        if layers[layer.digest] != nil { return true }
        let name = layer.digest.blobPath
        return try at(name) { reader in
            guard let file = try reader.contents.file(name) else { return false }
            guard file.size == layer.size else {
                throw PullError.Cause.sizeMismatch(expected: layer.size, actual: file.size)
            }
            reader.layers[layer.digest] = StoredLayer(name: name)
            return true
        }
    }

    private func missing(_ blob: Descriptor) -> MemberFault {
        MemberFault(member: blob.digest.blobPath, cause: .notFound(""))
    }
}

/// What is there of an index's contents, each blob once.
private struct FoundContents {
    var images: [(platform: Platform?, image: ArchivedImage)] = []
    private var all: [ListedContent] = []
    private var digests: Set<Digest> = []

    func has(_ digest: Digest) -> Bool { digests.contains(digest) }

    mutating func add(_ descriptor: Descriptor, _ bytes: [UInt8]) {
        if digests.insert(descriptor.digest).inserted { all.append(ListedContent(descriptor, bytes: bytes)) }
    }

    mutating func add(_ blobs: [Descriptor]) {
        for blob in blobs where digests.insert(blob.digest).inserted { all.append(ListedContent(blob)) }
    }

    func best(for platform: Platform?) -> ArchivedImage? {
        let ranked = images.compactMap { one in
            one.platform.flatMap { platform?.rank(of: $0) }.map { (one.image, rank: $0) }
        }
        return ranked.min { $0.rank < $1.rank }?.0 ?? images.first?.image
    }

    func others(than image: ArchivedImage) -> [ListedContent] {
        let own = Set(
            [image.manifest.descriptor.digest, image.manifest.config.digest] + image.manifest.layers.map(\.digest))
        return all.filter { !own.contains($0.descriptor.digest) }
    }
}
