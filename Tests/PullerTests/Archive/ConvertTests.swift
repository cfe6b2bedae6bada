import Foundation
import Testing

@testable import Puller

/// Archives made of archives: what a layout holds does not depend on where the image comes from.
@Suite struct ConvertTests {
    private static let inflated: [ArchiveLayout] = [
        .docker2010(saveTime: 0), .graphdriver(.docker26, saveTime: 0), .graphdriver(.docker28, saveTime: 0),
        .graphdriver(.docker29, saveTime: 0), .synology,
    ]

    private func convert(_ source: String, on bench: PullBench, to layout: ArchiveLayout, as name: String? = nil)
        async throws -> [UInt8]
    {
        let stored = try await StoredImages.open(source)
        var request = ArchiveRequest(to: .file(path: bench.path("converted.tar"), replacing: .anything))
        request.layout = layout
        _ = try await Archiver().convert(
            stored, to: request, naming: try name.map { try ImageReference(parsing: $0) })
        return try bench.bytes("converted.tar")
    }

    /// Real Docker's archives, in the layouts of the other releases: the bytes of a pull in that layout.
    @Test(
        arguments: [
            "docker-20.10.tar", "docker-26.tar", "docker-28-graphdriver.tar", "docker-29-graphdriver.tar",
            "docker-29-containerd.tar", "docker-28-containerd-platform.tar",
        ], inflated)
    func aPullWouldWriteTheSame(_ golden: String, _ layout: ArchiveLayout) async throws {
        let bench = try PullBench()
        let tag = golden.contains("platform") ? "multi" : "single"
        try await bench.pull(
            try FakeRegistry.golden(), bench.request("127.0.0.1:5055/lab/img1:\(tag)", layout: layout))
        let source = FakeRegistry.goldenFolder.appending(path: golden).path
        #expect(try await convert(source, on: bench, to: layout) == bench.bytes("out.tar"))
        #expect(try bench.files() == ["converted.tar", "out.tar"])
    }

    /// Where blobs stand verbatim they stay so, there and back.
    @Test func compressedLayersStayAsTheyAre() async throws {
        let bench = try PullBench()
        let golden = try bench.golden("docker-29-containerd.tar")
        let source = FakeRegistry.goldenFolder.appending(path: "docker-29-containerd.tar").path
        let oci = try await convert(source, on: bench, to: .oci(keepIndex: false))
        #expect(oci.count < golden.count)
        try Data(oci).write(to: bench.folder.appending(path: "oci.tar"))
        #expect(try await convert(bench.path("oci.tar"), on: bench, to: .docker(keepIndex: false)) == golden)
    }

    /// An archive may be replaced by what is made of it.
    @Test func ontoItself() async throws {
        let bench = try PullBench()
        let path = bench.path("converted.tar")
        try Data(bench.golden("docker-20.10.tar")).write(to: URL(filePath: path))
        let inPlace = try await convert(path, on: bench, to: .docker(keepIndex: false))
        #expect(try await StoredImages.open(path).layout == .docker)
        let source = FakeRegistry.goldenFolder.appending(path: "docker-20.10.tar").path
        #expect(try await convert(source, on: bench, to: .docker(keepIndex: false)) == inPlace)
    }

    @Test func oneNameForOneImage() async throws {
        let bench = try PullBench()
        let source = FakeRegistry.goldenFolder.appending(path: "docker-20.10.tar").path
        _ = try await convert(source, on: bench, to: .docker(keepIndex: false), as: "registry.lan/app:2")
        let renamed = try await StoredImages.open(bench.path("converted.tar"))
        #expect(renamed.images.flatMap(\.names).map(\.familiar) == ["registry.lan/app:2"])

        let registry = FakeRegistry("lab/two", speaksTLS: false)
        try ServedImage(layers: [[1]]).serve(in: registry, as: "a")
        try ServedImage(layers: [[2]]).serve(in: registry, as: "b")
        var request = try bench.request("127.0.0.1:5055/lab/two:a", to: "two.tar")
        request.references.append(try ImageReference(parsing: "127.0.0.1:5055/lab/two:b"))
        try await bench.pull(registry, request)
        let before = try bench.bytes("converted.tar")
        let error = PullError(step: .stored, place: bench.path("two.tar"), cause: .severalImages(2))
        await #expect(throws: error) {
            _ = try await convert(bench.path("two.tar"), on: bench, to: .docker(keepIndex: false), as: "x:1")
        }
        #expect(try bench.bytes("converted.tar") == before)
    }
}
