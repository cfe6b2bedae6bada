import LabNet
import Synchronization
import Testing

@testable import Puller

/// Streams that are cut again and again: whoever brings something each time is borne, at once and to the end.
@Suite struct CutStreamTests {
    private static func registry(layer size: Int) throws -> (FakeRegistry, layer: String) {
        let registry = FakeRegistry("lab/big", speaksTLS: false)
        let image = try ServedImage(layers: [HostilePullTests.noise(size)])
        image.serve(in: registry)
        return (registry, "blobs/\(image.layers[0].digest)")
    }

    @Test(arguments: [(1_000_000, 8_000_000), (12_000, 300_000), (3_300, 100_000)])
    func isTakenUpWithoutAWait(_ piece: Int, _ size: Int) async throws {
        let bench = try PullBench()
        let (registry, layer) = try Self.registry(layer: size)
        registry.fail(layer, with: .cut(after: piece), lasting: true)
        try await bench.pull(registry, bench.request("127.0.0.1:5055/lab/big"))
        #expect(registry.count(layer) == (size + piece - 1) / piece)
        #expect(bench.waits.withLock(\.self).isEmpty)
        // Nothing is asked for twice.
        let ranges = registry.requests.filter { $0.path.hasSuffix(layer) }.map(\.range)
        #expect(ranges == [nil] + (1..<ranges.count).map { "bytes=\($0 * piece)-" })
    }

    @Test(arguments: [0, 1, 2_000]) func whatBringsTooLittleEnds(_ piece: Int) async throws {
        let bench = try PullBench()
        let (registry, layer) = try Self.registry(layer: 100_000)
        registry.fail(layer, with: .cut(after: piece), lasting: true)
        let cause = try await bench.cause(registry, bench.request("127.0.0.1:5055/lab/big"))
        guard case .network? = cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
        #expect(registry.count(layer) == RetryPolicy().attempts)
    }

    @Test func whatBreaksWithoutAByteIsWaitedFor() async throws {
        let bench = try PullBench()
        let (registry, layer) = try Self.registry(layer: 100_000)
        registry.fail(
            layer, with: .cut(after: 30_000), .network(.reset, .exchange), .network(.refused, .dial), .status(503))
        try await bench.pull(registry, bench.request("127.0.0.1:5055/lab/big"))
        #expect(bench.waits.withLock(\.self) == [1, 2, 4].map { Duration.seconds($0) })
    }
}
