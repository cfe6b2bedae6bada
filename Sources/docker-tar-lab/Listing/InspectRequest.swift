internal import Puller

/// Which image is described, and how.
struct InspectRequest: Sendable {
    /// The image.
    var reference: ImageReference
    /// The platform to show; nil for Linux on amd64 or, where there is none, the first.
    var platform: Platform?
    /// Whether it is printed as JSON.
    var asJSON: Bool
}
