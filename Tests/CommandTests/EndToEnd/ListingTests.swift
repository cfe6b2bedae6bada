import Foundation
import Testing

/// `inspect` and `tags` beside skopeo, of the same images in Debian's registry.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ListingTests {
    /// The registry, and the name of its repository.
    private static let registry = Task {
        let port = try Loopback.freePort()
        let server = try await RealServer.registry(port: port)
        for (tag, name) in [("single", "lab/img1:single"), ("multi", "lab/img1:multi"), ("single", "lab/img1:v1.0")] {
            try await Program.must(
                "skopeo",
                [
                    "copy", "--all", "--preserve-digests", "--dest-tls-verify=false", "oci:\(TestImage.golden):\(tag)",
                    "docker://127.0.0.1:\(port)/\(name)",
                ])
        }
        return (server, "127.0.0.1:\(port)/lab/img1")
    }

    private func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func theTagsAreSkopeos() async throws {
        let (server, base) = try await Self.registry.value
        defer { withExtendedLifetime(server) {} }
        let name = base
        let listed = try json(
            try await Program.must("skopeo", ["list-tags", "--tls-verify=false", "docker://\(name)"]))
        let expected = try #require(listed["Tags"] as? [String])
        #expect(expected.count == 3)
        let lines = try await Tool.must(["tags", name, "-plain-http"]).output
        #expect(lines == expected.map { $0 + "\n" }.joined())
        let text = try await Tool.must(["tags", name, "-plain-http", "-json"]).output
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String] == expected)
    }

    @Test(arguments: [
        ("single", [String]()), ("multi", []), ("multi", ["--override-arch=arm", "--override-variant=v7"]),
    ])
    func anImageIsWhatSkopeoSays(tag: String, override: [String]) async throws {
        let (server, base) = try await Self.registry.value
        defer { withExtendedLifetime(server) {} }
        let name = "\(base):\(tag)"
        let skopeo = try json(
            try await Program.must("skopeo", override + ["inspect", "--tls-verify=false", "docker://\(name)"]))
        let platform = override.isEmpty ? [] : ["-arch", "armv7"]
        let ours = try json(try await Tool.must(["inspect", name, "-plain-http", "-json"] + platform).output)
        #expect(ours["digest"] as? String == skopeo["Digest"] as? String)
        let layers = try #require(ours["layers"] as? [[String: Any]])
        #expect(layers.compactMap { $0["digest"] as? String } == skopeo["Layers"] as? [String])
        // What the manifest itself says; older releases of skopeo do not show it.
        let digest = try #require((ours["manifest"] as? [String: Any])?["digest"] as? String)
        let blob = URL(fileURLWithPath: "\(TestImage.golden)/blobs/sha256/\(digest.dropFirst("sha256:".count))")
        let manifest = try json(String(decoding: Data(contentsOf: blob), as: UTF8.self))
        let listed = try #require(manifest["layers"] as? [[String: Any]])
        #expect(layers.map { $0["size"] as? Int } == listed.map { $0["size"] as? Int })
        #expect(layers.map { $0["mediaType"] as? String } == listed.map { $0["mediaType"] as? String })
        let shown = try #require(ours["platform"] as? [String: Any])
        #expect(shown["architecture"] as? String == skopeo["Architecture"] as? String)
        #expect(shown["os"] as? String == skopeo["Os"] as? String)
        #expect(ours["created"] as? String == skopeo["Created"] as? String)
        #expect(ours["labels"] as? [String: String] == skopeo["Labels"] as? [String: String] ?? [:])
        #expect(ours["env"] as? [String] == skopeo["Env"] as? [String] ?? [])
    }

    @Test func anArchiveIsWhatItWasPulledFrom() async throws {
        let (server, base) = try await Self.registry.value
        defer { withExtendedLifetime(server) {} }
        let scratch = try Scratch()
        defer { scratch.remove() }
        let name = "\(base):single"
        try await Tool.must(["pull", name, "-plain-http", "-output", scratch.path("a.tar")])
        let remote = try json(try await Tool.must(["inspect", name, "-plain-http", "-json"]).output)
        let text = try await Tool.must(["inspect", scratch.path("a.tar"), "-json"]).output
        let local = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        #expect(local.count == 1)
        for key in ["digest", "names", "labels", "env", "created", "size", "exposedPorts"] {
            // Objects have no order.
            let (here, there) = (local[0][key] as? NSObject, remote[key] as? NSObject)
            #expect(here == there, "\(key)")
        }
        let table = try await Tool.must(["inspect", scratch.path("a.tar")]).output
        #expect(table.contains(try #require(remote["digest"] as? String)))
    }

    @Test func whatIsNotThereHasItsExitCode() async throws {
        let (server, base) = try await Self.registry.value
        defer { withExtendedLifetime(server) {} }
        for words in [["tags", base + "/none"], ["inspect", "\(base):none"]] {
            let outcome = try await Tool.run(words + ["-plain-http"])
            #expect(outcome.status == 3)
            #expect(outcome.output == "")
            #expect(outcome.error.hasPrefix("docker-tar-lab: cannot "))
        }
        let platform = try await Tool.run(["inspect", "\(base):multi", "-plain-http", "-arch", "s390x"])
        #expect(platform.status == 3 && platform.error.contains("armv7"))
        #expect(try await Tool.run(["inspect", "./absent.tar"]).status == 8)
    }
}
