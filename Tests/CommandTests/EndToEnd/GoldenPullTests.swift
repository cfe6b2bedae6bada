import Foundation
import Testing

/// The command pulls the golden image from Debian's registry at the address under which real Docker once pulled it,
/// and what it writes is compared with what Docker wrote, byte for byte.
@Suite(.serialized)
struct GoldenPullTests {
    static let registry = Task {
        let server = try await RealServer.registry(port: 5055)
        for tag in ["single", "multi"] {
            try await Program.must(
                "skopeo",
                [
                    "copy", "--all", "--preserve-digests", "--dest-tls-verify=false", "oci:\(TestImage.golden):\(tag)",
                    "docker://127.0.0.1:5055/lab/img1:\(tag)",
                ])
        }
        return server
    }

    @Test(arguments: [
        ("single", [String](), "docker-29-containerd.tar"),
        ("multi", [], "docker-28-containerd-platform.tar"),
        ("multi", ["-keep-index"], "docker-29-containerd-index.tar"),
    ])
    func theDefaultLayoutIsDockersOwn(tag: String, flags: [String], golden: String) async throws {
        let server = try await Self.registry.value
        defer { withExtendedLifetime(server) {} }
        let scratch = try Scratch()
        defer { scratch.remove() }
        let image = "127.0.0.1:5055/lab/img1:\(tag)"
        try await Tool.must(
            ["-action", "pull", "-image", image, "-plain-http", "-output", scratch.path("a.tar")] + flags)
        let archive = try Data(contentsOf: scratch.url.appendingPathComponent("a.tar"))
        #expect(archive == (try TestImage.goldenArchive(golden)))
        #expect(scratch.listing == ["a.tar"])
    }

    @Test func theClassicLayoutIsDocker2010sOnceTheTimeOfTheSaveIsEqual() async throws {
        let server = try await Self.registry.value
        defer { withExtendedLifetime(server) {} }
        let scratch = try Scratch()
        defer { scratch.remove() }
        let image = "127.0.0.1:5055/lab/img1:single"
        try await Tool.must(
            ["pull", image, "-plain-http", "-format", "docker-20.10", "-output", scratch.path("a.tar")])
        let archive = try Data(contentsOf: scratch.url.appendingPathComponent("a.tar"))
        let golden = try TestImage.goldenArchive("docker-20.10.tar")
        #expect(archive.count == golden.count)
        #expect(try withoutSaveTime(archive) == withoutSaveTime(golden))
    }

    /// The members of the repeated layer hold the time of the save itself (golden/README.md): their mtime and checksum are blanked.
    private func withoutSaveTime(_ archive: Data) throws -> Data {
        let repeated = "be269dadeb71dc7047b430528345860c21771c1751e67853509af9f974003eb9/"
        var bytes = [UInt8](archive)
        var offset = 0
        while offset + 512 <= bytes.count, bytes[offset] != 0 {
            let name = String(decoding: bytes[offset..<offset + 100].prefix { $0 != 0 }, as: UTF8.self)
            let size = try #require(
                Int(String(decoding: bytes[offset + 124..<offset + 135], as: UTF8.self), radix: 8))
            if name.hasPrefix(repeated) {
                for index in Array(offset + 136..<offset + 156) { bytes[index] = 0 }
            }
            offset += 512 + (size + 511) / 512 * 512
        }
        return Data(bytes)
    }
}
