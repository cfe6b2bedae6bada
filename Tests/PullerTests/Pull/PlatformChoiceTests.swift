import Synchronization
import Testing

@testable import Puller

/// Which image of a tag is taken, and what is said when there is none.
@Suite struct PlatformChoiceTests {
    static func platform(_ text: String) throws -> Platform { try Platform(parsing: text) }

    @Test func listsAnIndexAndASingleManifest() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        let puller = bench.puller(registry)
        let all = try await puller.platforms(of: ImageReference(parsing: "127.0.0.1:5055/lab/img1:multi"))
        #expect(all.map(\.platform.listName) == ["amd64", "armv7"])
        #expect(all.map(\.digest.hex) == [FakeRegistry.manifest, FakeRegistry.armManifest])
        let single = try await puller.platforms(of: ImageReference(parsing: "127.0.0.1:5055/lab/img1:arm"))
        #expect(single.map(\.platform.listName) == ["armv7"])
        #expect(single.map(\.digest.hex) == [FakeRegistry.armManifest])
    }

    @Test func anAbsentPlatformNamesThoseThatExist() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        for (tag, count) in [("multi", 2), ("single", 1)] {
            let cause = try await bench.cause(
                registry, bench.request("127.0.0.1:5055/lab/img1:\(tag)", platform: "386"))
            guard case .noSuchPlatform(let wanted, let available)? = cause else {
                Issue.record("\(String(describing: cause))")
                continue
            }
            #expect(try wanted == Self.platform("386"))
            #expect(available.count == count)
        }
        // A single manifest is for what its configuration says.
        let cause = try await bench.cause(registry, bench.request("127.0.0.1:5055/lab/img1:arm", platform: "amd64"))
        guard case .noSuchPlatform? = cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
    }

    @Test func theOtherPlatformOfAnIndex() async throws {
        let bench = try PullBench()
        let result = try await bench.pull(
            try FakeRegistry.golden(), bench.request("127.0.0.1:5055/lab/img1:multi", platform: "linux/arm/v7"))
        #expect(result.image.manifest.descriptor.digest.hex == FakeRegistry.armManifest)
        #expect(result.image.index?.descriptor.digest.hex == FakeRegistry.index)
    }

    /// An index of images made here, with whatever entries a test wants.
    static func index(_ entries: [String]) -> [UInt8] {
        Array(
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[\#(entries.joined(separator: ","))]}"#
                .utf8)
    }

    static func entry(_ bytes: [UInt8], type: String = MediaType.ociManifest, platform: String? = nil) throws -> String
    {
        let platform = platform.map { #","platform":{\#($0)}"# } ?? ""
        return
            #"{"mediaType":"\#(type)","digest":"\#(try Digester.digest(of: bytes))","size":\#(bytes.count)\#(platform)}"#
    }

    @Test func looksBehindEntriesWithoutAPlatform() async throws {
        let bench = try PullBench()
        let registry = FakeRegistry("lab/odd", speaksTLS: false)
        let amd64 = try ServedImage(layers: [[1, 2, 3]])
        let arm64 = try ServedImage(layers: [[4]], platform: #""os":"linux","architecture":"arm64""#)
        amd64.serve(in: registry)
        arm64.serve(in: registry)
        let artifact = Array(
            #"{"schemaVersion":2,"config":{"mediaType":"application/x","digest":"\#(try amd64.digest)","size":1},"layers":[]}"#
                .utf8)
        registry.serve(artifact, as: "manifests/\(try Digester.digest(of: artifact))", type: MediaType.ociManifest)
        let index = try Self.index([Self.entry(artifact), Self.entry(arm64.manifest), Self.entry(amd64.manifest)])
        registry.serve(index, as: "manifests/latest", type: MediaType.ociIndex)
        let result = try await bench.pull(registry, bench.request("127.0.0.1:5055/lab/odd"))
        #expect(try result.image.manifest.descriptor.digest == amd64.digest)
        let manifests = registry.requests.map(\.path).filter { $0.contains("/manifests/") }
        #expect(Set(manifests).count == manifests.count)
    }

    @Test func looksIntoAnIndexInTheIndexButNoDeeper() async throws {
        let bench = try PullBench()
        let registry = FakeRegistry("lab/nest", speaksTLS: false)
        let image = try ServedImage(layers: [[1, 2, 3]])
        image.serve(in: registry)
        let inner = try Self.index([Self.entry(image.manifest, platform: #""os":"linux","architecture":"amd64""#)])
        let middle = try Self.index([Self.entry(inner, type: MediaType.ociIndex)])
        let outer = try Self.index([Self.entry(middle, type: MediaType.ociIndex)])
        for index in [inner, middle, outer] {
            registry.serve(index, as: "manifests/\(try Digester.digest(of: index))", type: MediaType.ociIndex)
        }
        registry.serve(middle, as: "manifests/two", type: MediaType.ociIndex)
        registry.serve(outer, as: "manifests/three", type: MediaType.ociIndex)
        let result = try await bench.pull(registry, bench.request("127.0.0.1:5055/lab/nest:two"))
        #expect(try result.image.manifest.descriptor.digest == image.digest)
        let cause = try await bench.cause(registry, bench.request("127.0.0.1:5055/lab/nest:three", to: "other.tar"))
        guard case .malformed? = cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
    }

    @Test func anIndexThatLeadsNowhereIsLeftSoon() async throws {
        let bench = try PullBench()
        let registry = FakeRegistry("lab/many", speaksTLS: false)
        let image = try ServedImage(layers: [[1]], platform: #""os":"linux","architecture":"arm64""#)
        image.serve(in: registry)
        let entry = try Self.entry(image.manifest)
        registry.serve(
            Self.index(Array(repeating: entry, count: 5000)), as: "manifests/latest", type: MediaType.ociIndex)
        guard case .malformed? = try await bench.cause(registry, bench.request("127.0.0.1:5055/lab/many")) else {
            Issue.record("it went on")
            return
        }
        #expect(registry.requests.count < 100)
    }

    @Test func wrongCountsAndWrongDiffIDsEndThePull() async throws {
        let bench = try PullBench()
        let registry = FakeRegistry("lab/liar", speaksTLS: false)
        let other = try #require(Digest("sha256:" + String(repeating: "a", count: 64)))
        try ServedImage(layers: [[1, 2, 3]], diffIDs: []).serve(in: registry, as: "count")
        try ServedImage(layers: [[1, 2, 3]], diffIDs: [other]).serve(in: registry, as: "diff")
        guard case .malformed? = try await bench.cause(registry, bench.request("127.0.0.1:5055/lab/liar:count")) else {
            Issue.record("a layer without a diff ID was taken")
            return
        }
        let cause = try await bench.cause(
            registry, bench.request("127.0.0.1:5055/lab/liar:diff", layout: .docker2010(saveTime: 0)))
        #expect(try cause == .diffIDMismatch(expected: other, actual: Digester.digest(of: [1, 2, 3])))
    }

    @Test func theRateLimitIsReported() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        registry.fail("manifests/single", with: .field("ratelimit-remaining", "76;w=21600"))
        try await bench.pull(registry, bench.request())
        #expect(bench.events.withLock { $0.contains(.rateLimit(remaining: 76)) })
    }
}
