/// What to pull, and where to put it.
public struct PullRequest: Sendable {
    /// Where the archive goes.
    public enum Output: Hashable, Sendable {
        /// A file that appears under this path when all is verified.
        ///
        /// `replacing` says what may already stand there: see ``Replacing``.
        case file(path: String, replacing: Replacing)
        /// Standard output; nothing is kept on disk.
        case standardOutput
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

    /// The image.
    public var reference: ImageReference
    /// The platform; another one is never taken in its place.
    public var platform: Platform
    /// Whether every platform of the index is saved, in layout `docker`; `platform` is then the one that engines see
    /// which know of one only, and where the image does not exist for it the first in the index.
    public var allPlatforms = false
    /// The archive's layout.
    public var layout: ArchiveLayout = .docker(keepIndex: false)
    /// The name that the archive gives to the image; nil for the reference's own.
    public var name: ImageReference?
    /// Where it goes.
    public var output: Output
    /// How it is compressed.
    public var compression: Compression = .none
    /// How many layers are fetched at a time; 1 or more.
    public var jobs = 4

    /// A pull in the default layout.
    public init(reference: ImageReference, platform: Platform, output: Output) {
        self.reference = reference
        self.platform = platform
        self.output = output
    }

    /// The layout in which the archive is written.
    ///
    /// - Throws: `PullError` with `.onePlatformLayout`.
    var effectiveLayout: ArchiveLayout {
        get throws {
            switch (allPlatforms, layout) {
            case (false, _): return layout
            case (true, .docker): return .docker(keepIndex: true)
            case (true, .oci): return .oci(keepIndex: true)
            case (true, .docker2010), (true, .graphdriver), (true, .synology):
                throw PullError(step: .archive, place: reference.familiar, cause: .onePlatformLayout)
            }
        }
    }
}

/// How the registry is reached and who asks.
public struct RegistryAccess: Sendable {
    /// Who asks.
    public var accounts = Accounts()
    /// Who is asked in place of the reference's registry, the first asked first.
    public var mirrors: [RegistryMirror] = []
    /// Whether the registry itself is asked for what no mirror serves. Otherwise it is not: naming a blocked host burns it.
    public var fallsBackOnOrigin = false
    /// Who vouches for the digest that a tag stands for, where mirrors serve the bytes.
    public var witness = Witness.mirror
    /// Speak HTTP in the clear; loopback registries are otherwise asked over TLS first, as Docker does.
    public var plainHTTP = false

    /// The registry of the reference, anonymously.
    public init() {}

    /// Who vouches for a tag's digest.
    public enum Witness: Hashable, Sendable {
        /// The mirror that is asked first and answers.
        case mirror
        /// The registry itself, which is asked for the digest alone; where it cannot be asked, the mirror.
        case origin
        /// The registry itself, or there is no pull.
        case originOnly
    }
}

/// What a pull reports while it runs.
public enum PullEvent: Hashable, Sendable {
    /// The image is known: these layers, lowest first, in the order of the numbers below.
    case planned(layers: [Descriptor])
    /// An earlier run has left so many bytes of a layer, which are not fetched again.
    case resumed(layer: Int, bytes: Int64)
    /// Bytes of a layer that are here so far.
    case received(layer: Int, bytes: Int64)
    /// A layer's digest is right.
    case verified(layer: Int)
    /// A layer is fetched again after this error; counts from 1.
    case retrying(layer: Int, attempt: Int, reason: PullError)
    /// All layers are here; the archive is being put together (inflated layouts).
    case assembling
    /// The registry says how many pulls are left.
    case rateLimit(remaining: Int)
    /// A mirror failed, and the next one is asked.
    case passedOver(PullError)
    /// The registry could not be asked for the digest, for this reason: the mirror alone vouches for it.
    case vouchedByMirrorOnly(PullError)
    /// A mirror brought a layer at this many bytes per second, which is slow.
    case slow(mirror: String, bytesPerSecond: Int)
    /// Nothing can be kept for the next run, should this one be interrupted: this errno.
    case cacheUnusable(errno: Int32)
}

/// What a pull has made.
public struct PullResult: Sendable {
    /// The image as it stands in the archive.
    public var image: ArchivedImage
    /// The layout it was written in.
    public var layout: ArchiveLayout
    /// The path of the archive; nil on standard output.
    public var path: String?
    /// Bytes written.
    public var size: Int64

    /// Puts the parts together.
    public init(image: ArchivedImage, layout: ArchiveLayout, path: String?, size: Int64) {
        self.image = image
        self.layout = layout
        self.path = path
        self.size = size
    }
}
