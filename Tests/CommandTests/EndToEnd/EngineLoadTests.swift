import Foundation
import Testing

/// An image of 119 MB and two platforms from a registry with TLS and tokens; the archives are loaded by the engines themselves.
@Suite(.serialized, .enabled(if: getuid() == 0, "the engines' daemons run as root only"))
struct EngineLoadTests {
    static let registry = Task {
        let registry = try await SecureRegistry(name: "localhost", repositories: ["demo/big"])
        try await registry.push(try await TestImage.big(), to: "demo/big")
        return registry
    }

    /// The archive in a layout, pulled once; the digest of the image's configuration is its ID.
    static func archive(_ layout: [String]) async throws -> (path: String, imageID: String) {
        let registry = try await Self.registry.value
        let scratch = try Scratch()
        let path = scratch.path("big.tar")
        try await Tool.must(
            [
                "pull", "\(registry.host)/demo/big", "-ca-file", registry.certificates.authority, "-output", path,
                "-username", SecureRegistry.user, "-quiet",
            ] + layout,
            environment: ["DOCKER_TAR_LAB_PASSWORD": SecureRegistry.password])
        let manifest = try await Program.must("tar", ["-xOf", path, "manifest.json"])
        let config = try #require(manifest.firstMatch(of: /"Config":"(?:blobs\/sha256\/)?([0-9a-f]{64})/)?.1)
        return (path, "sha256:\(config)")
    }

    @Test(arguments: [[], ["-keep-index"], ["-format", "docker-20.10"]])
    func docker2010Loads(layout: [String]) async throws {
        let archive = try await Self.archive(layout)
        let (server, host) = try await RealServer.docker()
        defer { withExtendedLifetime(server) {} }
        try await Program.must("docker", ["-H", host, "load", "-i", archive.path])
        let registry = try await Self.registry.value
        let id = try await Program.must(
            "docker", ["-H", host, "inspect", "--format", "{{.Id}}", "\(registry.host)/demo/big:latest"])
        #expect(id.trimmingCharacters(in: .whitespacesAndNewlines) == archive.imageID)
    }

    @Test(arguments: [[], ["-keep-index"], ["-format", "docker-20.10"]])
    func podmanLoads(layout: [String]) async throws {
        let archive = try await Self.archive(layout)
        let storage = try Scratch()
        defer { storage.remove() }
        let podman = storage.podmanStore
        try await Program.must("podman", podman + ["load", "-i", archive.path])
        let listed = try await Program.must(
            "podman", podman + ["images", "--no-trunc", "--format", "{{.ID}} {{.Repository}}"])
        let registry = try await Self.registry.value
        #expect(listed.contains("\(archive.imageID) \(registry.host)/demo/big"))
    }

    @Test(arguments: [([String](), [String]()), ([], ["--all-platforms"]), (["-keep-index"], [])])
    func containerdImports(layout: [String], flags: [String]) async throws {
        let archive = try await Self.archive(layout)
        let (server, socket) = try await RealServer.containerd()
        defer { withExtendedLifetime(server) {} }
        try await Program.must("ctr", ["-a", socket, "images", "import"] + flags + [archive.path])
        let registry = try await Self.registry.value
        let listed = try await Program.must("ctr", ["-a", socket, "images", "list"])
        #expect(listed.contains("\(registry.host)/demo/big:latest"))
        // containerd names an image by the digest of its manifest or index, and that one names the configuration.
        let index = try await Program.must("tar", ["-xOf", archive.path, "index.json"])
        let digest = try #require(index.firstMatch(of: /sha256:[0-9a-f]{64}/)?.output)
        #expect(listed.contains(digest))
        let blobs = try await Program.must("ctr", ["-a", socket, "content", "list", "--quiet"])
        #expect(blobs.contains(archive.imageID))
    }

    @Test func listShowsBothPlatforms() async throws {
        let registry = try await Self.registry.value
        let listed = try await Tool.must(
            [
                "list", "\(registry.host)/demo/big", "-ca-file", registry.certificates.authority,
                "-username", SecureRegistry.user, "-password", SecureRegistry.password,
            ])
        #expect(listed.output == "Available Architecture:\namd64\narm64v8\n")
    }

    @Test func aWrongPasswordEndsInFour() async throws {
        let registry = try await Self.registry.value
        let scratch = try Scratch()
        defer { scratch.remove() }
        let refused = try await Tool.run(
            [
                "pull", "\(registry.host)/demo/big", "-ca-file", registry.certificates.authority, "-username", "alice",
                "-password-stdin", "-output", scratch.path("a.tar"),
            ], input: Data("wrong\n".utf8))
        #expect(refused.status == 4)
        #expect(scratch.listing.isEmpty)
    }
}
