package import LabNet
package import Puller

/// A registry that everybody knows, and a public image in it.
///
/// The images are ones that have been there for years. Each has a layer of more than 256 kB, so that a stream which stops
/// after some kilobytes can be seen.
package struct WellKnownRegistry: Sendable {
    /// What people call it; the first is the one that is shown.
    package var names: [String]
    /// Where it answers.
    package var host: Host
    /// The image.
    package var image: ImageReference

    /// Docker Hub.
    package static let dockerHub = WellKnownRegistry(
        names: ["docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"],
        host: "registry-1.docker.io", domain: ImageReference.dockerHub, path: "library/alpine", tag: "latest")

    /// All of them, in the order in which they are examined.
    package static let all = [
        dockerHub,
        WellKnownRegistry("ghcr.io", path: "home-assistant/home-assistant", tag: "stable"),
        WellKnownRegistry("quay.io", path: "prometheus/busybox", tag: "latest"),
        WellKnownRegistry("gcr.io", path: "distroless/static", tag: "latest"),
        WellKnownRegistry("mcr.microsoft.com", path: "dotnet/runtime-deps", tag: "8.0"),
    ]

    /// The one that this host belongs to; nil for any other host.
    package init?(host: Host) {
        guard let known = Self.all.first(where: { $0.names.contains(host.description) }) else { return nil }
        self = known
    }

    private init(_ name: String, path: String, tag: String) {
        self.init(names: [name], host: name, domain: name, path: path, tag: tag)
    }

    private init(names: [String], host: String, domain: String, path: String, tag: String) {
        self.names = names
        self.host = .name(host)
        image = ImageReference(domain: domain, path: path, tag: tag, digest: nil)
    }
}
