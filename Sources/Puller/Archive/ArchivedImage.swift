/// All that a layout needs to know of an image; the layers' bytes come later.
public struct ArchivedImage: Sendable {
    /// The names that the archive gives to the image: the one that the user typed, `-as`, or those of the archive that it
    /// is read from. Without any tag among them it loads without a name.
    public var names: [ImageReference]
    /// The name that it was pulled by, whose repository layout `docker` notes as the blobs' source; nil where nobody knows.
    public var source: ImageReference?
    /// The index, where the tag is one.
    public var index: ImageIndex?
    /// The manifest of the platform.
    public var manifest: Manifest
    /// The configuration's bytes, verified against `manifest.config`.
    public var config: [UInt8]
    /// Of every layer the digest of its inflated bytes, from the configuration's `rootfs.diff_ids`.
    public var diffIDs: [Digest]
    /// What else the index leads to, where all platforms are saved: manifests, configurations, layers, attestations.
    public var others: [ListedContent]
    /// Whether layers that may not be distributed are left out (`-foreign skip`) of layouts that hold blobs verbatim.
    public var omitsForeignLayers = false

    /// Puts the parts together.
    public init(
        names: [ImageReference], source: ImageReference?, index: ImageIndex?, manifest: Manifest, config: [UInt8],
        diffIDs: [Digest], others: [ListedContent] = []
    ) {
        self.names = names
        self.source = source
        self.index = index
        self.manifest = manifest
        self.config = config
        self.diffIDs = diffIDs
        self.others = others
    }
}

/// A blob that an index leads to.
public struct ListedContent: Hashable, Sendable {
    /// Type, digest and size.
    public var descriptor: Descriptor
    /// The bytes; nil for a layer, which comes later.
    public var bytes: [UInt8]?

    /// Joins the two.
    public init(_ descriptor: Descriptor, bytes: [UInt8]? = nil) {
        self.descriptor = descriptor
        self.bytes = bytes
    }
}

extension ArchivedImage {
    /// The layers of the image, lowest first, and then those of the others.
    public var layers: [Descriptor] {
        manifest.layers + others.compactMap { $0.bytes == nil ? $0.descriptor : nil }
    }
}

/// The layouts that an archive can have (`-format`).
public enum ArchiveLayout: Hashable, Sendable {
    /// What Docker 28 and 29 save from their containerd store for one platform; with `keepIndex` the index stays in.
    case docker(keepIndex: Bool)
    /// What Docker 20.10 saves; the fields that hold the time of the save are set to `saveTime`, seconds since 1970.
    case docker2010(saveTime: Int64)
    /// What a later Docker saves from its graphdriver store; `saveTime` as before.
    case graphdriver(DockerRelease, saveTime: Int64)
    /// An OCI image layout, blobs verbatim; with `keepIndex` the tag's index stays in.
    case oci(keepIndex: Bool)
    /// What a NAS imports: Docker 20.10's layout without links.
    case synology
}

/// The releases of Docker whose graphdriver stores save differently.
public enum DockerRelease: Hashable, Sendable, CaseIterable {
    /// Docker 25 to 27.
    case docker26
    /// Docker 28.
    case docker28
    /// Docker 29.
    case docker29
}

/// How many bytes layers have when they are inflated, by their diffIDs.
typealias InflatedSizes = [Digest: Int64]

/// Images that can be read where they stand, and whoever brings their layers.
struct ImageStock: Sendable {
    /// The images, in the order in which they stand there.
    var images: [ArchivedImage]
    /// Brings every layer of ``images``, verified.
    var blobs: any BlobSource
    /// Whether all layers are on this machine already, and their coming has been reported.
    var isReported = false
}

/// One member of a tar archive. A layout is a list of them; a writer makes the bytes.
public struct ArchiveMember: Hashable, Sendable {
    /// What a member holds.
    public enum Content: Hashable, Sendable {
        /// A folder; the path ends in `/`.
        case folder
        /// A symbolic link to this target.
        case link(String)
        /// A file whose bytes are known.
        case bytes([UInt8])
        /// A file that is a blob of the registry, verbatim.
        case blob(Descriptor)
        /// A file that is a layer, inflated; its digest must be `diffID`.
        case inflated(Descriptor, diffID: Digest)
    }

    /// The name in the archive.
    public var path: String
    /// What it holds.
    public var content: Content
    /// The mode as it stands in the header, type bits where Docker writes them.
    public var mode: UInt32
    /// Seconds since 1970.
    public var modified: Int64
    /// User and group name; empty where Docker writes none.
    public var owner: String

    /// Puts the parts together.
    public init(path: String, content: Content, mode: UInt32, modified: Int64, owner: String = "") {
        self.path = path
        self.content = content
        self.mode = mode
        self.modified = modified
        self.owner = owner
    }
}
