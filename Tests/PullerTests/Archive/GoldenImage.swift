import Foundation
import Testing

@testable import Puller

/// The image among the fixtures, from which real Docker daemons saved the golden archives.
enum GoldenImage {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/golden")

    static func archive(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: folder.appending(path: name)))
    }

    static func blob(_ digest: Digest) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: folder.appending(path: "image/blobs/\(digest.algorithm)/\(digest.hex)")))
    }

    /// The image as the pipeline hands it over, by the tag `single` (a manifest) or `multi` (an index).
    static func image(tag: String) throws -> ArchivedImage {
        let manifestDigest = try digest("3b6dd43d4bcf33f342d679894ec1f8df46451bfb020e39fefcbdef1df27ebf62")
        let manifestBytes = try blob(manifestDigest)
        let parsed = try JSONDecoder().decode(ParsedManifest.self, from: Data(manifestBytes))
        let manifest = Manifest(
            bytes: manifestBytes,
            descriptor: Descriptor(
                mediaType: "application/vnd.oci.image.manifest.v1+json", digest: manifestDigest,
                size: Int64(manifestBytes.count)),
            config: parsed.config, layers: parsed.layers)
        let config = try blob(parsed.config.digest)
        let diffIDs = try JSONDecoder().decode(ParsedConfig.self, from: Data(config)).rootfs.diff_ids
        let name = ImageReference(domain: "127.0.0.1:5055", path: "lab/img1", tag: tag, digest: nil)
        return ArchivedImage(
            names: [name], source: name, index: tag == "multi" ? try index() : nil, manifest: manifest, config: config,
            diffIDs: diffIDs)
    }

    /// What the layers inflate to, by diffID.
    static func sizes() throws -> InflatedSizes {
        let image = try image(tag: "single")
        var sizes: InflatedSizes = [:]
        for (layer, diffID) in zip(image.manifest.layers, image.diffIDs) {
            var size: Int64 = 0
            var inflater = Inflater()
            try blob(layer.digest).withUnsafeBytes { try inflater.push($0) { size += Int64($0.count) } }
            try inflater.finish { size += Int64($0.count) }
            sizes[diffID] = size
        }
        return sizes
    }

    /// Another image, of the lowest of this one's layers: its configuration is as bare as can be.
    static func sibling(layers count: Int, created: String? = "2023-01-02T03:04:05Z", os: String = "linux") throws
        -> ArchivedImage
    {
        let image = try image(tag: "single")
        let diffIDs = Array(image.diffIDs.prefix(count))
        let layers = Array(image.manifest.layers.prefix(count))
        let time = created.map { #""created":"\#($0)","# } ?? ""
        let list = diffIDs.map { "\"\($0)\"" }.joined(separator: ",")
        let config = Array(
            #"{\#(time)"architecture":"amd64","os":"\#(os)","rootfs":{"type":"layers","diff_ids":[\#(list)]}}"#.utf8)
        let configuration = Descriptor(
            mediaType: MediaType.ociConfig, digest: try Digester.digest(of: config), size: Int64(config.count))
        let bytes = GoJSON.object([
            "schemaVersion": .number("2"), "mediaType": .text(MediaType.ociManifest),
            "config": configuration.plainJSON, "layers": .array(layers.map(\.plainJSON)),
        ]).bytes()
        let descriptor = Descriptor(
            mediaType: MediaType.ociManifest, digest: try Digester.digest(of: bytes), size: Int64(bytes.count))
        let name = ImageReference(domain: "127.0.0.1:5055", path: "lab/img2", tag: "other", digest: nil)
        return ArchivedImage(
            names: [name], source: name, index: nil,
            manifest: Manifest(bytes: bytes, descriptor: descriptor, config: configuration, layers: layers),
            config: config, diffIDs: diffIDs)
    }

    private static func index() throws -> ImageIndex {
        let digest = try digest("850d5e9f7c2836e933337fff285957c897bf3d9aa4ebb1ff44ecf2a24d41dbd0")
        let bytes = try blob(digest)
        let parsed = try JSONDecoder().decode(ParsedIndex.self, from: Data(bytes))
        return ImageIndex(
            bytes: bytes,
            descriptor: Descriptor(
                mediaType: "application/vnd.oci.image.index.v1+json", digest: digest, size: Int64(bytes.count)),
            manifests: parsed.manifests)
    }

    private static func digest(_ hex: String) throws -> Digest { try #require(Digest("sha256:" + hex)) }

    private struct ParsedManifest: Decodable {
        let config: Descriptor
        let layers: [Descriptor]
    }

    private struct ParsedIndex: Decodable { let manifests: [Descriptor] }

    private struct ParsedConfig: Decodable {
        let rootfs: RootFS

        struct RootFS: Decodable { let diff_ids: [Digest] }
    }
}

extension GoldenImage {
    /// The time of the save in archives that show one, in seconds since 1970.
    static let saveTime: Int64 = 1_700_000_000

    /// The layouts of inflated layers, and what Docker wrote.
    static let inflated: [(ArchiveLayout, TimedArchive)] = [
        (.docker2010(saveTime: saveTime), docker2010),
        (
            .graphdriver(.docker26, saveTime: saveTime),
            TimedArchive(file: "docker-26.tar", paths: ["blobs/sha256/", "index.json"])
        ),
        (
            .graphdriver(.docker28, saveTime: saveTime),
            TimedArchive(file: "docker-28-graphdriver.tar", paths: ["blobs/sha256/"])
        ),
        (.graphdriver(.docker29, saveTime: saveTime), TimedArchive(file: "docker-29-graphdriver.tar", paths: [])),
    ]

    /// What Docker 20.10 wrote.
    static let docker2010 = TimedArchive(
        file: "docker-20.10.tar",
        paths: ["/", "/VERSION", "/json", "/layer.tar"].map {
            "be269dadeb71dc7047b430528345860c21771c1751e67853509af9f974003eb9" + $0
        })

    /// A golden archive, and the members that show the time of the save: a repeated layer's, or folders and lists.
    struct TimedArchive {
        let file: String
        let paths: [String]

        /// The archive with ``GoldenImage/saveTime`` in those members.
        func bytes() throws -> [UInt8] {
            let time = GoldenImage.saveTime
            var archive = try GoldenImage.archive(file)
            var offset = 0
            var found: Set<String> = []
            while archive[offset] != 0 {
                let header = archive[offset..<(offset + 512)]
                let name = String(decoding: header.prefix(100).prefix { $0 != 0 }, as: UTF8.self)
                if paths.contains(name) {
                    let digits = Array(String(time, radix: 8).utf8)
                    archive.replaceSubrange(
                        (offset + 136)..<(offset + 147), with: Array(repeating: 0x30, count: 11 - digits.count) + digits
                    )
                    archive.replaceSubrange((offset + 148)..<(offset + 156), with: Array("        ".utf8))
                    let sum = archive[offset..<(offset + 512)].reduce(0) { $0 + Int($1) }
                    archive.replaceSubrange(
                        (offset + 148)..<(offset + 154), with: Array(String(format: "%06o", sum).utf8))
                    archive[offset + 154] = 0
                    found.insert(name)
                }
                let size = try #require(
                    Int(String(decoding: header.dropFirst(124).prefix(11), as: UTF8.self), radix: 8))
                offset += 512 + (size + 511) / 512 * 512
            }
            #expect(found == Set(paths))
            return archive
        }
    }
}

/// A folder of its own for one test, gone with it.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "archive-tests-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { path + "/" + name }

    /// Everything in the folder, hidden files too.
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    func bytes(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(filePath: path(name)))) }
}
