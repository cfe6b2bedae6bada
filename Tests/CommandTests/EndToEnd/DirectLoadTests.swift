import Foundation
import Testing

/// `-load` and `docker-daemon:` as a user types them: no file in between, no client of the engine.
@Suite(.serialized, .timeLimit(.minutes(4)), .enabled(if: getuid() == 0, "the engines' daemons run as root only"))
struct DirectLoadTests {
    private static let imageID = "sha256:8967568ce43d05e662a18209cf861213de2b99d4b4f871225dd28e44246255d8"

    private func registry() async throws -> (server: Server, name: String) {
        let port = try Loopback.freePort()
        let server = try await RealServer.registry(port: port)
        let name = "127.0.0.1:\(port)/lab/img1:single"
        try await RealServer.push("\(TestImage.golden):single", to: name)
        return (server, name)
    }

    @Test(arguments: [[], ["-format", "docker-28"], ["-format", "docker-20.10"]])
    func dockerLoadsWhatIsPulled(_ format: [String]) async throws {
        let (registry, name) = try await registry()
        let (docker, host) = try await RealServer.docker()
        defer { withExtendedLifetime((registry, docker)) {} }
        let scratch = try Scratch()
        defer { scratch.remove() }
        let outcome = try await Tool.must(
            ["pull", name, "-load"] + format, environment: ["DOCKER_HOST": host], in: scratch)
        #expect(outcome.output.contains("Loaded: \(name)\n"))
        #expect(scratch.listing.isEmpty, "a file was written")
        let id = try await Program.must("docker", ["-H", host, "inspect", "--format", "{{.Id}}", name])
        #expect(id.trimmingCharacters(in: .whitespacesAndNewlines) == Self.imageID)
    }

    /// Out of the daemon, into an OCI layout, and into podman from there.
    @Test func whatADaemonHasIsConverted() async throws {
        let (registry, name) = try await registry()
        let (docker, host) = try await RealServer.docker()
        defer { withExtendedLifetime((registry, docker)) {} }
        let scratch = try Scratch()
        defer { scratch.remove() }
        let environment = ["DOCKER_HOST": host, "TMPDIR": scratch.path]
        try await Tool.must(["pull", name, "-load", "-quiet"], environment: environment, in: scratch)
        try await Tool.must(
            ["convert", "docker-daemon:\(name)", "-format", "oci", "-output", "out.tar"], environment: environment,
            in: scratch)
        #expect(scratch.listing == ["out.tar"])
        let socket = scratch.path("podman.sock")
        let own = scratch.podmanStore
        let podman = try await Server(
            "podman", own + ["system", "service", "--time", "0", "unix://\(socket)"], scratch: try Scratch()
        ) { FileManager.default.fileExists(atPath: socket) }
        defer { withExtendedLifetime(podman) {} }
        let loaded = try await Tool.must(
            ["convert", "out.tar", "-format", "docker-20.10", "-load", "-quiet"],
            environment: ["DOCKER_HOST": "unix://\(socket)"], in: scratch)
        #expect(loaded.output.contains("lab/img1:single"))
        let ids = try await Program.must("podman", own + ["images", "--no-trunc", "--format", "{{.ID}}"])
        #expect(ids.contains(Self.imageID))
    }

    /// Whatever cannot be says so in one line, and by its exit code.
    @Test func whatCannotBeLoadedSaysWhy() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        func run(_ words: [String], _ host: String) async throws -> Outcome {
            try await Tool.run(words, environment: ["DOCKER_HOST": host], in: scratch)
        }
        let nobody = try await run(["convert", "docker-daemon:x", "-output", "a.tar"], "unix://\(scratch.path)/none")
        #expect(nobody.status == 5)
        let remote = try await run(["convert", "docker-daemon:x", "-output", "a.tar"], "tcp://127.0.0.1:2375")
        #expect(remote.status == 2)
        let both = try await run(["pull", "x", "-load", "-output", "a.tar"], "")
        #expect(both.status == 2 && both.error.contains("-load"))
        let missing = try await run(["convert", "none.tar", "-output", "a.tar"], "")
        #expect(missing.status == 8 && missing.error.contains("reading none.tar"))
        #expect(scratch.listing.isEmpty)
    }
}
