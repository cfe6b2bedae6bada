/// What an archive is to be like, and where it goes.
public struct ArchiveRequest: Sendable {
    /// Where the archive goes.
    public enum Output: Hashable, Sendable {
        /// A file that appears under this path when all is verified.
        ///
        /// `replacing` says what may already stand there: see ``Replacing``.
        case file(path: String, replacing: Replacing)
        /// A folder that becomes an OCI image layout, or is one: what stands in it stays, and images of the same name are
        /// replaced. Only for ``ArchiveLayout/oci(keepIndex:)``.
        case folder(path: String)
        /// Standard output; nothing is kept on disk.
        case standardOutput
        /// The Docker or podman daemon at this socket, which loads it while it is made; nothing is kept on disk. Without a
        /// socket it is the one that ``DaemonSocket/find(in:)`` finds.
        case daemon(socket: String?)
    }

    /// What may be replaced by a finished archive.
    public enum Replacing: Hashable, Sendable {
        /// Whatever file stands there, as `docker save -o` does.
        case anything
        /// Only an archive of the same reference and platform (names made by us).
        case sameImage
        /// Nothing (`-no-clobber`).
        case nothing
    }

    /// How the whole archive is compressed.
    public enum Compression: Hashable, Sendable {
        /// A plain tar.
        case none
        /// `.tar.gz`.
        case gzip
        /// `.tar.zst`.
        case zstd
    }

    /// The archive's layout.
    public var layout: ArchiveLayout = .docker(keepIndex: false)
    /// Whether layers that may not be distributed are left out, where the layout holds blobs verbatim (`-foreign skip`).
    public var omitsForeignLayers = false
    /// Where it goes.
    public var output: Output
    /// How it is compressed; a folder never is.
    public var compression: Compression = .none
    /// How many layers are fetched at a time; 1 or more.
    public var jobs = 4

    /// An archive in the default layout.
    public init(to output: Output) { self.output = output }

    /// Refuses what cannot be: a folder in another layout than OCI's.
    ///
    /// - Throws: `PullError` with `.folderLayout`.
    func refuseContradictions() throws {
        guard case .folder(let path) = output else { return }
        guard case .oci = layout, compression == .none else {
            throw PullError(step: .archive, place: path, cause: .folderLayout)
        }
    }
}

/// What has been written.
public struct ArchiveResult: Sendable {
    /// The images as they stand in the archive.
    public var images: [ArchivedImage]
    /// The layout it was written in.
    public var layout: ArchiveLayout
    /// The path of the archive; nil where it is no file.
    public var path: String?
    /// Bytes written; of a folder, those of this archive's blobs, whether they were there already or not.
    public var size: Int64
    /// What a daemon says that it has loaded: names, or IDs of what has none.
    public var loaded: [String] = []

    /// Puts the parts together.
    public init(images: [ArchivedImage], layout: ArchiveLayout, path: String?, size: Int64, loaded: [String] = []) {
        self.images = images
        self.layout = layout
        self.path = path
        self.size = size
        self.loaded = loaded
    }
}
