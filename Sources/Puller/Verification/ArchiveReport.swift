/// All that can be said of an archive without loading it.
public struct ArchiveReport: Hashable, Sendable {
    /// The path that it was read by.
    public var path: String
    /// The layout that was recognised; nil where none was.
    public var layout: StoredLayout?
    /// The images, as far as they can be read.
    public var images: [StoredImageSummary]
    /// What is wrong, in the order in which it was met.
    public var problems: [ArchiveProblem]
    /// What the engines would do, in the order of ``Engine/allCases``; none for a folder, which none of them loads.
    public var verdicts: [EngineVerdict]

    /// Puts the parts together.
    public init(
        path: String, layout: StoredLayout?, images: [StoredImageSummary], problems: [ArchiveProblem],
        verdicts: [EngineVerdict]
    ) {
        self.path = path
        self.layout = layout
        self.images = images
        self.problems = problems
        self.verdicts = verdicts
    }

    /// Whether nothing is wrong that changes what is loaded.
    public var isSound: Bool { problems.allSatisfy { !$0.kind.isGrave } }
}

/// An image in an archive.
public struct StoredImageSummary: Hashable, Sendable {
    /// Its names, as Docker shows them.
    public var names: [String]
    /// The digest of its configuration: the image ID in Docker's graphdriver stores, and podman's.
    public var id: Digest
    /// The digest of its manifest or index; nil where the archive holds none of a registry.
    public var digest: Digest?
    /// What it runs on.
    public var platform: Platform?
    /// How many layers it has.
    public var layers: Int
    /// How many bytes they have as they are stored.
    public var size: Int64

    /// Puts the parts together.
    public init(names: [String], id: Digest, digest: Digest?, platform: Platform?, layers: Int, size: Int64) {
        self.names = names
        self.id = id
        self.digest = digest
        self.platform = platform
        self.layers = layers
        self.size = size
    }
}

/// Something that is wrong with an archive, and with which member of it.
public struct ArchiveProblem: Hashable, Sendable {
    /// The member's name; empty where it is the whole.
    public var member: String
    /// What is wrong.
    public var kind: Kind

    /// Joins the two.
    public init(member: String, kind: Kind) { (self.member, self.kind) = (member, kind) }

    /// What can be wrong.
    public enum Kind: Hashable, Sendable {
        /// It cannot be read; technical words.
        case unreadable(String)
        /// It is named and not there.
        case missing
        /// A layer that may not be handed on has been left out: no engine loads the image without it.
        case foreignAbsent
        /// Nothing names it.
        case superfluous
        /// Several members have this name.
        case duplicate
        /// Its name or target leads out of the archive, or a link in a circle.
        case leadsOutside
        /// A device, a pipe, or the like.
        case unexpectedKind
        /// Its bytes have another digest than its name, or what names it, says.
        case digestMismatch(expected: Digest, actual: Digest)
        /// It has another size than what names it says.
        case sizeMismatch(expected: Int64, actual: Int64)
        /// A layer that inflates to other bytes than the configuration says.
        case diffIDMismatch(expected: Digest, actual: Digest)
        /// A layer that belongs elsewhere: the configuration has it at this position, and the list at the other.
        case misplaced(expected: Int, actual: Int)
        /// The list and the configuration have different numbers of layers.
        case layerCount(layers: Int, diffIDs: Int)
        /// A layer that cannot be inflated, or that holds no tar archive; technical words.
        case undecodable(String)
        /// Bytes behind the end of a layer's gzip.
        case junkBehind
        /// A document that breaks its format; which rule.
        case malformed(String)
        /// A name of an image that is none.
        case invalidName(String)
        /// `manifest.json` and `index.json` name different images.
        case disagreement

        /// Whether it changes what is loaded, or may; what merely lies about does not.
        public var isGrave: Bool {
            switch self {
            case .superfluous, .unexpectedKind: false
            default: true
            }
        }
    }
}
