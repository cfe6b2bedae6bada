import Foundation
import LabNet
import Synchronization
import Testing

@testable import Puller

/// What one run has fetched, the next one does not fetch again.
@Suite(.timeLimit(.minutes(1))) struct ResumeTests {
    static let layouts = [ArchiveLayout.docker(keepIndex: false), .docker2010(saveTime: 0)]

    @Test(arguments: layouts) func goesOnWhereTheLastRunStopped(_ layout: ArchiveLayout) async throws {
        let cache = try CacheBench()
        let image = try NoiseImage(layers: 2_000_000, 300_000, 10)
        let cause = try await cache.interrupted(image, after: 1_500_001, layout: layout)
        #expect(cause == .unauthorised(status: 403, ""))
        #expect(cache.data.count == 1)
        let bench = try cache.bench()
        try await bench.pull(image.registry, bench.request(NoiseImage.name, layout: layout))
        #expect(image.ranges().last == "bytes=1500001-")
        #expect(try await bench.bytes("out.tar") == CacheBench.measure(image, layout: layout))
        #expect(bench.resumed >= 1_500_001)
        // What has become an archive is in the cache no more.
        #expect(cache.files == [])
        #expect(try bench.files() == ["out.tar"])
    }

    @Test func whatIsWholeIsNotAskedForAtAllButTheTagIs() async throws {
        let cache = try CacheBench()
        let image = try NoiseImage(layers: 500_000, 400_000)
        image.breakOff(1, after: 100_000)
        let first = try cache.bench()
        _ = try await first.cause(image.registry, first.request(NoiseImage.name))
        let before = image.registry.count(image.layer(0))
        let manifests = image.registry.count("manifests/latest")
        let bench = try cache.bench()
        try await bench.pull(image.registry, bench.request(NoiseImage.name))
        #expect(image.registry.count(image.layer(0)) == before)
        #expect(image.registry.count("manifests/latest") == manifests + 1)
        #expect(try await bench.bytes("out.tar") == CacheBench.measure(image))
    }

    /// The archive is put together elsewhere: the blobs are copied to their new places.
    @Test(arguments: [(0, 1), (1, 0)]) func anotherLayoutTakesTheBlobsOver(_ one: Int, _ other: Int) async throws {
        let cache = try CacheBench()
        let image = try NoiseImage(layers: 2_000_000, 300_000)
        try await cache.interrupted(image, after: 1_500_001, layout: Self.layouts[one])
        let bench = try cache.bench()
        try await bench.pull(image.registry, bench.request(NoiseImage.name, layout: Self.layouts[other]))
        #expect(image.ranges().last == "bytes=1500001-")
        #expect(try await bench.bytes("out.tar") == CacheBench.measure(image, layout: Self.layouts[other]))
        #expect(cache.files == [])
    }

    /// Two interruptions, the second with several connections: nothing is fetched twice.
    @Test func staysThroughSeveralInterruptions() async throws {
        let cache = try CacheBench(connections: 4)
        let image = try NoiseImage(layers: 24 << 20)
        try await cache.interrupted(image, after: 3_000_000)
        try await cache.interrupted(image, after: 2_000_000)
        image.registry.state.withLock { $0.faults = [:] }
        let bench = try cache.bench()
        try await bench.pull(image.registry, bench.request(NoiseImage.name))
        #expect(bench.resumed >= 5_000_000)
        #expect(try await bench.bytes("out.tar") == CacheBench.measure(image))
        #expect(cache.files == [])
    }

    /// The file of the last run had something else between its blobs.
    @Test func nothingOfTheLastRunsHeadersStays() async throws {
        let cache = try CacheBench()
        let image = try NoiseImage(layers: 100_001, 5)
        image.breakOff(after: 50_000)
        let first = try cache.bench()
        var request = try first.request(NoiseImage.name)
        request.name = try ImageReference(parsing: "long.example/" + String(repeating: "n", count: 200) + ":tag")
        _ = try await first.cause(image.registry, request)
        let bench = try cache.bench()
        try await bench.pull(image.registry, bench.request(NoiseImage.name))
        #expect(bench.resumed >= 50_000)
        #expect(try await bench.bytes("out.tar") == CacheBench.measure(image))
        #expect(CacheBench.mode(bench.path("out.tar")) & 0o600 == 0o600)
    }

    /// The very bytes on the disk are spoiled, in the file that the record names.
    @Test(arguments: [true, false]) func aByteThatTurnsOverInTheCacheIsFound(_ isWhole: Bool) async throws {
        let cache = try CacheBench()
        let image = try NoiseImage(layers: 500_000, 400_000)
        image.breakOff(isWhole ? 1 : 0, after: 300_000)
        let first = try cache.bench()
        _ = try await first.cause(image.registry, first.request(NoiseImage.name))
        let path = try #require(cache.data.first)
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: 100_000)
        try file.write(contentsOf: Data([1, 2, 3]))
        try file.close()
        let bench = try cache.bench()
        try await bench.pull(image.registry, bench.request(NoiseImage.name))
        #expect(try await bench.bytes("out.tar") == CacheBench.measure(image))
        #expect(image.ranges(0).last == .some(nil))
        let retries = bench.events.withLock { events in
            events.compactMap { if case .retrying(_, _, let reason) = $0 { reason.cause } else { nil } }
        }
        guard case .digestMismatch? = retries.first else {
            Issue.record("\(retries)")
            return
        }
    }

    /// What a server gave wrongly must not be kept as if it were half of the right blob.
    @Test func aBlobThatWasWrongIsNotKept() async throws {
        let cache = try CacheBench()
        let image = try NoiseImage(layers: 500_000, 400_000)
        image.registry.fail(image.layer(0), with: .flipped(7))
        image.registry.fail(image.layer(1), with: .silent)
        let first = try cache.bench()
        let cause = try await first.cause(image.registry, first.request(NoiseImage.name))
        guard case .digestMismatch? = cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
        image.registry.state.withLock { $0.faults = [:] }
        let bench = try cache.bench()
        try await bench.pull(image.registry, bench.request(NoiseImage.name))
        #expect(try await bench.bytes("out.tar") == CacheBench.measure(image))
    }

    @Test func aCancelledPullIsKept() async throws {
        let cache = try CacheBench()
        let image = try NoiseImage(layers: 500_000, 400_000)
        let (registry, layer) = (image.registry, image.layer(1))
        registry.fail(layer, with: .holds(after: 200_000) { false })
        let first = try cache.bench()
        let request = try first.request(NoiseImage.name)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await first.pull(registry, request) }
            while first.events.withLock({ $0.contains { if case .received(1, 192_012) = $0 { true } else { false } } })
                == false
            { await Task.yield() }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
        #expect(try first.files() == [])
        let bench = try cache.bench()
        try await bench.pull(registry, bench.request(NoiseImage.name))
        #expect(bench.resumed >= 192_012)
        #expect(try await bench.bytes("out.tar") == CacheBench.measure(image))
    }

    /// A second pull takes what the first one has got so far, and harms it in nothing.
    @Test func twoAtOnceAreBothRight() async throws {
        let cache = try CacheBench()
        let image = try NoiseImage(layers: 12 << 20, 300_000)
        let (registry, layer) = (image.registry, image.layer(0))
        let (one, two) = (try cache.bench(), try cache.bench())
        let hasSecond = { @Sendable in registry.count(layer) >= 2 }
        registry.fail(layer, with: .holds(after: 10 << 20, until: hasSecond))
        let requests = (try one.request(NoiseImage.name), try two.request(NoiseImage.name))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await one.pull(registry, requests.0) }
            while one.events.withLock({ events in
                events.contains { if case .received(0, (9 << 20)...) = $0 { true } else { false } }
            }) == false { await Task.yield() }
            group.addTask { _ = try await two.pull(registry, requests.1) }
            try await group.waitForAll()
        }
        let right = try await CacheBench.measure(image)
        #expect(try one.bytes("out.tar") == right)
        #expect(try two.bytes("out.tar") == right)
        // Of the first one's bytes all were used that its record told of: steps of 4 MiB.
        #expect(two.resumed >= 8 << 20)
        #expect(cache.files == [])
    }

    @Test func withoutACacheNothingIsKept() async throws {
        let image = try NoiseImage(layers: 500_000)
        let bench = try PullBench(connections: 1)
        image.breakOff(after: 300_000)
        _ = try await bench.cause(image.registry, bench.request(NoiseImage.name))
        try await bench.pull(image.registry, bench.request(NoiseImage.name))
        #expect(image.ranges().last == .some(nil))
    }

    @Test func aPipesLayersWaitInAFileThatIsKept() async throws {
        let cache = try CacheBench()
        let image = try NoiseImage(layers: 500_000)
        image.breakOff(after: 300_000)
        let first = try cache.bench()
        var request = try first.request(NoiseImage.name, layout: .docker2010(saveTime: 0))
        request.archive.output = .standardOutput
        let out = try #require(FileHandle(forWritingAtPath: "/dev/null"))
        await #expect(throws: PullError.self) {
            _ = try await first.puller(image.registry, standardOutput: out.fileDescriptor).pull(request)
        }
        #expect(cache.data.count == 1)
        _ = try await first.puller(image.registry, standardOutput: out.fileDescriptor).pull(request)
        #expect(image.ranges().last == "bytes=300000-")
        #expect(cache.files == [])
    }
}
