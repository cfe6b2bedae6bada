internal import Puller

/// Which image is described, and how.
struct InspectRequest: Sendable {
    /// Where the image is.
    var source: Source
    /// The platform to show; nil for Linux on amd64 or, where there is none, the first.
    var platform: Platform?
    /// Whether it is printed as JSON.
    var asJSON: Bool

    /// Where an image can be.
    enum Source: Hashable, Sendable {
        /// At its registry.
        case image(ImageReference)
        /// In an archive or an OCI layout under this path.
        case archive(String)
    }
}
