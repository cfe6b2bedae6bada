import LabNet
import NIOHTTP1
import Synchronization
import Testing

@testable import Puller

@Suite(.timeLimit(.minutes(1))) struct PushTests {
    private static let repository = "mirror/team/app"

    private func expect(_ bench: PushBench, in registry: PushRegistry, repository: String = Self.repository) {
        for layer in bench.image.manifest.layers {
            #expect(registry.blob(layer.digest, in: repository) == bench.source.blobs[layer.digest])
        }
        #expect(registry.blob(bench.image.manifest.config.digest, in: repository) == bench.image.config)
        #expect(registry.manifest("1", in: repository) == bench.image.manifest.bytes)
    }

    @Test func imageArrivesAndTheSecondPushSendsNothing() async throws {
        let bench = try PushBench(layers: [300_000, 0, 1])
        let registry = PushRegistry()
        let first = try await bench.push(into: registry)
        expect(bench, in: registry)
        let pushed = try #require(first.images.first)
        #expect(pushed.reference.description == "127.0.0.1:5055/mirror/team/app:1")
        #expect(pushed.digest == bench.image.manifest.descriptor.digest)
        #expect(pushed.blobs == [.sent, .sent, .sent, .sent])
        #expect(pushed.bytesSent == Int64(300_001 + bench.image.config.count))
        #expect(pushed.manifestsSent == 1)
        let before = registry.requests.count
        let second = try await bench.push(into: registry)
        #expect(second.images.first?.wasThere == true)
        #expect(registry.requests.dropFirst(before).allSatisfy { $0.method == .HEAD || $0.path == "/v2/" })
    }

    @Test func nameComesAfterAllThatItLeadsTo() async throws {
        let bench = try PushBench(layers: [10, 20])
        let registry = PushRegistry()
        try await bench.push(into: registry)
        let puts = registry.requests.filter { $0.method == .PUT }
        #expect(puts.last?.path == "/v2/mirror/team/app/manifests/1")
        #expect(puts.dropLast().allSatisfy { $0.path.contains("/blobs/uploads/") })
        #expect(puts.last?.headers.first(name: "Content-Type") == MediaType.ociManifest)
    }

    @Test func blobThatIsThereIsNotSent() async throws {
        let bench = try PushBench(layers: [1000, 2000])
        let registry = PushRegistry()
        let layer = bench.image.manifest.layers[0].digest
        registry.state.withLock { $0.blobs["\(Self.repository)@\(layer)"] = bench.source.blobs[layer] }
        let pushed = try await bench.push(into: registry).images[0]
        #expect(pushed.blobs == [.sent, .present, .sent])
        #expect(!bench.source.asked.withLock { $0.contains(layer) })
        expect(bench, in: registry)
    }

    @Test func blobIsTakenOverFromTheRepositoryThatHasIt() async throws {
        let one = try PushBench(layers: [5000, 600])
        var other = one.image
        other.names = [try ImageReference(parsing: "registry.example/team/other:2")]
        let registry = PushRegistry(wantsToken: true)
        let result = try await one.push([one.image, other], into: registry)
        #expect(result.images[1].blobs == Array(repeating: .mounted(from: Self.repository), count: 3))
        #expect(result.images[1].bytesSent == 0)
        #expect(registry.manifest("2", in: "mirror/team/other") == one.image.manifest.bytes)
        let scopes = registry.state.withLock(\.scopes)
        #expect(scopes[0].contains("scope=repository:mirror/team/app:pull%2Cpush"))
        #expect(scopes[1].contains("scope=repository:mirror/team/other:pull%2Cpush"))
        #expect(scopes[1].contains("scope=repository:mirror/team/app:pull"))
    }

    @Test(arguments: [401, 403, 404, 405]) func whatMayNotBeTakenOverIsSent(status: Int) async throws {
        let one = try PushBench(layers: [5000])
        var other = one.image
        other.names = [try ImageReference(parsing: "registry.example/team/other:2")]
        let registry = PushRegistry { request, _ in request.target.contains("mount=") ? .answer(status) : nil }
        let result = try await one.push([one.image, other], into: registry)
        #expect(result.images[1].blobs == [.sent, .sent])
    }

    /// A registry that knows no mounting answers as if nothing had been said of it.
    @Test func mountThatIsPassedOverBecomesAnUpload() async throws {
        let one = try PushBench(layers: [5000], names: ["127.0.0.1:5055/elsewhere/app:1"])
        let registry = PushRegistry()
        let result = try await one.push(into: registry)
        #expect(result.images[0].blobs == [.sent, .sent])
        #expect(registry.requests.contains { $0.target.contains("from=elsewhere/app") })
    }

    @Test func indexIsPushedWithAllThatItLeadsTo() async throws {
        let bench = try PushBench(layers: [100])
        let inner = try PushBench(layers: [200], seed: 9)
        let listed = [bench, inner].map(\.image.manifest.descriptor)
        let entries = listed.map { #"{"mediaType":"\#($0.mediaType)","digest":"\#($0.digest)","size":\#($0.size)}"# }
        let bytes = Array(#"{"schemaVersion":2,"manifests":[\#(entries.joined(separator: ","))]}"#.utf8)
        let digest = try Digester.digest(of: bytes)
        var image = bench.image
        image.index = ImageIndex(
            bytes: bytes,
            descriptor: Descriptor(mediaType: MediaType.ociIndex, digest: digest, size: Int64(bytes.count)),
            manifests: listed)
        let registry = PushRegistry()
        // With one platform alone, the name stands for its manifest.
        let single = try await bench.push([image], into: registry).images[0]
        #expect(single.digest == bench.image.manifest.descriptor.digest)
        image.others = [
            ListedContent(inner.image.manifest.descriptor, bytes: inner.image.manifest.bytes),
            ListedContent(inner.image.manifest.config, bytes: inner.image.config),
            ListedContent(inner.image.manifest.layers[0]),
        ]
        let all = try MemoryBlobs(Array(bench.source.blobs.values) + Array(inner.source.blobs.values))
        let whole = try await bench.push([image], from: all, into: registry).images[0]
        #expect(whole.digest == digest)
        #expect(whole.manifestsSent == 2)
        #expect(registry.manifest("1", in: Self.repository) == bytes)
        #expect(registry.manifest("\(listed[1].digest)", in: Self.repository) == inner.image.manifest.bytes)
        #expect(registry.blob(inner.image.manifest.layers[0].digest, in: Self.repository)?.count == 200)
    }

    @Test func severalTagsAreOneUpload() async throws {
        let bench = try PushBench(layers: [100], names: ["a.example/team/app:1", "b.example/team/app:latest"])
        let registry = PushRegistry()
        let result = try await bench.push(into: registry)
        #expect(result.images.map(\.reference.tag) == ["1", "latest"])
        #expect(registry.count(.POST, "/blobs/uploads/") == 2)
        #expect(result.images[1].blobs == [.present, .present])
    }

    @Test func imageWithoutANameIsRefusedByItsID() async throws {
        var image = try PushBench(layers: [1]).image
        image.names = []
        let bench = try PushBench(layers: [1])
        let error = await bench.failure { try await bench.push([image], into: PushRegistry()) }
        #expect(error?.cause == .nameless)
        #expect(error?.place == image.manifest.config.digest.description)
    }

    @Test func imageThatIsNamedByItsDigestIsPushedByIt() async throws {
        let bench = try PushBench(layers: [1])
        var image = bench.image
        let digest = image.manifest.descriptor.digest
        image.names = [ImageReference(domain: "a.example", path: "team/app", tag: nil, digest: digest)]
        let registry = PushRegistry()
        #expect(try await bench.push([image], into: registry).images[0].reference.digest == digest)
        #expect(registry.manifest("\(digest)", in: Self.repository) == image.manifest.bytes)
    }

    @Test func twoImagesDoNotTakeOneName() async throws {
        let bench = try PushBench(layers: [1], names: ["a.example/team/app:1"])
        let other = try PushBench(layers: [2], names: ["b.example/team/app:1"], seed: 3)
        let error = await bench.failure { try await bench.push([bench.image, other.image], into: PushRegistry()) }
        #expect(
            error?.cause == .sameName(bench.image.manifest.descriptor.digest, other.image.manifest.descriptor.digest))
    }

    @Test(arguments: [false, true]) func layerThatMayNotBeDistributedIsLeftOutWhereNobodyHasIt(isHere: Bool)
        async throws
    {
        let bench = try PushBench(layers: [100, 200])
        var image = bench.image
        image.manifest.layers[0].mediaType = "application/vnd.oci.image.layer.nondistributable.v1.tar"
        image.manifest.layers[0].urls = ["https://example.com/layer"]
        let source = isHere ? bench.source : try MemoryBlobs([Noise.bytes(200, seed: 1)])
        let registry = PushRegistry()
        let pushed = try await bench.push([image], from: source, into: registry).images[0]
        #expect(pushed.blobs == [.sent, isHere ? .sent : .leftOut, .sent])
        image.omitsForeignLayers = true
        let other = try await bench.push([image], into: PushRegistry()).images[0]
        #expect(other.blobs == [.sent, .leftOut, .sent])
    }

    @Test func layerThatIsNotHereIsAnError() async throws {
        let bench = try PushBench(layers: [100])
        let registry = PushRegistry()
        let error = await bench.failure { try await bench.push(from: try MemoryBlobs([]), into: registry) }
        #expect(error?.step == .layer(bench.image.manifest.layers[0].digest))
        #expect(error?.cause == .notFound(""))
        #expect(registry.manifest("1", in: Self.repository) == nil)
    }
}
