internal import FoundationEssentials
package import NIOCore
package import Puller

/// An image that a lab's registry serves: an index, its manifests and configurations, and the layers.
package struct LabImage: Sendable {
    /// The repository's path.
    package var repository: String
    /// The one tag.
    package var tag: String
    /// What the tag points to.
    package let root: Descriptor
    /// Index and manifests.
    package let documents: [Digest: Document]
    /// Configurations and layers.
    package let blobs: [Digest: ByteBuffer]

    /// The count of bytes in all blobs: what a client has to fetch for every platform together.
    package var size: Int { blobs.values.reduce(0) { $0 + $1.readableBytes } }

    /// A document that is served under its own media type.
    package struct Document: Hashable, Sendable {
        /// The media type.
        package var mediaType: String
        /// Its bytes.
        package var bytes: [UInt8]
    }

    /// A layer, compressed.
    package struct Layer: Sendable {
        /// Type, digest and size of `blob`.
        package let descriptor: Descriptor
        /// The digest of the tar in it.
        package let diffID: Digest
        /// The compressed bytes.
        package let blob: ByteBuffer

        /// Packs files into a gzipped tar.
        ///
        /// - Throws: `LabFailure` when zlib or OpenSSL has no memory.
        package init(_ files: [LayerFile]) throws {
            let tar = LayerTar.bytes(of: files)
            let bytes = try Gzip.compress(tar)
            diffID = try Digest(of: tar)
            descriptor = Descriptor(
                mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: try Digest(of: bytes),
                size: Int64(bytes.count))
            blob = ByteBuffer(bytes: bytes)
        }
    }

    /// What one platform runs.
    package struct Variant: Sendable {
        /// The platform.
        package var platform: Platform
        /// Its layers, lowest first; platforms may share them.
        package var layers: [Layer]

        /// Joins the two.
        package init(platform: Platform, layers: [Layer]) {
            self.platform = platform
            self.layers = layers
        }
    }

    /// Puts an index over the platforms.
    ///
    /// - Throws: `LabFailure` when OpenSSL cannot compute a digest.
    package init(repository: String, tag: String, variants: [Variant]) throws {
        self.repository = repository
        self.tag = tag
        var documents: [Digest: Document] = [:]
        var blobs: [Digest: ByteBuffer] = [:]
        var manifests: [Descriptor] = []
        for variant in variants {
            let config = try Self.json(ImageConfiguration(of: variant))
            let configDigest = try Digest(of: config)
            blobs[configDigest] = ByteBuffer(bytes: config)
            for layer in variant.layers { blobs[layer.descriptor.digest] = layer.blob }
            let bytes = try Self.json(
                ManifestDocument(
                    config: Descriptor(
                        mediaType: "application/vnd.oci.image.config.v1+json", digest: configDigest,
                        size: Int64(config.count)),
                    layers: variant.layers.map(\.descriptor)))
            let descriptor = Descriptor(
                mediaType: ManifestDocument.type, digest: try Digest(of: bytes), size: Int64(bytes.count),
                platform: variant.platform)
            manifests.append(descriptor)
            documents[descriptor.digest] = Document(mediaType: descriptor.mediaType, bytes: bytes)
        }
        let index = try Self.json(IndexDocument(manifests: manifests))
        root = Descriptor(mediaType: IndexDocument.type, digest: try Digest(of: index), size: Int64(index.count))
        documents[root.digest] = Document(mediaType: root.mediaType, bytes: index)
        self.documents = documents
        self.blobs = blobs
    }

    private static func json(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        // Sorted, so that equal images have equal digests.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }
}

/// An OCI image manifest (image-spec, manifest.md).
private struct ManifestDocument: Encodable {
    static let type = "application/vnd.oci.image.manifest.v1+json"
    var schemaVersion = 2
    var mediaType = Self.type
    var config: Descriptor
    var layers: [Descriptor]
}

/// An OCI image index (image-spec, image-index.md).
private struct IndexDocument: Encodable {
    static let type = "application/vnd.oci.image.index.v1+json"
    var schemaVersion = 2
    var mediaType = Self.type
    var manifests: [Descriptor]
}

/// An OCI image configuration (image-spec, config.md) with what Docker needs to load and run it.
private struct ImageConfiguration: Encodable {
    var created = "2025-01-01T00:00:00Z"
    var architecture: String
    var os: String
    var variant: String?
    var config = Process()
    var rootfs: FileSystem
    var history: [Step]

    struct Process: Encodable {
        var Env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        var Cmd = ["/bin/bash"]
        var WorkingDir = "/"
    }

    struct FileSystem: Encodable {
        var type = "layers"
        var diff_ids: [Digest]
    }

    struct Step: Encodable {
        var created = "2025-01-01T00:00:00Z"
        var created_by = "censor-lab"
    }

    init(of variant: LabImage.Variant) {
        architecture = variant.platform.architecture
        os = variant.platform.os
        self.variant = variant.platform.variant
        rootfs = FileSystem(diff_ids: variant.layers.map(\.diffID))
        history = variant.layers.map { _ in Step() }
    }
}
