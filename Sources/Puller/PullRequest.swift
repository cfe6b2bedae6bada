/// What to pull, and what becomes of it.
public struct PullRequest: Sendable {
    /// The images, in the archive's order; never empty.
    public var references: [ImageReference]
    /// The platform; another one is never taken in its place.
    public var platform: Platform
    /// Whether every platform of the index is saved, in layouts `docker` and `oci`; `platform` is then the one that engines
    /// see which know of one only, and where the image does not exist for it the first in the index.
    public var allPlatforms = false
    /// The name that the archive gives to the image, where it is one; nil for the reference's own.
    public var name: ImageReference?
    /// What the archive is to be like, and where it goes.
    public var archive: ArchiveRequest

    /// A pull of one image in the default layout.
    public init(reference: ImageReference, platform: Platform, output: ArchiveRequest.Output) {
        self.init(references: [reference], platform: platform, archive: ArchiveRequest(to: output))
    }

    /// A pull of images into one archive.
    public init(references: [ImageReference], platform: Platform, archive: ArchiveRequest) {
        self.references = references
        self.platform = platform
        self.archive = archive
    }

    /// The archive as it is written: where all platforms are saved, the index stays in.
    ///
    /// - Throws: `PullError` with `.onePlatformLayout` or `.folderLayout`.
    var effectiveArchive: ArchiveRequest {
        get throws {
            try archive.refuseContradictions()
            guard allPlatforms else { return archive }
            var archive = archive
            switch archive.layout {
            case .docker: archive.layout = .docker(keepIndex: true)
            case .oci: archive.layout = .oci(keepIndex: true)
            case .docker2010, .graphdriver, .synology:
                throw PullError(step: .archive, place: place, cause: .onePlatformLayout)
            }
            return archive
        }
    }

    /// What errors call it.
    var place: String { references.first?.familiar ?? "" }
}

/// How the registry is reached and who asks.
public struct RegistryAccess: Sendable {
    /// Who asks.
    public var accounts = Accounts()
    /// Who is asked in place of the reference's registry, the first asked first.
    public var mirrors: [RegistryMirror] = []
    /// Who is asked in place of particular registries, by their names; where one is named here, ``mirrors`` are not asked.
    public var mirrorsOfRegistries: [String: [RegistryMirror]] = [:]
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
