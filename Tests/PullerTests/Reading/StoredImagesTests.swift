import Foundation
import Testing

@testable import Puller

/// What real Docker daemons have saved is read, whatever the layout.
@Suite struct StoredImagesTests {
    static let goldens = [
        "docker-20.10.tar", "docker-26.tar", "docker-28-graphdriver.tar", "docker-29-graphdriver.tar",
        "docker-29-containerd.tar", "docker-29-containerd-index.tar", "docker-28-containerd-platform.tar",
    ]
    static let config = "8967568ce43d05e662a18209cf861213de2b99d4b4f871225dd28e44246255d8"
    static let manifest = "3b6dd43d4bcf33f342d679894ec1f8df46451bfb020e39fefcbdef1df27ebf62"

    private static func path(_ name: String) -> String { GoldenImage.folder.appending(path: name).path }

    /// All layers, fetched and verified; what they inflate to is what the configuration says.
    static func fetchAll(_ stored: StoredImages) async throws {
        let link = Link(TransferOptions(), jobs: 1, clock: Patience().clock)
        for image in stored.images {
            for (layer, diffID) in zip(image.manifest.layers, image.diffIDs) {
                let bytes = Collected()
                let transfer = try BlobTransfer(layer, into: .inOrder { piece, _ in bytes.append(piece) }, over: link)
                try await stored.fetch(transfer, step: .layer(layer.digest)) { _, _ in }
                var inflater = Inflater()
                var digester = try Digester.start(.sha256)
                try bytes.all.withUnsafeBytes { try inflater.push($0) { digester.update($0) } }
                try inflater.finish { digester.update($0) }
                #expect(try digester.finalize() == diffID)
            }
        }
    }

    @Test(arguments: goldens)
    func goldenArchives(name: String) async throws {
        let stored = try await StoredImages.open(Self.path(name))
        let image = try #require(stored.images.first)
        #expect(stored.images.count == 1)
        let tag = name.contains("index") || name.contains("platform") ? "multi" : "single"
        #expect(image.names.map(\.description) == ["127.0.0.1:5055/lab/img1:\(tag)"])
        #expect(try Digester.digest(of: image.config).hex == Self.config)
        #expect(image.manifest.config.digest.hex == Self.config)
        #expect(image.diffIDs.count == 4)
        #expect(stored.layout == (name == "docker-20.10.tar" ? .classic : .docker))
        if name.contains("containerd") {
            #expect(image.manifest.descriptor.digest.hex == Self.manifest)
            #expect(image.source?.description == "127.0.0.1/lab/img1")
        }
        #expect((image.index != nil) == name.contains("index"))
        try await Self.fetchAll(stored)
    }

    @Test func theGeneratedManifestIsDockers() async throws {
        let classic = try await StoredImages.open(Self.path("docker-20.10.tar"))
        let later = try await StoredImages.open(Self.path("docker-28-graphdriver.tar"))
        #expect(classic.images.first?.manifest == later.images.first?.manifest)
    }

    @Test(arguments: [("amd64", 4), ("arm/v7", 2)])
    func theFolder(platform: String, layers: Int) async throws {
        let stored = try await StoredImages.open(
            Self.path("image"), preferring: try Platform(parsing: platform))
        #expect(stored.layout == .ociFolder)
        #expect(stored.images.map(\.manifest.layers.count) == [4, layers])
        #expect(stored.images.map { $0.index == nil } == [true, false])
        try await Self.fetchAll(stored)
    }

    @Test(
        .enabled(if: Tool.areThere(.gzip, .zstd)), arguments: [Tool.gzip, .zstd],
        ["docker-20.10.tar", "docker-29-containerd.tar"])
    func compressedAsAWhole(tool: Tool, name: String) async throws {
        let folder = try ScratchFolder()
        let path = folder.path("a.tar.\(tool.ending)")
        try Data(tool.output(["-c", Self.path(name)])).write(to: URL(filePath: path))
        let stored = try await StoredImages.open(path)
        try await Self.fetchAll(stored)
        let plain = try await StoredImages.open(Self.path(name))
        #expect(stored.images.map(\.manifest) == plain.images.map(\.manifest))
    }
}

/// Bytes in the order of their coming.
final class Collected: @unchecked Sendable {
    // One transfer writes, and is over before anybody reads.
    private(set) var all: [UInt8] = []
    func append(_ piece: UnsafeRawBufferPointer) { all += piece }
}
