/// The manifest that Docker makes for an image whose own it has not kept: its graphdriver stores hold layers inflated, so
/// the layers that it names are plain tars, each under its diffID.
///
/// Rules: moby 25 and later, `image/tarexport/save.go`; the archives of dockerd 26.1.5, 28.5.2 and 29.7.2 among the
/// fixtures hold it to the byte. Whoever reads an archive that has no manifest of a registry gives its images this one, so
/// that the same image always has the same.
struct GeneratedManifest {
    /// The manifest, with bytes and descriptor.
    let manifest: Manifest

    /// Makes the manifest of an image.
    ///
    /// - Parameters:
    ///   - config: the configuration's bytes.
    ///   - diffIDs: the layers, lowest first.
    ///   - sizes: of every layer the count of the inflated bytes; 0 stands where none is known.
    /// - Throws: `.unsupported` when a digest cannot be computed.
    init(config: [UInt8], diffIDs: [Digest], sizes: InflatedSizes) throws(PullError.Cause) {
        let configuration = Descriptor(
            mediaType: MediaType.ociConfig, digest: try Digester.digest(of: config), size: Int64(config.count))
        let layers = diffIDs.map { Descriptor(mediaType: Self.layerType, digest: $0, size: sizes[$0] ?? 0) }
        let bytes = GoJSON.object([
            "schemaVersion": .number("2"),
            "mediaType": .text(MediaType.ociManifest),
            "config": configuration.plainJSON,
            "layers": .array(layers.map(\.plainJSON)),
        ]).bytes()
        let descriptor = Descriptor(
            mediaType: MediaType.ociManifest, digest: try Digester.digest(of: bytes), size: Int64(bytes.count))
        manifest = Manifest(bytes: bytes, descriptor: descriptor, config: configuration, layers: layers)
    }

    /// A layer that is not compressed (image-spec layer.md).
    static let layerType = "application/vnd.oci.image.layer.v1.tar"
}

extension Descriptor {
    /// Type, digest and size as Go writes them, and nothing else.
    var plainJSON: GoJSON {
        .object(["mediaType": .text(mediaType), "digest": .text(digest.description), "size": .number(String(size))])
    }
}
