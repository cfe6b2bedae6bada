import Foundation
import Testing

/// The registry is behind a censor and vouches for the digest through the lab transport; its mirrors, each bad in its own
/// way but for the last, serve the bytes.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct MirrorPullTests {
    /// Mirrors of `demo/small` in other people's programs.
    private struct Mirrors {
        let layout: OCILayout
        /// The names under which `-mirror` takes them.
        let stale, lying, refusing, slow: String
        private let servers: [Server]

        init(of folder: String, instead other: String) async throws {
            layout = try OCILayout(folder)
            let (honestPort, lyingPort) = (try Loopback.freePort(), try Loopback.freePort())
            let honest = try await RealServer.registry(port: honestPort)
            let liar = try await RealServer.registry(port: lyingPort)
            try await RealServer.push(folder, to: "127.0.0.1:\(honestPort)/demo/small:latest")
            try await RealServer.push(other, to: "127.0.0.1:\(honestPort)/stale/demo/small:latest")
            try await RealServer.push(folder, to: "127.0.0.1:\(lyingPort)/demo/small:latest")
            for digest in layout.layers {
                let hex = digest.dropFirst("sha256:".count)
                let file = liar.scratch.url.appendingPathComponent(
                    "data/docker/registry/v2/blobs/sha256/\(hex.prefix(2))/\(hex)/data")
                var bytes = try Data(contentsOf: file)
                bytes[bytes.count / 2] ^= 0x01
                try bytes.write(to: file)
            }
            let (refusingPort, slowPort) = (try Loopback.freePort(), try Loopback.freePort())
            let refusal = #"{"errors":[{"message":"layers over a megabyte are not mirrored here"}]}"#
            let through = "proxy_pass http://127.0.0.1:\(honestPort); proxy_set_header Host $http_host;"
            let nginx = try await RealServer.nginx(
                """
                server {
                    listen 127.0.0.1:\(refusingPort);
                    location ~ /blobs/\(layout.layers[0]) { default_type application/json; return 403 '\(refusal)'; }
                    location / { \(through) }
                }
                server {
                    listen 127.0.0.1:\(slowPort);
                    location / { limit_rate 2m; \(through) }
                }
                """, port: refusingPort)
            (stale, lying) = ("http://127.0.0.1:\(honestPort)/stale", "http://127.0.0.1:\(lyingPort)")
            (refusing, slow) = ("http://127.0.0.1:\(refusingPort)", "http://127.0.0.1:\(slowPort)")
            servers = [honest, liar, nginx]
        }
    }

    private func image(_ scratch: Scratch, _ name: String, layers: Int) async throws -> String {
        try await Program.must("\(TestImage.fixtures)/make-image", [scratch.path(name), "\(layers)", "1"])
        return scratch.path(name)
    }

    @Test func theRegistryVouchesAndEachBadMirrorIsNamed() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let folder = try await image(scratch, "image", layers: 3)
        let network = try await HostileNetwork(forging: 3, repositories: ["demo/small"])
        let registry = network.registry
        try await registry.push(folder, to: "demo/small")
        let mirrors = try await Mirrors(of: folder, instead: try await image(scratch, "older", layers: 2))
        let pull = [
            "pull", "\(registry.host)/demo/small", "-lab", "-no-memory", "-dns-servers", network.servers, "-ca-file",
            registry.certificates.authority, "-username", SecureRegistry.user, "-require-origin",
        ]
        let secret = ["DOCKER_TAR_LAB_PASSWORD": SecureRegistry.password]
        let outcome = try await Tool.run(
            pull + [
                "-output", scratch.path("mirrored.tar"), "-mirror",
                [mirrors.stale, mirrors.lying, mirrors.refusing, mirrors.slow].joined(separator: ","),
            ], environment: secret)
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")
        let lines = outcome.error.split(separator: "\n")
        for (mirror, words) in [
            (mirrors.stale, "it is stale or lies: it has"), (mirrors.lying, "not what was asked for"),
            (mirrors.refusing, "layers over a megabyte are not mirrored here"),
        ] {
            let place = mirror.dropFirst("http://".count).prefix { $0 != "/" }
            #expect(lines.contains { $0.contains(place) && $0.contains(words) }, "\(mirror): \(outcome.error)")
        }
        // A token, and the digest by a HEAD: no layer comes from there.
        #expect(registry.requests.allSatisfy { $0.contains("/token") || $0.contains("\"HEAD ") })
        #expect(registry.requests.contains { $0.contains("\"HEAD ") && $0.contains("\" 200 ") })

        try await Tool.must(
            ["pull", "\(registry.host)/demo/small", "-mirror", mirrors.slow, "-output", scratch.path("alone.tar")])
        let archives = try ["mirrored.tar", "alone.tar"].map {
            try Data(contentsOf: scratch.url.appendingPathComponent($0))
        }
        #expect(archives[0] == archives[1])
        #expect(archives[0].range(of: Data(registry.host.utf8)) != nil, "the name that was typed")
        #expect(archives[0].range(of: Data(mirrors.layout.layers[0].dropFirst("sha256:".count).utf8)) != nil)

        await network.stop()
        let refused = try await Tool.run(
            pull + ["-output", scratch.path("refused.tar"), "-dns-timeout", "300ms", "-mirror", mirrors.slow],
            environment: secret)
        #expect(refused.status == 7, "\(refused.output)\(refused.error)")
        let waived = try await Tool.run(
            pull.filter { $0 != "-require-origin" } + [
                "-output", scratch.path("waived.tar"), "-dns-timeout", "300ms", "-mirror", mirrors.slow,
            ], environment: secret)
        #expect(waived.status == 0, "\(waived.error)")
        #expect(waived.error.contains("digest vouched for by the mirror only"))
        #expect(
            scratch.listing.sorted().filter { $0.hasSuffix(".tar") } == ["alone.tar", "mirrored.tar", "waived.tar"])
    }
}
