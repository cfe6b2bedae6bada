import Foundation
import LabNet
import NIOHTTP1
import Synchronization
import Testing

@testable import Puller

/// Large layers by several connections: where the server allows it, and never to a pull's harm.
@Suite(.timeLimit(.minutes(1))) struct SeveralConnectionsTests {
    static let size = 24 << 20
    static let mega = 1 << 20

    /// A server whose first response waits until so many requests for the layer have come.
    private func waiting(_ image: NoiseImage, for requests: Int) {
        let (registry, layer) = (image.registry, image.layer())
        registry.fail(layer, with: .holds(after: 100_000) { registry.count(layer) >= requests })
    }

    private func isRight(_ bench: PullBench, _ image: NoiseImage, sizes: Int...) async throws {
        let archive = try bench.bytes("out.tar")
        #expect(archive.count > sizes.reduce(0, +))
        #expect(try await SavedImage.read(bench.path("out.tar")) != nil)
        for (number, layer) in image.image.layers.enumerated() {
            let place = try #require(offset(of: layer.digest, in: archive))
            let bytes = Array(archive[place..<place + Int(layer.size)])
            #expect(try Digester.digest(of: bytes) == layer.digest, "layer \(number)")
        }
    }

    /// Where a blob's member has its content.
    private func offset(of digest: Digest, in archive: [UInt8]) -> Int? {
        let name = Array("blobs/sha256/\(digest.hex)".utf8)
        return stride(from: 0, to: archive.count - 512, by: 512).first {
            archive[$0..<$0 + name.count].elementsEqual(name)
        }.map { $0 + 512 }
    }

    @Test func othersHelpFromTheEnd() async throws {
        let bench = try PullBench()
        let image = try NoiseImage(layers: Self.size)
        waiting(image, for: 4)
        try await bench.pull(image.registry, bench.request(NoiseImage.name))
        try await isRight(bench, image, sizes: Self.size)
        let ranges = image.ranges()
        #expect(ranges.first == .some(nil))
        // Each begins where those that were asked for before it end, and the first of them ends with the blob.
        let parts = ranges.compactMap { $0?.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) } }
        let starts = Set(parts.map { $0[0] })
        #expect(parts.count > 3 && parts.count { $0.count == 1 } == 1)
        #expect(parts.filter { $0.count == 2 }.allSatisfy { starts.contains($0[1] + 1) })
        #expect(image.registry.state.withLock(\.peak) > 1)
    }

    /// What a server can have against parts, or against several connections.
    static let refusals: [(String, FakeRegistry.Fault)] = [
        ("Range ignored", .ignoresRange()), ("206 without Content-Range", .claims(nil)),
        ("206 of another part", .claims("bytes 0-4194303/\(size)")),
        ("206 of more than was asked for", .claims("bytes \(20 * mega)-\(size)/\(size)")),
        ("206 of another whole", .claims("bytes \(20 * mega)-\(size - 1)/\(size + 1)")), ("416", .unsatisfiable),
        ("429", .status(429)), ("429 in seconds", .status(429, "", ["Retry-After": "7"])), ("503", .status(503)),
        ("403", .status(403)), ("a cut at once", .cut(after: 0)), ("no connection", .network(.refused, .dial)),
        ("a stall", .network(.timedOut(.seconds(60)), .exchange)), ("a clean end too soon", .truncated(to: 10)),
        ("a redirect that may not be followed", .network(.redirect("more than 10"), .exchange)),
    ]

    @Test(arguments: refusals.indices)
    func whatSeveralConnectionsCannotDoOneDoes(_ index: Int) async throws {
        let bench = try PullBench()
        let image = try NoiseImage(layers: Self.size)
        let (registry, layer) = (image.registry, image.layer())
        // The leader's own response waits for the first helper to have been refused.
        registry.fail(layer, with: .ranged(Self.refusals[index].1), lasting: true)
        registry.plain(layer, holdsAfter: 100_000) { registry.count(layer) >= 2 }
        try await bench.pull(registry, bench.request(NoiseImage.name))
        try await isRight(bench, image, sizes: Self.size)
        #expect(bench.patienceSpent.isEmpty, "\(Self.refusals[index].0)")
        #expect(image.ranges().count { $0 == nil } == 1)
    }

    @Test func aLinkThatIsCutEveryMegabyteIsBorneByAllConnections() async throws {
        let bench = try PullBench()
        let image = try NoiseImage(layers: Self.size)
        image.registry.fail(image.layer(), with: .cut(after: 1_000_000), lasting: true)
        try await bench.pull(image.registry, bench.request(NoiseImage.name))
        try await isRight(bench, image, sizes: Self.size)
        #expect(bench.patienceSpent.isEmpty)
    }

    @Test(arguments: [1, 2, 3]) func aServerThatAllowsFewConnectionsGetsFew(_ allowed: Int) async throws {
        let bench = try PullBench()
        let image = try NoiseImage(layers: Self.size)
        let path = "/v2/lab/big/\(image.layer())"
        waiting(image, for: 3)
        image.registry.state.withLock { $0.crowds[path] = allowed }
        try await bench.pull(image.registry, bench.request(NoiseImage.name))
        try await isRight(bench, image, sizes: Self.size)
    }

    @Test(arguments: [1, 3, 5]) func theConnectionsOfAllLayersAreBounded(_ connections: Int) async throws {
        let bench = try PullBench(connections: connections)
        let sizes = [9 << 20, 9 << 20, 9 << 20, 100, 5000, 200_000]
        let image = try NoiseImage(layers: sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5])
        var request = try bench.request(NoiseImage.name)
        request.archive.jobs = 6
        try await bench.pull(image.registry, request)
        try await isRight(bench, image)
        #expect(image.registry.state.withLock(\.peak) <= connections)
        if connections == 1 { #expect(image.registry.requests.allSatisfy { $0.range == nil }) }
    }

    @Test func aWrongByteInAHelpersPartIsFound() async throws {
        let bench = try PullBench()
        let image = try NoiseImage(layers: Self.size)
        let (registry, layer) = (image.registry, image.layer())
        registry.fail(layer, with: .ranged(.flipped(22 << 20)), lasting: true)
        registry.plain(layer, holdsAfter: 100_000) { registry.count(layer) >= 4 }
        let cause = try await bench.cause(registry, bench.request(NoiseImage.name))
        guard case .digestMismatch? = cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
    }

    @Test func aTokenThatExpiresInMidPullIsRenewed() async throws {
        let registry = FakeRegistry(
            "lab/big", challenge: #"Bearer realm="https://127.0.0.1:5055/token",service="fake""#)
        let image = try ServedImage(layers: [Noise.bytes(Self.size)])
        image.serve(in: registry)
        let bench = try PullBench()
        registry.fail(
            "blobs/\(image.layers[0].digest)", with: .cut(after: 2_000_000), .expired, .cut(after: 3_000_000), .expired)
        try await bench.pull(registry, bench.request(NoiseImage.name))
        #expect(try await SavedImage.read(bench.path("out.tar")) != nil)
    }

    @Test func aPipeIsServedByOneConnectionInOrder() async throws {
        let bench = try PullBench(connections: 4)
        let image = try NoiseImage(layers: 9 << 20, 100)
        let pipe = Pipe.kept()
        var request = try bench.request(NoiseImage.name)
        request.archive.output = .standardOutput
        async let read = OutputTests.readToEnd(pipe.fileHandleForReading)
        _ = try await bench.puller(
            image.registry, standardOutput: pipe.fileHandleForWriting.fileDescriptor
        ).pull(request)
        try pipe.fileHandleForWriting.close()
        let bytes = await [UInt8](read)
        #expect(offset(of: image.image.layers[0].digest, in: bytes) != nil)
        #expect(image.ranges() == [nil])
        #expect(image.registry.state.withLock(\.peak) == 1)
    }

    /// A server that sends a byte now and then is never silent, and never ends.
    @Test func aBodyThatCrawlsIsGivenUp() async throws {
        let bench = try PullBench(connections: 1)
        let image = try NoiseImage(layers: 100_000)
        let (patience, advance) = bench.movingClock()
        image.registry.fail(image.layer(), with: .drips { advance(.seconds(1)) }, lasting: true)
        let puller = Puller(
            transport: image.registry, access: RegistryAccess(), patience: patience, standardOutput: -1)
        await #expect { _ = try await puller.pull(bench.request(NoiseImage.name)) } throws: { error in
            guard case .network(let error)? = (error as? PullError)?.cause else { return false }
            return error.cause == .timedOut(Pace.window)
        }
        #expect(image.registry.count(image.layer()) == 6)
        #expect(try bench.files() == [])
        image.registry.fail(image.layer(), with: .drips { advance(.seconds(1)) })
        _ = try await puller.pull(bench.request(NoiseImage.name))
    }

    @Test(arguments: [0, 2]) func triesAsOftenAsTheUserSays(_ retries: Int) async throws {
        let bench = try PullBench(retries: retries)
        let image = try NoiseImage(layers: 1000)
        image.registry.fail(image.layer(), with: .status(503), lasting: true)
        #expect(try await bench.cause(image.registry, bench.request(NoiseImage.name)) == .status(503, ""))
        #expect(image.registry.count(image.layer()) == retries + 1)
        #expect(bench.waits.withLock(\.count) == retries)
    }
}
