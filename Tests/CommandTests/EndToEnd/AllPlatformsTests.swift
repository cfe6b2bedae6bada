import Foundation
import Testing

/// `-arch all` with the golden image, judged by those who want every platform that the index names.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct AllPlatformsTests {
    static let registry = Task {
        let port = try Loopback.freePort()
        let server = try await RealServer.registry(port: port)
        try await Program.must(
            "skopeo",
            [
                "copy", "--all", "--preserve-digests", "--dest-tls-verify=false", "oci:\(TestImage.golden):multi",
                "docker://127.0.0.1:\(port)/lab/img1:multi",
            ])
        return (server: server, image: "127.0.0.1:\(port)/lab/img1:multi")
    }

    /// The archive under the name that it gets by itself.
    private static func archive(in scratch: Scratch, _ flags: [String] = []) async throws -> (
        path: String, said: String
    ) {
        let image = try await registry.value.image
        let outcome = try await Tool.must(["pull", image, "-plain-http", "-arch", "all"] + flags, in: scratch)
        let name = try #require(scratch.listing.first { $0.hasSuffix("_lab_img1_multi_all.tar") })
        return (scratch.path(name), outcome.output)
    }

    @Test func everyPlatformIsInIt() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let archive = try await Self.archive(in: scratch)
        // The archive is an OCI layout as well; skopeo copies all that its index leads to, and checks every digest.
        try await Program.must("tar", ["-xf", archive.path, "-C", scratch.path, "--one-top-level=layout"])
        try await Program.must(
            "skopeo",
            [
                "copy", "--all", "--preserve-digests", "oci:\(scratch.path("layout")):multi",
                "dir:\(scratch.path("dir"))",
            ])
        let raw = try await Program.must("skopeo", ["inspect", "--raw", "dir:\(scratch.path("dir"))"])
        #expect(raw.contains(#""architecture":"arm""#) || raw.contains(#""architecture": "arm""#))
        // Nothing is missing, so nobody is warned.
        #expect(!archive.said.contains("-keep-index"))
    }

    @Test(.enabled(if: getuid() == 0, "containerd runs as root only"))
    func containerdImportsAllPlatforms() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let archive = try await Self.archive(in: scratch)
        let (server, socket) = try await RealServer.containerd()
        defer { withExtendedLifetime(server) {} }
        try await Program.must("ctr", ["-a", socket, "images", "import", "--all-platforms", archive.path])
        let listed = try await Program.must("ctr", ["-a", socket, "images", "list"])
        #expect(listed.contains("linux/amd64,linux/arm/v7"))
    }

    @Test(.enabled(if: getuid() == 0, "the engines want root"))
    func olderEnginesLoadTheOneInFront() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let archive = try await Self.archive(in: scratch)
        let image = try await Self.registry.value.image
        let podman = scratch.podmanStore
        try await Program.must("podman", podman + ["load", "-i", archive.path])
        let (server, host) = try await RealServer.docker()
        defer { withExtendedLifetime(server) {} }
        try await Program.must("docker", ["-H", host, "load", "-i", archive.path])
        let loaded = try await Program.must(
            "docker", ["-H", host, "inspect", "--format", "{{.Architecture}}", image])
        #expect(loaded == "amd64\n")
    }

    @Test func anotherLayoutIsRefusedWithWords() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        for (language, words) in [("en", "-arch all"), ("zh", "-arch all")] {
            let refused = try await Tool.run(
                ["pull", "127.0.0.1:1/a", "-arch", "all", "-format", "docker-20.10", "-lang", language], in: scratch)
            #expect(refused.status == 2)
            #expect(refused.error.contains(words))
        }
        #expect(scratch.listing.isEmpty)
    }
}
