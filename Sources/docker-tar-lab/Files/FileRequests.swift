internal import Puller

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
    }
}

extension Flags {
    /// What is converted, and into what.
    func conversion(of word: String, in surroundings: Surroundings) throws(UsageError) -> ConvertRequest {
        guard let platform = try platform() else { throw .invalidValue(.arch, "all", .expectedOnePlatform) }
        return ConvertRequest(
            source: .file(word), platform: arch == nil ? nil : platform, name: try name(),
            archive: try archive(called: nil, in: surroundings))
    }
}
