import Foundation
import Testing

@testable import Puller

/// Images of a sync: what is at hand is not fetched, what is there is not written again.
@Suite(.timeLimit(.minutes(1))) struct BringTests {
    private static let base = [UInt8](repeating: 7, count: 40_000)

    /// A registry with two images that have their lowest layer in common.
    private func registry() throws -> FakeRegistry {
        let registry = FakeRegistry("lab/app")
        try ServedImage(layers: [Self.base, [1, 2, 3]]).serve(in: registry, as: "one")
        try ServedImage(layers: [Self.base, [4, 5]]).serve(in: registry, as: "two")
        return registry
    }

    private func request(
        _ tag: String, in folder: String, layout: ArchiveLayout = .docker(keepIndex: false)
    ) throws -> PullRequest {
        let image = try ImageReference(parsing: "127.0.0.1:5055/lab/app:\(tag)")
        let platform = Platform(os: "linux", architecture: "amd64")
        var request = PullRequest(
            reference: image, platform: platform,
            output: .file(path: folder + image.archiveFileName(for: platform), replacing: .sameImage))
        request.archive.layout = layout
        return request
    }

    private func traffic(_ outcome: ImageSync.Outcome) -> ImageSync.Traffic? {
        if case .brought(let traffic) = outcome { traffic } else { nil }
    }

    private func isPresent(_ outcome: ImageSync.Outcome) -> Bool { if case .present = outcome { true } else { false } }

    /// Layers that were asked for, by the registry's own count.
    private func count(_ layer: [UInt8], at registry: FakeRegistry) throws -> Int {
        registry.count("/blobs/\(try Digester.digest(of: layer))")
    }

    @Test func aLayerThatAnotherArchiveHoldsIsCopied() async throws {
        let (bench, registry) = (try PullBench(), try registry())
        let folder = bench.path("images") + "/"
        let target = try await SyncTarget.archives(inFolder: folder)
        let puller = bench.puller(registry)
        let first = traffic(try await puller.bring(try request("one", in: folder), to: target))
        #expect(first == .init(fetched: 40_003, shared: 0))
        let second = traffic(try await puller.bring(try request("two", in: folder), to: target))
        #expect(second == .init(fetched: 2, shared: 40_000))
        #expect(try count(Self.base, at: registry) == 1)
        // The next run finds both, and asks for no layer at all.
        let later = try await SyncTarget.archives(inFolder: folder)
        for tag in ["one", "two"] {
            #expect(isPresent(try await puller.bring(try request(tag, in: folder), to: later)))
        }
        #expect(try count(Self.base, at: registry) == 1)
        // What was copied is what a pull alone writes.
        let alone = try await bench.pull(try self.registry(), try bench.request("127.0.0.1:5055/lab/app:two"))
        let name = try #require(try request("two", in: "images/").archive.output.path)
        #expect(try bench.bytes(name) == bench.bytes("out.tar"))
        #expect(alone.size > 40_000)
    }

    @Test func whatTheTagStandsForNowTakesTheOldOnesPlace() async throws {
        let (bench, registry) = (try PullBench(), try registry())
        let folder = bench.path("images") + "/"
        let target = try await SyncTarget.archives(inFolder: folder)
        let puller = bench.puller(registry)
        _ = try await puller.bring(try request("one", in: folder), to: target)
        try ServedImage(layers: [Self.base, [9]]).serve(in: registry, as: "one")
        let renewed = traffic(try await puller.bring(try request("one", in: folder), to: target))
        #expect(renewed == .init(fetched: 1, shared: 40_000))
        #expect(isPresent(try await puller.bring(try request("one", in: folder), to: target)))
    }

    @Test func anotherLayoutIsAnotherArchive() async throws {
        let (bench, registry) = (try PullBench(), try registry())
        let folder = bench.path("images") + "/"
        let target = try await SyncTarget.archives(inFolder: folder)
        let puller = bench.puller(registry)
        let layouts: [ArchiveLayout] = [
            .docker(keepIndex: false), .docker2010(saveTime: 0), .graphdriver(.docker28, saveTime: 0),
            .oci(keepIndex: false),
        ]
        for layout in layouts {
            let outcome = try await puller.bring(try request("one", in: folder, layout: layout), to: target)
            #expect(!isPresent(outcome), "\(layout)")
            #expect(
                isPresent(try await puller.bring(try request("one", in: folder, layout: layout), to: target)),
                "\(layout)")
        }
    }

    @Test func whatHasRottenIsFetched() async throws {
        let (bench, registry) = (try PullBench(), try registry())
        let folder = bench.path("images") + "/"
        let puller = bench.puller(registry)
        let first = try request("one", in: folder)
        _ = try await puller.bring(first, to: try await .archives(inFolder: folder))
        // A byte of the common layer, whose content nothing else has.
        let path = try #require(first.archive.output.path)
        var bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: [7, 7, 7, 7, 7, 7, 7, 7]) })
        bytes[place + 100] ^= 1
        try Data(bytes).write(to: URL(filePath: path))
        let target = try await SyncTarget.archives(inFolder: folder)
        let second = traffic(try await puller.bring(try request("two", in: folder), to: target))
        #expect(second == .init(fetched: 40_002, shared: 0))
        let stored = try await StoredImages.open(try #require(try request("two", in: folder).archive.output.path))
        #expect(stored.images.count == 1)
    }

    @Test func anotherProgramsFileIsNotReplacedAndNoArchiveStopsIt() async throws {
        let (bench, registry) = (try PullBench(), try registry())
        let folder = bench.path("images") + "/"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = try #require(try request("one", in: folder).archive.output.path)
        try Data("mine".utf8).write(to: URL(filePath: path))
        let target = try await SyncTarget.archives(inFolder: folder)
        let error = await #expect(throws: PullError.self) {
            try await bench.puller(registry).bring(try request("one", in: folder), to: target)
        }
        #expect(error?.cause == .exists)
        #expect(try Data(contentsOf: URL(filePath: path)) == Data("mine".utf8))
    }

    @Test func oneLayoutHoldsAllOfThem() async throws {
        let (bench, registry) = (try PullBench(), try registry())
        let folder = bench.path("layout")
        let puller = bench.puller(registry)
        func bring(_ tag: String) async throws -> ImageSync.Outcome {
            var request = try request(tag, in: "", layout: .oci(keepIndex: false))
            request.archive.output = .folder(path: folder)
            return try await puller.bring(request, to: try await .layout(inFolder: folder))
        }
        #expect(traffic(try await bring("one")) == .init(fetched: 40_003, shared: 0))
        #expect(traffic(try await bring("two")) == .init(fetched: 2, shared: 40_000))
        #expect(isPresent(try await bring("one")))
        #expect(isPresent(try await bring("two")))
        #expect(try count(Self.base, at: registry) == 1)
        #expect(try await StoredImages.open(folder).images.count == 2)
    }
}
