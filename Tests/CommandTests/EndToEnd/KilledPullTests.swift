import Foundation
import Testing

@testable import Puller

/// A pull that is killed loses next to nothing: the next one goes on, and two at once do not harm each other.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct KilledPullTests {
    /// docker-registry behind nginx, which counts the bytes.
    private struct Setting {
        let registry: Server
        let nginx: Server
        let image: String

        init() async throws {
            let (inner, outer) = (try Loopback.freePort(), try Loopback.freePort())
            registry = try await RealServer.registry(port: inner)
            // Small buffers: what the kernel holds of a connection that is killed counts as sent.
            nginx = try await RealServer.nginx(
                """
                log_format bytes '$request_uri $body_bytes_sent';
                server {
                    listen 127.0.0.1:\(outer) sndbuf=65536; access_log @/bytes bytes;
                    location / {
                        proxy_pass http://127.0.0.1:\(inner); proxy_http_version 1.1; proxy_buffering off;
                        proxy_set_header Host $http_host;
                    }
                }
                """, port: outer)
            image = "127.0.0.1:\(outer)/demo/big"
            try await Program.must(
                "skopeo",
                [
                    "copy", "--all", "--preserve-digests", "--dest-tls-verify=false",
                    "oci:\(try await TestImage.big()):latest", "docker://127.0.0.1:\(inner)/demo/big:latest",
                ])
        }

        /// The bytes of blobs that have been sent to clients in all.
        var sent: Int64 {
            nginx.scratch.text("bytes").split(separator: "\n").reduce(0) { sum, line in
                let words = line.split(separator: " ")
                guard words.count == 2, words[0].contains("/blobs/") else { return sum }
                return sum + (Int64(words[1]) ?? 0)
            }
        }
    }

    private static let mega: Int64 = 1 << 20
    private static let connections: Int64 = 2

    @Test func aPullThatIsKilledTwentyTimesFetchesNextToNothingTwice() async throws {
        let setting = try await Setting()
        let scratch = try Scratch()
        defer { scratch.remove() }
        let output = try Scratch()
        defer { output.remove() }
        let cache = BlobCache(settings: .init(folder: scratch.path("docker-tar-lab/blobs")))
        let environment = ["XDG_CACHE_HOME": scratch.path]
        let arguments = [
            "pull", setting.image, "-plain-http", "-quiet", "-output", output.path("a.tar"), "-connections",
            "\(Self.connections)", "-limit-rate",
        ]
        // The same points in every run of this test, as far as a machine allows.
        var seed: UInt64 = 20_240_305
        var (kills, kept) = (0, Int64(0))
        while kills < 20 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let life = Duration.milliseconds(Int(seed >> 33) % 250)
            let before = Set(output.listing)
            let outcome = try await Tool.run(
                arguments + ["40m"], environment: environment,
                whileRunning: { process in
                    // The hidden file has a new name in every run: from then on bytes are on their way.
                    while Set(output.listing) == before, process.isRunning {
                        try await Task.sleep(for: .milliseconds(2))
                    }
                    try await Task.sleep(for: life)
                    kill(process.processIdentifier, SIGKILL)
                })
            if outcome.status == 0 { break }
            kills += 1
            // It was killed when its work was done.
            if output.listing.contains("a.tar") { break }
            // One hidden file at most, whatever was killed when, and never less in it than before.
            #expect(output.listing.count <= 1, "\(output.listing)")
            let now = cache.leftovers().map(\.contents.count).max() ?? 0
            #expect(now >= kept)
            kept = now
        }
        #expect(kills >= 10)
        if !output.listing.contains("a.tar") { try await Tool.must(arguments + ["1g"], environment: environment) }
        #expect(output.listing == ["a.tar"])
        #expect(cache.leftovers().isEmpty)

        let sent = setting.sent
        let other = try Scratch()
        defer { other.remove() }
        try await Tool.must(
            ["pull", setting.image, "-plain-http", "-no-cache", "-output", other.path("b.tar")],
            environment: environment)
        let size = setting.sent - sent
        // A step of the record for each layer in hand, and what stood in the kernel's buffers.
        let perKill = Self.connections * (BlobTransfer.recordedStep + Self.mega / 2)
        #expect(sent <= size + Int64(kills) * perKill, "\(sent) bytes for \(size), \(kills) kills, \(kept) kept")
        let (one, two) = (output.url.appendingPathComponent("a.tar"), other.url.appendingPathComponent("b.tar"))
        #expect(try Data(contentsOf: one) == Data(contentsOf: two))
    }

    @Test func twoPullsOfOneImageAtOnceAreBothRight() async throws {
        let setting = try await Setting()
        let scratch = try Scratch()
        defer { scratch.remove() }
        let environment = ["XDG_CACHE_HOME": scratch.path("cache")]
        try FileManager.default.createDirectory(
            atPath: scratch.path("cache"), withIntermediateDirectories: true)
        async let one = Tool.run(
            ["pull", setting.image, "-plain-http", "-limit-rate", "80m", "-output", scratch.path("a.tar")],
            environment: environment)
        async let two = Tool.run(
            ["pull", setting.image, "-plain-http", "-output", scratch.path("b.tar"), "-jobs", "2"],
            environment: environment)
        let outcomes = try await [one, two]
        for outcome in outcomes { #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)") }
        #expect(
            try Data(contentsOf: scratch.url.appendingPathComponent("a.tar"))
                == Data(contentsOf: scratch.url.appendingPathComponent("b.tar")))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("cache/docker-tar-lab/blobs")) == [])
    }

    @Test func theRateIsHeldOverAllConnections() async throws {
        let setting = try await Setting()
        let scratch = try Scratch()
        defer { scratch.remove() }
        let start = ContinuousClock.now
        try await Tool.must(
            [
                "pull", setting.image, "-plain-http", "-no-cache", "-connections", "8", "-limit-rate", "60m", "-output",
                scratch.path("a.tar"),
            ])
        // 119 MB at 63 MB a second, less a quarter of a second's worth; only that it was not faster is certain.
        let least = Double(setting.sent) / Double(60 * Self.mega) - 0.3
        #expect(.now - start > .seconds(least))
    }
}
