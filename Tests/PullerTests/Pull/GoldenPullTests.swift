import Foundation
import Synchronization
import Testing

@testable import Puller

/// What a pull writes is what Docker saved, byte for byte.
@Suite struct GoldenPullTests {
    @Test(arguments: [
        ("single", ArchiveLayout.docker(keepIndex: false), "docker-29-containerd.tar"),
        ("single", .docker(keepIndex: true), "docker-29-containerd.tar"),
        ("multi", .docker(keepIndex: false), "docker-28-containerd-platform.tar"),
        ("multi", .docker(keepIndex: true), "docker-29-containerd-index.tar"),
    ])
    func writesWhatDockerSaves(_ tag: String, _ layout: ArchiveLayout, _ golden: String) async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        let result = try await bench.pull(
            registry, bench.request("127.0.0.1:5055/lab/img1:\(tag)", layout: layout))
        #expect(try bench.bytes("out.tar") == bench.golden(golden))
        #expect(try bench.files() == ["out.tar"])
        #expect(result.path == bench.path("out.tar"))
        #expect(try result.size == Int64(bench.golden(golden).count))
        // Nothing is asked for twice, and nothing that is not needed.
        let paths = registry.requests.map(\.path).filter { $0 != "/v2/" }
        #expect(Set(paths).count == paths.count)
        #expect(paths.count == (tag == "multi" ? 2 : 1) + 1 + FakeRegistry.layers.count)
    }

    @Test(arguments: GoldenImage.inflated)
    func writesWhatDockerSavesInflated(_ layout: ArchiveLayout, _ golden: GoldenImage.TimedArchive) async throws {
        let bench = try PullBench()
        try await bench.pull(try FakeRegistry.golden(), bench.request(layout: layout))
        #expect(try bench.bytes("out.tar") == golden.bytes())
        #expect(try bench.files() == ["out.tar"])
    }

    @Test(
        arguments: [ArchiveRequest.Compression.gzip, .zstd],
        [ArchiveLayout.docker(keepIndex: false), .docker2010(saveTime: 0)])
    func compressesTheSameBytes(_ compression: ArchiveRequest.Compression, _ layout: ArchiveLayout) async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        try await bench.pull(registry, bench.request(to: "plain.tar", layout: layout))
        var request = try bench.request(to: "packed", layout: layout)
        request.archive.compression = compression
        try await bench.pull(registry, request)
        var inflater = Inflater()
        var inflated: [UInt8] = []
        try bench.bytes("packed").withUnsafeBytes { try inflater.push($0) { inflated += $0 } }
        try inflater.finish { inflated += $0 }
        #expect(try inflated == bench.bytes("plain.tar"))
        #expect(try bench.files() == ["packed", "plain.tar"])
    }

    @Test func reportsEveryLayerByItsNumber() async throws {
        let bench = try PullBench()
        try await bench.pull(try FakeRegistry.golden(), bench.request())
        let events = bench.events.withLock { $0 }
        guard case .planned(let layers)? = events.first else {
            Issue.record("no plan")
            return
        }
        #expect(layers.map(\.digest.hex) == [0, 1, 2, 1].map { FakeRegistry.layers[$0] })
        for (number, layer) in layers.enumerated() {
            #expect(events.contains(.received(layer: number, bytes: layer.size)))
            #expect(events.filter { $0 == .verified(layer: number) }.count == 1)
        }
    }

    @Test func asAnotherName() async throws {
        let bench = try PullBench()
        var request = try bench.request("127.0.0.1:5055/lab/img1@sha256:\(FakeRegistry.manifest)")
        request.name = try ImageReference(parsing: "127.0.0.1:5055/lab/img1:single")
        try await bench.pull(try FakeRegistry.golden(), request)
        #expect(try bench.bytes("out.tar") == bench.golden("docker-29-containerd.tar"))
    }
}
