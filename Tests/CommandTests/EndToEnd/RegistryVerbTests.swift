import Foundation
import Testing

/// Images that go into a registry, out of another one and out of archives.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct RegistryVerbTests {
    /// The registry that images come from, and the name of its repository.
    private static let source = Task {
        let port = try Loopback.freePort()
        let (server, base) = (try await RealServer.registry(port: port), "127.0.0.1:\(port)/lab/img1")
        for tag in ["single", "multi"] {
            try await RealServer.push("\(TestImage.golden):\(tag)", to: "\(base):\(tag)")
        }
        return (server, base)
    }

    /// A registry that images go into, and its host.
    private func target() async throws -> (Server, host: String) {
        let port = try Loopback.freePort()
        return (try await RealServer.registry(port: port), "127.0.0.1:\(port)")
    }

    private func digest(_ name: String) async throws -> String {
        try await Program.must(
            "skopeo", ["inspect", "--raw", "--tls-verify=false", "docker://\(name)"])
    }

    /// Uploads that a registry has seen, by its own log.
    private func uploads(_ server: Server) -> Int {
        server.scratch.text("log").matches(of: /"POST \/v2\/[^ ]*\/blobs\/uploads\//).count
    }

    @Test func aSyncIntoARegistryKeepsTheDigestsAndIsDoneOnce() async throws {
        let (source, base) = try await Self.source.value
        let (target, host) = try await target()
        defer { withExtendedLifetime((source, target)) {} }
        let words = [
            "sync", "\(base):single", "\(base):multi", "-arch", "all", "-plain-http", "-to", "\(host)/mirror",
            "-to-plain-http", "-json",
        ]
        let first = try await Tool.must(words)
        #expect(first.output.matches(of: /"outcome" : "done"/).count == 2)
        for tag in ["single", "multi"] {
            #expect(try await digest("\(host)/mirror/lab/img1:\(tag)") == digest("\(base):\(tag)"))
        }
        let before = uploads(target)
        #expect(before > 0)
        let again = try await Tool.must(words)
        #expect(again.output.matches(of: /"outcome" : "present"/).count == 2)
        #expect(uploads(target) == before)
    }

    @Test func anArchiveCrossesTheGap() async throws {
        let (source, base) = try await Self.source.value
        let (target, host) = try await target()
        defer { withExtendedLifetime((source, target)) {} }
        let scratch = try Scratch()
        defer { scratch.remove() }
        let name = "\(base):single"
        try await Tool.must(["pull", name, "-plain-http", "-output", scratch.path("a.tar")])
        let words = ["push", scratch.path("a.tar"), "-to", host, "-to-plain-http"]
        let first = try await Tool.must(words)
        #expect(first.output.hasPrefix("\(host)/lab/img1:single  sha256:"))
        #expect(try await digest("\(host)/lab/img1:single") == digest(name))
        let before = uploads(target)
        #expect(try await Tool.must(words).output.hasSuffix("there already\n"))
        #expect(uploads(target) == before)
        let renamed = try await Tool.must(words + ["-as", "other/name:2", "-quiet"])
        #expect(renamed.output == "\(host)/other/name:2\n")
        let missing = try await Tool.run(
            ["push", scratch.path("none.tar"), scratch.path("a.tar"), "-to", host, "-to-plain-http"])
        #expect(missing.status == 8 && missing.output.contains("there already"))
    }

    /// Ten images, all platforms of each, in one archive: out of one registry, over the gap, into another.
    @Test func tenImagesInOneArchiveKeepTheirDigests() async throws {
        let (from, to) = (try Loopback.freePort(), try Loopback.freePort())
        let source = try await RealServer.registry(port: from)
        let target = try await RealServer.registry(port: to)
        defer { withExtendedLifetime((source, target)) {} }
        let scratch = try Scratch()
        defer { scratch.remove() }
        var names: [String] = []
        for number in 0..<10 {
            let layout = scratch.path("image\(number)")
            // As many layers as its number says: each has those of the one before.
            try await Program.must("\(TestImage.fixtures)/make-image", [layout, "\(number + 1)", "1"])
            names.append("lab/app\(number):v\(number)")
            try await RealServer.push("\(layout):latest", to: "127.0.0.1:\(from)/\(names[number])")
        }
        let archive = scratch.path("all.tar")
        try await Tool.must(
            ["pull"] + names.map { "127.0.0.1:\(from)/\($0)" } + ["-arch", "all", "-output", archive, "-quiet"])
        let listed = try await Program.must("tar", ["-tf", archive]).split(separator: "\n")
        #expect(Set(listed).count == listed.count, "something is in it twice")
        let words = ["push", archive, "-to", "127.0.0.1:\(to)"]
        try await Tool.must(words)
        for name in names {
            #expect(try await digest("127.0.0.1:\(to)/\(name)") == digest("127.0.0.1:\(from)/\(name)"), "\(name)")
        }
        let before = uploads(target)
        let again = try await Tool.must(words)
        #expect(again.output.matches(of: /there already/).count == 10)
        #expect(uploads(target) == before)
    }

    /// A registry with TLS and tokens, whose account is the destination's own.
    @Test func aRegistryWithTokensIsPushedTo() async throws {
        let registry = try await SecureRegistry(name: "localhost", repositories: ["mirror/lab/img1"])
        let archive = "\(TestImage.fixtures)/golden/docker-29-containerd.tar"
        let words = [
            "push", archive, "-to", "\(registry.host)/mirror", "-ca-file", registry.certificates.authority,
            "-to-username", SecureRegistry.user,
        ]
        let refused = try await Tool.run(words, environment: ["DOCKER_TAR_LAB_TO_PASSWORD": "wrong"])
        #expect(refused.status == 4)
        // The source's password is no answer to the destination.
        let foreign = try await Tool.run(words, environment: ["DOCKER_TAR_LAB_PASSWORD": SecureRegistry.password])
        #expect(foreign.status == 2)
        let environment = ["DOCKER_TAR_LAB_TO_PASSWORD": SecureRegistry.password]
        let pushed = try await Tool.must(words, environment: environment).output
        #expect(pushed.hasPrefix("\(registry.host)/mirror/lab/img1:single  sha256:"))
        #expect(try await Tool.must(words, environment: environment).output.hasSuffix("there already\n"))
        let shown = try await Tool.must(
            [
                "inspect", "\(registry.host)/mirror/lab/img1:single", "-ca-file", registry.certificates.authority,
                "-username", SecureRegistry.user, "-json",
            ], environment: ["DOCKER_TAR_LAB_PASSWORD": SecureRegistry.password])
        let digest = try #require(pushed.firstMatch(of: /sha256:[0-9a-f]{64}/)?.output)
        #expect(shown.output.contains(digest))
    }
}
