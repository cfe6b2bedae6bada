public import LabNet

/// Why a pull failed: the step, where it was asked, and the cause.
public struct PullError: Error, Hashable, Sendable {
    /// The steps of a pull.
    public enum Step: Hashable, Sendable {
        /// Looking for the credential that a host asks for.
        case credential
        /// Getting a token.
        case authorise
        /// Asking for a manifest or an index.
        case manifest
        /// Asking for the tags of a repository.
        case tags
        /// Fetching the configuration.
        case config
        /// Fetching a layer.
        case layer(Digest)
        /// Reading an archive or OCI layout that is there.
        case stored
        /// Writing the archive.
        case archive
        /// Sending a blob to the registry that is pushed to.
        case upload(Digest)
        /// Giving an image its manifests and its name in the registry that is pushed to.
        case publish
        /// Talking to a daemon of this machine.
        case daemon
    }

    /// The step that failed.
    public var step: Step
    /// The registry, token server, CDN or file that was dealt with.
    public var place: String
    /// What went wrong.
    public var cause: Cause

    /// Puts the parts together.
    public init(step: Step, place: String, cause: Cause) {
        self.step = step
        self.place = place
        self.cause = cause
    }

    /// What went wrong; exit codes and words are made of these in the command's target.
    public indirect enum Cause: Hashable, Sendable {
        /// No such repository or tag; the server's words.
        case notFound(String)
        /// The platform is not there; these are.
        case noSuchPlatform(wanted: Platform, available: [AvailablePlatform])
        /// 401 or 403; the server's words.
        case unauthorised(status: Int, String)
        /// 429; the server's words and when to come again.
        case rateLimited(String, retryAfter: Duration?)
        /// Any other status; the server's words.
        case status(Int, String)
        /// The registry broke its protocol; which rule.
        case malformed(String)
        /// The token server that the registry names may not be asked; why.
        case realmRefused(String)
        /// A stored credential cannot be used.
        case credential(CredentialProblem)
        /// Bytes that do not have the digest they were asked by.
        case digestMismatch(expected: Digest, actual: Digest)
        /// More or fewer bytes than the descriptor says.
        case sizeMismatch(expected: Int64, actual: Int64)
        /// A layer whose inflated bytes do not have the diffID that the configuration names.
        case diffIDMismatch(expected: Digest, actual: Digest)
        /// A layer that cannot be inflated.
        case undecodable(String)
        /// The registry does not have a layer, and the address that it names in its place may not be asked; why.
        case foreignRefused(String)
        /// All platforms are asked for in a layout that holds one.
        case onePlatformLayout
        /// A folder is asked for in a layout that is an archive's.
        case folderLayout
        /// One name is given for so many images.
        case severalImages(Int)
        /// The disk has not the room; in bytes. What layers inflate to is not known before, so that more may be needed.
        case noRoom(needed: Int64, available: Int64)
        /// A kind of content that is not an image, or not one that can be written in this layout.
        case unsupported(String)
        /// An archive or OCI layout that cannot be read; which rule it breaks.
        case unreadableArchive(String)
        /// The disk: this errno.
        case disk(errno: Int32)
        /// Something stands under the output's name that may not be replaced.
        case exists
        /// The transport failed.
        case network(NetworkError)
        /// A mirror names another digest than the registry: it is stale, or it lies.
        case stale(mirror: Digest, origin: Digest)
        /// The registry itself has to vouch for the digest and did not; why.
        case notVouched(PullError)
        /// An image that is to be pushed has no name.
        case nameless
        /// Two images would have one name in the registry that is pushed to; their digests.
        case sameName(Digest, Digest)
        /// A daemon of this machine refuses, or fails; its own words.
        case daemon(String)
        /// No daemon has a socket at any of these paths.
        case noDaemon([String])
        /// DOCKER_HOST names something else than a socket of this machine.
        case daemonAddress(String)
        /// Each of several failed; in the order in which they were asked.
        case allFailed([PullError])
    }
}

/// A platform that an image exists for.
public struct AvailablePlatform: Hashable, Sendable {
    /// The platform.
    public var platform: Platform
    /// The digest of its manifest.
    public var digest: Digest

    /// Joins the two.
    public init(platform: Platform, digest: Digest) {
        self.platform = platform
        self.digest = digest
    }
}
