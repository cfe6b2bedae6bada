import Foundation
import LabNet
import NIOHTTP1
import Synchronization
import Testing

@testable import Puller

/// What a hostile or broken registry can do: each pull completes with the right bytes, or fails by name and leaves nothing.
@Suite struct HostilePullTests {
    static let manifest = "manifests/single"
    static let config = "blobs/sha256:\(FakeRegistry.config)"
    static let layer = "blobs/sha256:\(FakeRegistry.layers[0])"

    /// A fault and where it is made, by a name for the test's report.
    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var at: String
        var faults: [FakeRegistry.Fault]
        var lasting = false

        init(_ name: String, _ at: String, _ faults: FakeRegistry.Fault..., lasting: Bool = false) {
            (testDescription, self.at, self.faults, self.lasting) = (name, at, faults, lasting)
        }

        func make(in registry: FakeRegistry) {
            registry.state.withLock { state in
                state.faults["/v2/lab/img1/\(at)"] = faults
                if lasting { state.lasting.insert("/v2/lab/img1/\(at)") }
            }
        }
    }

    // The first layer has 479 bytes.
    static let borne = [
        Case("a first 503", manifest, .status(503)),
        Case("502, 504, 500 in a row", manifest, .status(502), .status(504), .status(500)),
        Case("408", layer, .status(408)),
        Case("a reset before the manifest", manifest, .network(.reset, .exchange)),
        Case("a manifest that is cut", manifest, .cut(after: 100)),
        Case("a configuration that is cut", config, .cut(after: 1000), .cut(after: 1)),
        Case("a line that is down for a while", layer, .network(.refused, .dial), .network(.noAnswer, .resolve)),
        Case("a layer that is cut", layer, .cut(after: 200)),
        Case(
            "a layer that is cut at every 100 bytes", layer, .cut(after: 100), .cut(after: 100), .cut(after: 100),
            .cut(after: 100)),
        Case("a layer cut after its last byte", layer, .cut(after: 479)),
        Case("a stall", layer, .cut(after: 200), .network(.timedOut(.seconds(60)), .exchange)),
        Case("a truncated layer", layer, .truncated(to: 200)),
        Case("an empty body", layer, .truncated(to: 0)),
        Case("Range ignored", layer, .cut(after: 200), .ignoresRange()),
        Case(
            "Range ignored and cut", layer, .cut(after: 200), .ignoresRange(cutAfter: 150), .ignoresRange(cutAfter: 300)
        ),
        Case("206 without Content-Range", layer, .cut(after: 200), .claims(nil)),
        Case("206 of another part", layer, .cut(after: 200), .claims("bytes 100-478/479")),
        Case("206 of another whole", layer, .cut(after: 200), .claims("bytes 200-478/480")),
        Case("416", layer, .cut(after: 200), .unsatisfiable),
        Case("429 without Retry-After", layer, .status(429)),
        Case("429 in seconds", layer, .status(429, "", ["Retry-After": "7"])),
        Case("429 with a date", layer, .status(429, "", ["Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"])),
        Case("503 in seconds", layer, .status(503, "", ["Retry-After": "7"])),
        Case("no Content-Type", manifest, .typed(nil)),
        Case("a generic Content-Type", manifest, .typed("text/plain; charset=utf-8")),
        Case(
            "the right Docker-Content-Digest", manifest,
            .field("Docker-Content-Digest", "sha256:\(FakeRegistry.manifest)")),
    ]

    @Test(
        arguments: borne, [.docker(keepIndex: false), .docker2010(saveTime: GoldenImage.saveTime)] as [ArchiveLayout])
    func isBorne(_ trouble: Case, _ layout: ArchiveLayout) async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        trouble.make(in: registry)
        try await bench.pull(registry, bench.request(layout: layout))
        let written = try bench.bytes("out.tar")
        if case .docker = layout {
            #expect(try written == bench.golden("docker-29-containerd.tar"))
        } else {
            #expect(try written == GoldenImage.docker2010.bytes())
        }
        let unmet = registry.state.withLock { $0.faults["/v2/lab/img1/\(trouble.at)"] ?? [] }
        #expect(unmet.isEmpty)
    }

    static let fatal: [(Case, String)] = [
        (
            Case(
                "a flipped byte in the manifest that its digest names", manifest,
                .field("Docker-Content-Digest", "sha256:\(FakeRegistry.index)")), "digestMismatch"
        ),
        (
            Case("a hostile Docker-Content-Digest", manifest, .field("Docker-Content-Digest", "sha256:../../x")),
            "malformed"
        ),
        (Case("a flipped byte in the configuration", config, .flipped(700)), "digestMismatch"),
        (Case("a flipped byte in a layer", layer, .flipped(300)), "digestMismatch"),
        (Case("a layer that is too long", layer, .longer), "sizeMismatch"),
        (Case("a layer that is always too short", layer, .truncated(to: 0), lasting: true), "sizeMismatch"),
        (
            Case("a layer that is never there", layer, .status(404, #"{"errors":[{"message":"blob unknown"}]}"#)),
            "notFound"
        ),
        (Case("a layer that is always cut at once", layer, .cut(after: 0), lasting: true), "network"),
        (Case("always 500", manifest, .status(500), lasting: true), "status"),
        (Case("501", manifest, .status(501)), "status"),
        (Case("403", manifest, .status(403, #"{"errors":[{"message":"denied"}]}"#)), "unauthorised"),
        (Case("429 for six hours", manifest, .status(429, "slow down", ["Retry-After": "21600"])), "rateLimited"),
        (Case("always 429", manifest, .status(429, "slow down"), lasting: true), "rateLimited"),
        (Case("a refused connection", manifest, .network(.refused, .dial)), "network"),
        (Case("a contradiction", manifest, .typed(MediaType.dockerManifest)), "malformed"),
        (Case("an index by its header", manifest, .typed(MediaType.ociIndex)), "malformed"),
        (Case("a page", manifest, .status(200, "<html>log in to the hotel's network</html>")), "malformed"),
        (Case("an endless manifest", manifest, .status(200, String(repeating: " ", count: 5 << 20))), "malformed"),
        (Case("206 for the first request", layer, .claims("bytes 9-478/479"), lasting: true), "malformed"),
    ]

    @Test(arguments: fatal, [ArchiveLayout.docker(keepIndex: false), .docker2010(saveTime: 0)])
    func failsByName(_ row: (Case, String), _ layout: ArchiveLayout) async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        row.0.make(in: registry)
        let cause = try await bench.cause(registry, bench.request(layout: layout))
        let name = try #require(cause.map { "\($0)".prefix { $0 != "(" } })
        #expect(name == row.1)
    }

    @Test func flippedBytesInManifestsOfAnIndex() async throws {
        for name in ["sha256:\(FakeRegistry.manifest)"] {
            let bench = try PullBench()
            let registry = try FakeRegistry.golden()
            registry.fail("manifests/\(name)", with: .flipped(40))
            let cause = try await bench.cause(registry, bench.request("127.0.0.1:5055/lab/img1:multi"))
            guard case .digestMismatch(let expected, _)? = cause else {
                Issue.record("\(String(describing: cause))")
                continue
            }
            #expect(expected.hex == FakeRegistry.manifest)
        }
    }

    @Test func theDigestOfTheNameIsHeldUp() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        registry.fail("manifests/sha256:\(FakeRegistry.manifest)", with: .flipped(40))
        let cause = try await bench.cause(
            registry, bench.request("127.0.0.1:5055/lab/img1:single@sha256:\(FakeRegistry.manifest)"))
        guard case .digestMismatch? = cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
    }

    @Test func waitsAsLongAsTheServerSays() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        registry.fail(
            Self.manifest, with: .status(429, "", ["Retry-After": "7"]),
            .status(503, "", ["Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"]))
        try await bench.pull(registry, bench.request())
        let waits = bench.waits.withLock { $0 }
        // Half a second of jitter on top; the date is 37 s after the bench's beginning, 7.5 of which have passed.
        #expect(waits == [.seconds(7.5), .seconds(30.5)])
    }

    @Test func saysWhatTheServerSaid() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        registry.fail(
            Self.manifest, with: .status(429, #"{"errors":[{"message":"too many pulls"}]}"#, ["Retry-After": "21600"]))
        let cause = try await bench.cause(registry, bench.request())
        #expect(cause == .rateLimited("too many pulls", retryAfter: .seconds(21600)))
        #expect(
            try await bench.cause(registry, bench.request("127.0.0.1:5055/lab/img1:none"))
                == .notFound("unknown to the fake"))
    }

    @Test func resumesByRangeAndReadsNothingTwice() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        registry.fail(Self.layer, with: .cut(after: 200), .cut(after: 100))
        try await bench.pull(registry, bench.request())
        let ranges = registry.requests.filter { $0.path.hasSuffix(Self.layer) }.map(\.range)
        #expect(ranges == [nil, "bytes=200-", "bytes=300-"])
        let retries = bench.events.withLock { $0 }.filter {
            if case .retrying(layer: 0, _, _) = $0 { true } else { false }
        }
        #expect(retries.count == 2)
    }

    @Test func aServerThatCutsEveryMegabyteIsBorne() async throws {
        let bench = try PullBench()
        let registry = FakeRegistry("lab/big", speaksTLS: false)
        let image = try ServedImage(layers: [Self.noise(8_000_000), Self.noise(10)])
        image.serve(in: registry)
        registry.fail("blobs/\(image.layers[0].digest)", with: .cut(after: 1_000_000), lasting: true)
        try await bench.pull(registry, bench.request("127.0.0.1:5055/lab/big"))
        #expect(registry.count("blobs/\(image.layers[0].digest)") == 8)
    }

    static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 88_172_645_463_325_252
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state)
        }
    }

    @Test func cancellingLeavesNothing() async throws {
        for layout in [ArchiveLayout.docker(keepIndex: false), .docker2010(saveTime: 0)] {
            let bench = try PullBench()
            let registry = try FakeRegistry.golden()
            registry.fail(Self.layer, with: .silent)
            let request = try bench.request(layout: layout)
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { _ = try await bench.pull(registry, request) }
                while registry.count(Self.layer) == 0 { await Task.yield() }
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.waitForAll() }
            }
            #expect(try bench.files() == [])
        }
    }
}
