/// The annotations of descriptors by which archives name images and say where they come from.
enum Annotation {
    /// A whole name (containerd, `images/archive`).
    static let imageName = "io.containerd.image.name"
    /// A whole name, or a mere tag (OCI image-spec annotations.md).
    static let refName = "org.opencontainers.image.ref.name"
    /// Both; containerd reads the first, everybody else the second.
    static let names = [imageName, refName]
    /// The repositories at a host that a blob was pulled from (containerd, `core/remotes/docker/handler.go`).
    static func source(at host: String) -> String { sourcePrefix + host }
    /// What such an annotation begins with; the host follows.
    static let sourcePrefix = "containerd.io/distribution.source."
}
