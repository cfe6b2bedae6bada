internal import Puller

/// Which archives are verified.
struct VerifyRequest: Hashable, Sendable {
    /// Archives, and folders of OCI layouts.
    var paths: [String]
    /// Whether the verdicts are printed as JSON.
    var asJSON: Bool
}

/// Which archives are pushed where.
struct PushRequest: Sendable {
    /// Archives, and folders of OCI layouts.
    var paths: [String]
    /// Where their images go.
    var destination: PushDestination
    /// The name that the image gets there, where it is one; nil for those in the archive.
    var name: ImageReference?
    /// How many blobs are sent at a time; 1 or more.
    var jobs: Int
}

/// What is written in another layout.
struct ConvertRequest: Sendable {
    /// Where the images are.
    var source: Source
    /// Which image of an index is the one in front; nil for the first that is there.
    var platform: Platform?
    /// The name that the image gets, where it is one; nil for those that it has.
    var name: ImageReference?
    /// What becomes of them.
    var archive: ArchiveRequest

    /// Where images can be.
    enum Source: Hashable, Sendable {
        /// An archive, or the folder of an OCI layout.
        case file(String)
        /// The Docker or podman of this machine, by an image's name or ID.
        case daemon(String)
    }
}

extension Flags {
    /// Which archives are pushed, and where to.
    func pushRequest(of paths: [String], in surroundings: Surroundings) throws(UsageError) -> PushRequest {
        PushRequest(
            paths: paths, destination: try target(in: surroundings), name: try name(), jobs: try parallelJobs())
    }

    /// What is converted, and into what.
    func conversion(of word: String, in surroundings: Surroundings) throws(UsageError) -> ConvertRequest {
        guard let platform = try platform() else { throw .invalidValue(.arch, "all", .expectedOnePlatform) }
        return ConvertRequest(
            source: try Self.source(word), platform: arch == nil ? nil : platform, name: try name(),
            archive: try archive(called: nil, in: surroundings))
    }

    private static func source(_ word: String) throws(UsageError) -> ConvertRequest.Source {
        let scheme = "docker-daemon:"
        guard word.hasPrefix(scheme) else { return .file(word) }
        let name = String(word.dropFirst(scheme.count))
        guard !name.isEmpty else { throw .missingImage }
        return .daemon(name)
    }
}
