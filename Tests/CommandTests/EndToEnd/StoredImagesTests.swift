import Foundation
import Testing

@testable import Puller

/// What other programs save is read, and called sound.
@Suite(.serialized)
struct StoredImagesTests {
    private static let id = "sha256:8967568ce43d05e662a18209cf861213de2b99d4b4f871225dd28e44246255d8"
    private static let manifest = "sha256:3b6dd43d4bcf33f342d679894ec1f8df46451bfb020e39fefcbdef1df27ebf62"

    /// Opens and verifies an archive that must hold the golden image.
    private static func check(_ path: String, layout: StoredLayout, keepsManifest: Bool, names: [String]) async throws {
        let stored = try await StoredImages.open(path)
        #expect(stored.layout == layout)
        #expect(stored.images.map { $0.manifest.config.digest.description } == [id])
        #expect(stored.images.flatMap { $0.names.map(\.familiar) } == names)
        let image = try #require(stored.images.first)
        #expect((image.manifest.descriptor.digest.description == manifest) == keepsManifest)
        let link = Link(TransferOptions(), jobs: 1, clock: Patience().clock)
        for layer in image.manifest.layers {
            let transfer = try BlobTransfer(layer, into: .inOrder { _, _ in }, over: link)
            try await stored.fetch(transfer, step: .layer(layer.digest)) { _, _ in }
        }
        let report = try await StoredImages.verify(path)
        #expect(report.isSound, "\(report.problems)")
        #expect(report.images.map(\.id.description) == [id])
    }

    @Test(.enabled(if: Program.find("skopeo") != nil))
    func whatSkopeoCopies() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let source = "oci:\(TestImage.golden):single"
        try await Program.must(
            "skopeo", ["copy", source, "docker-archive:\(scratch.path("docker.tar")):corpus.example/a:1"])
        try await Self.check(
            scratch.path("docker.tar"), layout: .classic, keepsManifest: false, names: ["corpus.example/a:1"])
        try await Program.must(
            "skopeo", ["copy", source, "oci-archive:\(scratch.path("oci.tar")):corpus.example/a:1"])
        try await Self.check(
            scratch.path("oci.tar"), layout: .oci, keepsManifest: true, names: ["corpus.example/a:1"])
    }

    @Test(.enabled(if: getuid() == 0 && Program.find("podman") != nil))
    func whatPodmanSaves() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let podman = scratch.podmanStore
        let golden = "\(TestImage.fixtures)/golden/docker-20.10.tar"
        try await Program.must("podman", podman + ["load", "-i", golden])
        let name = "127.0.0.1:5055/lab/img1:single"
        for flags in [["--format", "docker-archive"], ["-m"]] {
            let path = scratch.path("\(flags.count).tar")
            try await Program.must("podman", podman + ["save", "-o", path] + flags + [name])
            try await Self.check(path, layout: .classic, keepsManifest: false, names: [name])
        }
        let path = scratch.path("oci.tar")
        try await Program.must("podman", podman + ["save", "-o", path, "--format", "oci-archive", name])
        let stored = try await StoredImages.open(path)
        #expect(stored.layout == .oci)
        #expect(stored.images.flatMap { $0.names.map(\.familiar) } == [name])
        let report = try await StoredImages.verify(path)
        #expect(report.isSound, "\(report.problems)")
    }

    @Test(.enabled(if: getuid() == 0 && Program.find("dockerd") != nil))
    func whatDockerSaves() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let (server, host) = try await RealServer.docker()
        defer { withExtendedLifetime(server) {} }
        let name = "127.0.0.1:5055/lab/img1:single"
        try await Program.must(
            "docker", ["-H", host, "load", "-i", "\(TestImage.fixtures)/golden/docker-29-containerd.tar"])
        try await Program.must("docker", ["-H", host, "tag", name, "corpus.example/second:1"])
        let path = scratch.path("docker.tar")
        try await Program.must("docker", ["-H", host, "save", "-o", path, name, "corpus.example/second:1"])
        let stored = try await StoredImages.open(path)
        #expect(stored.layout == .classic)
        #expect(stored.images.count == 1)
        #expect(Set(stored.images.flatMap { $0.names.map(\.familiar) }) == [name, "corpus.example/second:1"])
        let report = try await StoredImages.verify(path)
        #expect(report.problems.isEmpty, "\(report.problems)")
    }
}
