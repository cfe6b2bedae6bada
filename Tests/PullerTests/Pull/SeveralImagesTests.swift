import Foundation
import Testing

@testable import Puller

/// Several images in one archive, out of one pull.
@Suite struct SeveralImagesTests {
    /// One registry with three tags: two images that share a layer, and one of them under a second name.
    private struct Shelf {
        let registry = FakeRegistry("lab/shelf", speaksTLS: false)
        let one: ServedImage
        let other: ServedImage
        static let name = "127.0.0.1:5055/lab/shelf"

        init() throws {
            let shared = Noise.bytes(5000)
            one = try ServedImage(layers: [shared, Noise.bytes(3000, seed: 1)])
            other = try ServedImage(layers: [shared, Noise.bytes(4000, seed: 2)])
            one.serve(in: registry, as: "one")
            one.serve(in: registry, as: "same")
            other.serve(in: registry, as: "other")
        }

        func request(_ tags: [String], on bench: PullBench, _ layout: ArchiveLayout) throws -> PullRequest {
            var request = try bench.request(Self.name, layout: layout)
            request.references = try tags.map { try ImageReference(parsing: "\(Self.name):\($0)") }
            return request
        }
    }

    static let layouts: [ArchiveLayout] = [
        .docker(keepIndex: false), .oci(keepIndex: false), .synology, .docker2010(saveTime: 0),
        .graphdriver(.docker26, saveTime: 0), .graphdriver(.docker28, saveTime: 0),
        .graphdriver(.docker29, saveTime: 0),
    ]

    @Test(arguments: layouts) func sharedLayersComeOnce(_ layout: ArchiveLayout) async throws {
        let bench = try PullBench()
        let shelf = try Shelf()
        let request = try shelf.request(["one", "other", "same"], on: bench, layout)
        let result = try await bench.pull(shelf.registry, request)
        #expect(result.images.count == 3)
        for layer in Set(shelf.one.layers + shelf.other.layers) {
            #expect(shelf.registry.requests.filter { $0.path.hasSuffix("\(layer.digest)") }.count == 1)
        }
        #expect(try bench.files() == ["out.tar"])
        let again = try PullBench()
        try await again.pull(shelf.registry, shelf.request(["one", "other", "same"], on: again, layout))
        #expect(try again.bytes("out.tar") == bench.bytes("out.tar"), "not reproducible")
    }

    /// One that is missing spoils the whole archive: half of what was asked for is not what was asked for.
    @Test func oneThatIsMissingLeavesNothing() async throws {
        let bench = try PullBench()
        let shelf = try Shelf()
        let request = try shelf.request(["one", "none"], on: bench, .docker(keepIndex: false))
        guard case .notFound? = try await bench.cause(shelf.registry, request) else {
            Issue.record("found")
            return
        }
    }

    /// A file of another image is not replaced by an archive of several, unless the user named it.
    @Test func anArchiveOfSeveralReplacesOnlyWhatTheUserNamed() async throws {
        let bench = try PullBench()
        let shelf = try Shelf()
        try await bench.pull(shelf.registry, bench.request(Shelf.name + ":one"))
        var request = try shelf.request(["one", "other"], on: bench, .docker(keepIndex: false))
        request.archive.output = .file(path: bench.path("out.tar"), replacing: .sameImage)
        #expect(try await bench.cause(shelf.registry, request) == .exists)
        request.archive.output = .file(path: bench.path("out.tar"), replacing: .anything)
        #expect(try await bench.pull(shelf.registry, request).images.count == 2)
    }
}
