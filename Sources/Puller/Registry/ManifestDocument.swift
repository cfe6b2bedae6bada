/// What a registry serves as a manifest, taken apart and checked.
enum ManifestDocument: Hashable, Sendable {
    case image(Manifest)
    case index(ImageIndex)
    case schema1(Schema1Manifest)

    /// Type, digest and size of the bytes.
    var descriptor: Descriptor {
        switch self {
        case .image(let manifest): manifest.descriptor
        case .index(let index): index.descriptor
        case .schema1(let manifest): manifest.descriptor
        }
    }

    /// The largest manifest that is read, as the field has it (distribution, containerd).
    static let limit = 4 << 20

    /// Who says what a document is, besides itself.
    struct Claims: Hashable, Sendable {
        /// The Content-Type field.
        var contentType: String?
        /// The media type of the descriptor that led here.
        var descriptor: String?
    }

    /// Reads a manifest whose bytes have been verified already; of a signed one, what was signed.
    ///
    /// A generic or absent type is tolerated when the body says what it is; a contradiction is not. A document with
    /// both `layers` and `manifests` could be two things to two readers (CVE-2021-41190).
    ///
    /// - Parameter isImage: whether what has the form of an image must be one; an attestation has it too.
    /// - Throws: `.malformed` with the rule that is broken, `.unsupported` for what is no image.
    init(
        _ bytes: [UInt8], claims: Claims, digest: Digest, isImage: Bool = true
    ) throws(PullError.Cause) {
        let wire = try ManifestWire(bytes)
        let type = try wire.type(claims)
        let descriptor = Descriptor(mediaType: type, digest: digest, size: Int64(bytes.count))
        if MediaType.schema1.contains(type) {
            self = .schema1(try Schema1Manifest(wire, descriptor: descriptor))
        } else if MediaType.isIndex(type) {
            self = .index(
                ImageIndex(bytes: bytes, descriptor: descriptor, manifests: try Self.descriptors(wire.manifests ?? [])))
        } else {
            guard let config = wire.config, let layers = wire.layers else {
                throw .malformed("a manifest without config or layers")
            }
            let manifest = Manifest(
                bytes: bytes, descriptor: descriptor, config: try config.descriptor(),
                layers: try Self.descriptors(layers))
            if isImage { try manifest.refuseUnlessImage() }
            self = .image(manifest)
        }
    }

    private static func descriptors(_ wires: [DescriptorWire]) throws(PullError.Cause) -> [Descriptor] {
        var all: [Descriptor] = []
        for wire in wires { all.append(try wire.descriptor()) }
        return all
    }
}

extension Manifest {
    /// - Throws: `.unsupported` for what has the form of an image and is none, or is encrypted.
    func refuseUnlessImage() throws(PullError.Cause) {
        guard MediaType.isImageConfig(config.mediaType) else {
            throw .unsupported("an artifact, \(config.mediaType)")
        }
        for layer in layers {
            if MediaType.isEncrypted(layer.mediaType) { throw .unsupported("an encrypted layer, \(layer.digest)") }
            guard MediaType.isLayer(layer.mediaType) else { throw .unsupported("a layer of \(layer.mediaType)") }
        }
    }
}

extension ManifestWire {
    /// What the document is: its own word, or the header's, or its descriptor's, or its shape; none may contradict
    /// another.
    ///
    /// Its descriptor need only name the same kind: indexes list Docker's manifests as OCI's, and containerd takes
    /// them.
    ///
    /// - Throws: `.malformed` for a contradiction, `.unsupported` for a kind that is known to be no image.
    fileprivate func type(_ claims: ManifestDocument.Claims) throws(PullError.Cause) -> String {
        let shape = try shape()
        let own = mediaType.flatMap(MediaType.claim)
        let header = claims.contentType.flatMap(MediaType.claim)
        let descriptor = claims.descriptor.flatMap(MediaType.claim)
        if let own, let header, !MediaType.agree(own, header) {
            throw .malformed("mediaType is \(own), Content-Type \(header)")
        }
        let type = own ?? header ?? descriptor ?? shape.type
        if let descriptor, descriptor != type, !shape.admits(descriptor) {
            throw .malformed("\(type) behind a descriptor of \(descriptor)")
        }
        guard MediaType.known.contains(type) else { throw .unsupported(type) }
        guard shape.admits(type) else { throw .malformed("\(type) with the fields of another kind") }
        return type
    }

    private enum Shape {
        case image, index, schema1

        var type: String {
            switch self {
            case .image: MediaType.ociManifest
            case .index: MediaType.ociIndex
            case .schema1: MediaType.schema1[0]
            }
        }

        func admits(_ type: String) -> Bool {
            switch self {
            case .image: MediaType.isManifest(type)
            case .index: MediaType.isIndex(type)
            case .schema1: MediaType.schema1.contains(type)
            }
        }
    }

    private func shape() throws(PullError.Cause) -> Shape {
        let isSchema1 = fsLayers != nil || history != nil
        let isImage = config != nil || layers != nil
        guard [isSchema1, isImage, manifests != nil].count(where: \.self) < 2 else {
            throw .malformed(isSchema1 ? "fields of two schemas" : "both layers and manifests")
        }
        let version = schemaVersion ?? (isSchema1 ? 1 : 2)
        guard version == (isSchema1 ? 1 : 2) else { throw .malformed("schemaVersion is \(version)") }
        return isSchema1 ? .schema1 : manifests != nil ? .index : .image
    }
}
