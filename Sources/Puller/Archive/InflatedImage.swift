/// An image whose layers an archive holds inflated, read and checked, with the objects of Docker's first format.
struct InflatedImage {
    /// A layer of it.
    struct Layer {
        /// The blob that brings it.
        let blob: Descriptor
        /// The digest of its inflated bytes.
        let diffID: Digest
        /// Its object of the first format.
        let v1: V1Image.Link
    }

    /// The image and its names.
    let named: NamedImage
    /// The digest of the configuration: the image's ID, SHA-256 whatever the manifest calls it by.
    let id: Digest
    /// When it was made, in whole seconds since 1970; nil where its configuration says nothing and the release knows that.
    let created: Int64?
    /// The layers, lowest first; at least one.
    let layers: [Layer]
    /// The highest layer.
    let top: Layer

    /// Reads images as a release of Docker does; those with one configuration are one.
    ///
    /// - Throws: `.malformed` when a configuration cannot be read, or lists other layers than the manifest;
    ///   `.unsupported` when Docker could not save the image so, and for two images of one name.
    static func all(_ images: [ArchivedImage], format: V1Format) throws(PullError.Cause) -> [InflatedImage] {
        var inflated: [InflatedImage] = []
        for named in try NamedImage.all(images, identity: \.config) {
            inflated.append(try InflatedImage(named, format: format))
        }
        return inflated
    }

    private init(_ named: NamedImage, format: V1Format) throws(PullError.Cause) {
        let image = named.image
        let blobs = image.manifest.layers
        guard blobs.count == image.diffIDs.count else {
            throw .malformed("config.rootfs.diff_ids: other than the layers")
        }
        guard image.diffIDs.allSatisfy({ $0.algorithm == .sha256 }) else {
            throw .unsupported("diffID other than SHA-256")
        }
        let v1 = try V1Image(config: image.config, format: format)
        layers = zip(zip(blobs, image.diffIDs), try v1.chain(of: image.diffIDs)).map { layer, link in
            Layer(blob: layer.0, diffID: layer.1, v1: link)
        }
        guard let top = layers.last else { throw .unsupported("image without layers") }
        self.named = named
        self.top = top
        id = try Digester.digest(of: image.config)
        created = v1.created
    }
}

extension [InflatedImage] {
    /// The file `repositories`, which calls every name's highest layer something; nil where no image has a name.
    func repositories(_ top: (InflatedImage.Layer) -> String) -> GoJSON? {
        var repositories: [String: [GoJSON.Member]] = [:]
        for image in self {
            for name in image.named.names {
                repositories[name.familiarRepository, default: []].append(
                    .init(name: [UInt8](name.tag.utf8), value: .text(top(image.top))))
            }
        }
        guard !repositories.isEmpty else { return nil }
        return .map(repositories.map { .init(name: [UInt8]($0.key.utf8), value: .map($0.value)) })
    }
}
