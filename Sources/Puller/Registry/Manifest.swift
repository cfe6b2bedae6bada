/// An image manifest: OCI, or Docker schema 2 (they have the same fields).
public struct Manifest: Hashable, Sendable {
    /// The bytes as the registry served them; their digest is the manifest's.
    public var bytes: [UInt8]
    /// Type, digest and size of `bytes`.
    public var descriptor: Descriptor
    /// The image's configuration.
    public var config: Descriptor
    /// The layers, lowest first.
    public var layers: [Descriptor]

    /// Puts the parts together.
    public init(bytes: [UInt8], descriptor: Descriptor, config: Descriptor, layers: [Descriptor]) {
        self.bytes = bytes
        self.descriptor = descriptor
        self.config = config
        self.layers = layers
    }
}

/// An OCI index or a Docker manifest list.
public struct ImageIndex: Hashable, Sendable {
    /// The bytes as the registry served them.
    public var bytes: [UInt8]
    /// Type, digest and size of `bytes`.
    public var descriptor: Descriptor
    /// The manifests that it lists, in its order.
    public var manifests: [Descriptor]

    /// Puts the parts together.
    public init(bytes: [UInt8], descriptor: Descriptor, manifests: [Descriptor]) {
        self.bytes = bytes
        self.descriptor = descriptor
        self.manifests = manifests
    }
}
