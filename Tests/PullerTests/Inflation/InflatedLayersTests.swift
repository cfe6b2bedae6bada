import Foundation
import LabNet
import Testing

@testable import Puller

/// Layers large enough to be asked what they foretell, and servers and layers that foretell nothing, or something false.
@Suite(.timeLimit(.minutes(2))) struct InflatedLayersTests {
    private static let gzip = "application/vnd.oci.image.layer.v1.tar+gzip"
    private static let name = "127.0.0.1:5055/lab/big:latest"
    /// Two that are large, and a small one between them.
    private static let layers = [Noise.bytes(1_300_000, seed: 1), Noise.bytes(70_000, seed: 2), Noise.bytes(1_200_001)]

    private func serve(
        _ blobs: [[UInt8]], of layers: [[UInt8]] = layers, as type: String = gzip, in registry: FakeRegistry
    ) throws -> ServedImage {
        let image = try ServedImage(layers: blobs, diffIDs: layers.map { try Digester.digest(of: $0) }, type: type)
        image.serve(in: registry)
        return image
    }

    private func registry() -> FakeRegistry { FakeRegistry("lab/big", speaksTLS: false) }

    /// The archive of the same layers, written by members that are in memory.
    private func expected(_ image: ServedImage, _ layout: ArchiveLayout, layers: [[UInt8]] = layers) throws -> [UInt8] {
        let config = try ImageConfig(image.config, layers: layers.count)
        let document = try ManifestDocument(
            image.manifest, claims: .init(contentType: MediaType.ociManifest), digest: image.digest)
        guard case .image(let manifest) = document else { throw PullError.Cause.malformed("no image") }
        let archived = ArchivedImage(
            names: [try ImageReference(parsing: Self.name)], source: nil, index: nil, manifest: manifest,
            config: image.config, diffIDs: config.diffIDs)
        let sizes = Dictionary(zip(config.diffIDs, layers.map { Int64($0.count) })) { $1 }
        let blobs = Dictionary(zip(image.layers.map(\.digest), layers)) { $1 }
        return try WrittenArchive.bytes(of: layout.members(of: [archived], sizes: sizes)) { blobs[$0] ?? [] }
    }

    private static let layouts: [ArchiveLayout] = [
        .docker2010(saveTime: 0), .graphdriver(.docker28, saveTime: 0), .synology,
    ]

    @Test(arguments: layouts) func whatLayersForetellIsAskedOnce(_ layout: ArchiveLayout) async throws {
        let (bench, registry) = (try PullBench(connections: 2), registry())
        let image = try serve(Self.layers.map { try compressed($0, .gzip) }, in: registry)
        try await bench.pull(registry, bench.request(Self.name, layout: layout))
        #expect(try bench.bytes("out.tar") == expected(image, layout))
        #expect(try bench.files() == ["out.tar"])
        for (number, layer) in image.layers.enumerated() {
            let ranges = registry.requests.filter { $0.path.hasSuffix("\(layer.digest)") }.map(\.range)
            let tail = "bytes=\(layer.size - 4)-"
            #expect(ranges.count { $0 == tail } == (number == 1 ? 0 : 1))
            #expect(ranges.count == (number == 1 ? 1 : 2))
        }
        #expect(bench.resumed == 0)
    }

    /// Several members, of which the last tells its own size alone.
    @Test(arguments: layouts) func aFalseForecastCostsTimeAndNothingElse(_ layout: ArchiveLayout) async throws {
        let (bench, registry) = (try PullBench(), registry())
        let blobs = try Self.layers.map { layer in
            try compressed(Array(layer.prefix(40_000)), .gzip) + compressed(Array(layer.dropFirst(40_000)), .gzip)
        }
        let image = try serve(blobs, in: registry)
        try await bench.pull(registry, bench.request(Self.name, layout: layout))
        #expect(try bench.bytes("out.tar") == expected(image, layout))
    }

    /// A size far beyond the true one: what was written for it is no part of the archive.
    @Test func aForecastThatIsTooLargeLeavesNoHole() async throws {
        let (bench, registry) = (try PullBench(), registry())
        var blobs = try Self.layers.map { try compressed($0, .gzip) }
        // Bytes behind the last member are left out, and are read as its size here.
        blobs[0] += [0, 0, 0x40, 0]
        let image = try serve(blobs, in: registry)
        let layout = ArchiveLayout.graphdriver(.docker28, saveTime: 0)
        try await bench.pull(registry, bench.request(Self.name, layout: layout))
        #expect(try bench.bytes("out.tar") == expected(image, layout))
    }

    @Test(arguments: [FakeRegistry.Fault.ignoresRange(), .status(429), .status(403), .unsatisfiable])
    func aServerThatGivesNoParts(_ fault: FakeRegistry.Fault) async throws {
        let (bench, registry) = (try PullBench(), registry())
        let image = try serve(Self.layers.map { try compressed($0, .gzip) }, in: registry)
        for layer in image.layers { registry.fail("blobs/\(layer.digest)", with: .ranged(fault)) }
        let layout = ArchiveLayout.graphdriver(.docker28, saveTime: 0)
        try await bench.pull(registry, bench.request(Self.name, layout: layout))
        #expect(try bench.bytes("out.tar") == expected(image, layout))
    }

    @Test func zstandardForetellsNothing() async throws {
        let (bench, registry) = (try PullBench(), registry())
        let blobs = try Self.layers.enumerated().map { try compressed($1, $0 == 2 ? .zstd : .gzip) }
        let image = try serve(blobs, as: "application/vnd.oci.image.layer.v1.tar+zstd", in: registry)
        let layout = ArchiveLayout.graphdriver(.docker28, saveTime: 0)
        try await bench.pull(registry, bench.request(Self.name, layout: layout))
        #expect(try bench.bytes("out.tar") == expected(image, layout))
        #expect(registry.requests.allSatisfy { $0.range == nil })
    }

    /// A disk that does not tell how much room it has is believed to have some.
    @Test(.enabled(if: TinyDisk.isPossible, "only root can mount a disk"))
    func aDiskThatCountsNoBlocks() async throws {
        let (bench, registry) = (try PullBench(), registry())
        let disk = try TinyDisk(type: "ramfs")
        let image = try serve(Self.layers.map { try compressed($0, .gzip) }, in: registry)
        let layout = ArchiveLayout.graphdriver(.docker28, saveTime: 0)
        var request = try bench.request(Self.name, layout: layout)
        request.archive.output = .file(path: disk.path + "/out.tar", replacing: .anything)
        try await bench.pull(registry, request)
        #expect(try [UInt8](Data(contentsOf: URL(filePath: disk.path + "/out.tar"))) == expected(image, layout))
    }

    @Test func plainLayersAreTheirOwnForecast() async throws {
        let (bench, registry) = (try PullBench(), registry())
        let image = try serve(Self.layers, as: "application/vnd.oci.image.layer.v1.tar", in: registry)
        try await bench.pull(registry, bench.request(Self.name, layout: .docker2010(saveTime: 0)))
        #expect(try bench.bytes("out.tar") == expected(image, .docker2010(saveTime: 0)))
    }

    /// The blob is what its digest says, and what it inflates to is not.
    @Test func anotherLayerThanTheConfigurationNames() async throws {
        let (bench, registry) = (try PullBench(), registry())
        var others = Self.layers
        others[2][1_000_000] ^= 1
        let image = try serve(Self.layers.map { try compressed($0, .gzip) }, of: others, in: registry)
        let cause = try await bench.cause(
            registry, bench.request(Self.name, layout: .graphdriver(.docker28, saveTime: 0)))
        let expected = try Digester.digest(of: others[2])
        let actual = try Digester.digest(of: Self.layers[2])
        #expect(cause == .diffIDMismatch(expected: expected, actual: actual))
        #expect(image.layers.count == 3)
    }

    @Test func aLayerThatBreaksOff() async throws {
        let (bench, registry) = (try PullBench(), registry())
        var blobs = try Self.layers.map { try compressed($0, .gzip) }
        blobs[2].removeLast(10_000)
        _ = try serve(blobs, in: registry)
        let cause = try await bench.cause(
            registry, bench.request(Self.name, layout: .graphdriver(.docker28, saveTime: 0)))
        guard case .undecodable? = cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
    }

    /// What a mirror has brought was inflated before its digest was known, and could not even be: that is the mirror's
    /// fault, and the next one brings the layer anew.
    @Test(arguments: [1_000, 900_000]) func falseBytesAreNotTheLayersFault(_ place: Int) async throws {
        let bench = try PullBench(connections: 1)
        let (liar, honest) = (FakeRegistry("lab/big"), FakeRegistry("lab/big"))
        let blobs = try Self.layers.map { try compressed($0, .gzip) }
        let image = try serve(blobs, in: liar)
        _ = try serve(blobs, in: honest)
        liar.fail("blobs/\(image.layers[0].digest)", with: .flipped(place), lasting: true)
        var access = RegistryAccess()
        access.mirrors = try ["one.example", "two.example"].map { try RegistryMirror(parsing: $0) }
        let layout = ArchiveLayout.graphdriver(.docker28, saveTime: 0)
        let puller = Puller(
            transport: FakeInternet(["one.example": liar, "two.example": honest]), access: access,
            patience: bench.patience, transfer: bench.transfer, standardOutput: -1)
        var request = try bench.request("registry.example/lab/big:latest", layout: layout)
        request.name = try ImageReference(parsing: Self.name)
        _ = try await puller.pull(request)
        #expect(try bench.bytes("out.tar") == expected(image, layout))
    }

    /// A pull that is broken off keeps the blobs; the next one inflates them from what is there.
    @Test func isTakenUpAgain() async throws {
        let folder = try ScratchFolder()
        let registry = registry()
        let image = try serve(Self.layers.map { try compressed($0, .gzip) }, in: registry)
        registry.fail("blobs/\(image.layers[2].digest)", with: .cut(after: 1_000_000), .status(403))
        let layout = ArchiveLayout.graphdriver(.docker28, saveTime: 0)
        let bench = try PullBench(connections: 1, retries: 0, cacheRoot: folder.path(""))
        #expect(try await bench.cause(registry, bench.request(Self.name, layout: layout)) != nil)
        try await bench.pull(registry, bench.request(Self.name, layout: layout))
        #expect(try bench.bytes("out.tar") == expected(image, layout))
        #expect(bench.resumed > 1_000_000)
    }
}
