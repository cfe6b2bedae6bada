internal import FoundationEssentials

/// What a registry serves as a manifest, taken apart and checked.
enum ManifestDocument: Hashable, Sendable {
    case image(Manifest)
    case index(ImageIndex)

    /// The digest of the bytes.
    var descriptor: Descriptor {
        switch self {
        case .image(let manifest): manifest.descriptor
        case .index(let index): index.descriptor
        }
    }

    /// The largest manifest that is read, as the field has it (distribution, containerd).
    static let limit = 4 << 20

    /// Reads a manifest whose bytes have been verified already.
    ///
    /// A generic or absent Content-Type is tolerated when the body says what it is; a contradiction is not. A document
    /// with both `layers` and `manifests` could be two things to two readers (CVE-2021-41190).
    ///
    /// - Throws: `.malformed` with the rule that is broken, `.unsupported` for what is no image.
    init(_ bytes: [UInt8], contentType: String?, digest: Digest) throws(PullError.Cause) {
        let wire = try Self.decode(bytes)
        let said = contentType.flatMap(MediaType.bare)
        if wire.schemaVersion == 1 || wire.fsLayers != nil || MediaType.schema1.contains(said ?? "") {
            throw .unsupported("manifest schema 1")
        }
        guard wire.schemaVersion ?? 2 == 2 else { throw .malformed("schemaVersion is not 2") }
        let type = try Self.type(of: wire, contentType: said)
        let descriptor = Descriptor(mediaType: type, digest: digest, size: Int64(bytes.count))
        if MediaType.isIndex(type) {
            guard let entries = wire.manifests else { throw .malformed("an index without manifests") }
            self = .index(
                ImageIndex(bytes: bytes, descriptor: descriptor, manifests: try Self.descriptors(entries)))
        } else {
            guard let config = wire.config, let layers = wire.layers else {
                throw .malformed("a manifest without config or layers")
            }
            let manifest = Manifest(
                bytes: bytes, descriptor: descriptor, config: try config.descriptor(),
                layers: try Self.descriptors(layers))
            try Self.checkImage(manifest)
            self = .image(manifest)
        }
    }

    private static func decode(_ bytes: [UInt8]) throws(PullError.Cause) -> Wire {
        do {
            return try JSONDecoder().decode(Wire.self, from: Data(bytes))
        } catch {
            throw .malformed("the manifest is not JSON of the right shape")
        }
    }

    /// What the document is: its own word, or the header's, or its shape; none may contradict another.
    private static func type(of wire: Wire, contentType: String?) throws(PullError.Cause) -> String {
        guard wire.layers == nil || wire.manifests == nil else {
            throw .malformed("both layers and manifests")
        }
        let own = wire.mediaType.flatMap(MediaType.bare)
        let header = contentType.flatMap { MediaType.accepted.contains($0) ? $0 : nil }
        if let own, !MediaType.accepted.contains(own) { throw .unsupported(own) }
        if let own, let header, own != header { throw .malformed("mediaType is \(own), Content-Type \(header)") }
        let shape = wire.manifests == nil ? MediaType.ociManifest : MediaType.ociIndex
        let type = own ?? header ?? shape
        guard MediaType.isIndex(type) == (wire.manifests != nil) else {
            throw .malformed("\(type) with the fields of another kind")
        }
        return type
    }

    private static func descriptors(_ wires: [DescriptorWire]) throws(PullError.Cause) -> [Descriptor] {
        var all: [Descriptor] = []
        for wire in wires { all.append(try wire.descriptor()) }
        return all
    }

    private static func checkImage(_ manifest: Manifest) throws(PullError.Cause) {
        guard MediaType.isImageConfig(manifest.config.mediaType) else {
            throw .unsupported("an artifact, \(manifest.config.mediaType)")
        }
        for layer in manifest.layers {
            if MediaType.isEncrypted(layer.mediaType) { throw .unsupported("an encrypted layer, \(layer.digest)") }
            guard MediaType.isLayer(layer.mediaType) else { throw .unsupported("a layer of \(layer.mediaType)") }
        }
    }
}

/// The fields of all kinds of manifest, as they come.
private struct Wire: Decodable {
    var schemaVersion: Int?
    var mediaType: String?
    var config: DescriptorWire?
    var layers: [DescriptorWire]?
    var manifests: [DescriptorWire]?
    var fsLayers: [FileSystemLayer]?

    struct FileSystemLayer: Decodable { var blobSum: String? }
}

/// A descriptor as it comes, nothing in it believed.
private struct DescriptorWire: Decodable {
    var mediaType: String?
    var digest: String?
    var size: Int64?
    var platform: PlatformWire?
    var annotations: [String: String]?
    var urls: [String]?

    func descriptor() throws(PullError.Cause) -> Descriptor {
        guard let digest = digest.flatMap({ Digest($0) }) else {
            throw .malformed("a descriptor without a digest of SHA-256 or SHA-512")
        }
        // 64 TiB: larger than any layer, small enough that the sizes of all layers of 4 MiB of manifest can be summed.
        guard let size, (0...(1 << 46)).contains(size) else { throw .malformed("a descriptor with an absurd size") }
        return Descriptor(
            mediaType: mediaType.flatMap(MediaType.bare) ?? "", digest: digest, size: size,
            platform: platform.map {
                Platform(
                    os: $0.os ?? "", architecture: $0.architecture ?? "", variant: $0.variant,
                    osVersion: $0.osVersion)
            },
            annotations: annotations, urls: urls)
    }
}

private struct PlatformWire: Decodable {
    var os: String?
    var architecture: String?
    var variant: String?
    var osVersion: String?

    enum CodingKeys: String, CodingKey {
        case os, architecture, variant
        case osVersion = "os.version"
    }
}
