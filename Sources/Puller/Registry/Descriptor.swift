/// What points to a piece of content (OCI image-spec, descriptor.md): its type, digest and size.
public struct Descriptor: Hashable, Sendable, Codable {
    /// The media type, without parameters.
    public var mediaType: String
    /// The digest of the bytes.
    public var digest: Digest
    /// The count of the bytes; never negative.
    public var size: Int64
    /// In an index: what the manifest runs on.
    public var platform: Platform?
    /// Free-form notes.
    public var annotations: [String: String]?
    /// Where a foreign layer may be had.
    public var urls: [String]?

    /// Puts the parts together.
    public init(
        mediaType: String, digest: Digest, size: Int64, platform: Platform? = nil,
        annotations: [String: String]? = nil, urls: [String]? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.platform = platform
        self.annotations = annotations
        self.urls = urls
    }
}

extension Descriptor {
    /// Whether it is a layer that is not handed on (OCI image-spec layer.md, "Non-Distributable Layers"; Docker's
    /// foreign layers).
    public var isForeign: Bool {
        mediaType.hasPrefix("application/vnd.oci.image.layer.nondistributable.")
            || mediaType.hasPrefix("application/vnd.docker.image.rootfs.foreign.")
    }
}
