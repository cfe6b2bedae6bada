import Foundation
import Testing

/// An image that skopeo signs and pushes as schema 1 to Debian's registry, which still serves it when told to.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct Schema1Tests {
    static let registry = Task {
        let port = try Loopback.freePort()
        let server = try await RealServer.registry(
            port: port, auth: "compatibility:\n  schema1:\n    enabled: true\n")
        try await Program.must(
            "skopeo",
            [
                "copy", "--format", "v2s1", "--dest-tls-verify=false", "oci:\(TestImage.golden):single",
                "docker://127.0.0.1:\(port)/lab/old:latest",
            ])
        return (server: server, image: "127.0.0.1:\(port)/lab/old:latest")
    }

    /// The archive in a layout, and the image's ID.
    private static func archive(in scratch: Scratch, _ layout: [String]) async throws -> (path: String, id: String) {
        let image = try await registry.value.image
        let path = scratch.path("old.tar")
        try await Tool.must(["pull", image, "-plain-http", "-output", path] + layout)
        let manifest = try await Program.must("tar", ["-xOf", path, "manifest.json"])
        let config = try #require(manifest.firstMatch(of: /"Config":"(?:blobs\/sha256\/)?([0-9a-f]{64})/)?.1)
        return (path, String(config))
    }

    @Test func theRegistryServesSchema1() async throws {
        let image = try await Self.registry.value.image
        let raw = try await Program.must("skopeo", ["inspect", "--raw", "--tls-verify=false", "docker://\(image)"])
        #expect(raw.contains(/"schemaVersion": ?1[,}\s]/))
        #expect(raw.contains(#""signatures""#))
        let listed = try await Tool.must(["list", image, "-plain-http"])
        #expect(listed.output == "Available Architecture:\namd64\n")
    }

    @Test(arguments: [[], ["-format", "docker-20.10"]])
    func skopeoReadsTheArchive(layout: [String]) async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let archive = try await Self.archive(in: scratch, layout)
        let inspected = try await Program.must("skopeo", ["inspect", "docker-archive:\(archive.path)"])
        #expect(inspected.contains(#""Architecture": "amd64""#))
        // Copied on, every layer is inflated and held against the configuration.
        try await Program.must(
            "skopeo", ["copy", "docker-archive:\(archive.path)", "oci:\(scratch.path("copy")):latest"])
        #expect(scratch.listing.contains("old.tar"))
    }

    @Test(.enabled(if: getuid() == 0, "podman's storage wants root"), arguments: [[], ["-format", "docker-20.10"]])
    func podmanLoadsIt(layout: [String]) async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let archive = try await Self.archive(in: scratch, layout)
        let podman = scratch.podmanStore
        try await Program.must("podman", podman + ["load", "-i", archive.path])
        let listed = try await Program.must(
            "podman", podman + ["images", "--no-trunc", "--format", "{{.ID}} {{.Repository}}"])
        let image = try await Self.registry.value.image
        #expect(listed.contains("sha256:\(archive.id) \(image.dropLast(":latest".count))"))
    }

    /// Docker 20.10 pulls the same manifest to an image of the same ID.
    @Test(.enabled(if: getuid() == 0, "Docker's daemon runs as root only"))
    func itsIDIsDockersOwn() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let archive = try await Self.archive(in: scratch, [])
        let (server, host) = try await RealServer.docker()
        defer { withExtendedLifetime(server) {} }
        let image = try await Self.registry.value.image
        try await Program.must("docker", ["-H", host, "pull", image])
        let pulled = try await Program.must("docker", ["-H", host, "inspect", "--format", "{{.Id}}", image])
        #expect(pulled.trimmingCharacters(in: .whitespacesAndNewlines) == "sha256:\(archive.id)")
        try await Program.must("docker", ["-H", host, "rmi", image])
        try await Program.must("docker", ["-H", host, "load", "-i", archive.path])
        let loaded = try await Program.must("docker", ["-H", host, "inspect", "--format", "{{.Id}}", image])
        #expect(loaded == pulled)
    }
}
