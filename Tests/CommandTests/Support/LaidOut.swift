import Foundation

@testable import Puller

/// Two images that have layers in common, those of the golden archives, in archives of any layout.
enum LaidOut {
    /// Four layers for linux/amd64, of which the second occurs again as the fourth.
    static let amd64 = "3b6dd43d4bcf33f342d679894ec1f8df46451bfb020e39fefcbdef1df27ebf62"
    /// The first and the third of them for linux/arm/v7, and no time of its making.
    static let arm = "ab0222ffe309cfac1c302e187e7f9982b18b6a386670323f64a1154950348645"

    /// The image of a manifest, under these names.
    static func image(_ manifest: String, as names: String...) throws -> ArchivedImage {
        guard let digest = Digest(algorithm: .sha256, hex: manifest),
            case .image(let manifest) = try ManifestDocument(
                blob(digest), claims: ManifestDocument.Claims(), digest: digest)
        else { throw SettingFailed(description: "no image \(manifest)") }
        let config = try blob(manifest.config.digest)
        return ArchivedImage(
            names: try names.map { try ImageReference(parsing: $0) }, source: nil, index: nil, manifest: manifest,
            config: config, diffIDs: try ImageConfig(config, layers: manifest.layers.count).diffIDs)
    }

    /// The members of an archive, as they are once the layers' sizes are known.
    static func members(of images: [ArchivedImage], in layout: ArchiveLayout) throws -> [ArchiveMember] {
        try layout.members(of: images, sizes: try sizes(of: images))
    }

    /// Writes an archive, member after member.
    static func write(_ images: [ArchivedImage], in layout: ArchiveLayout, to path: String) throws {
        let file = try ArchiveFile.create(at: path)
        let stream = try ArchiveStream(to: file)
        let sizes = try sizes(of: images)
        for member in try layout.members(of: images, sizes: sizes) {
            switch member.content {
            case .inflated(let layer, let diffID):
                try stream.begin(member, size: sizes[diffID] ?? 0)
                try spool(layer, beside: path).inflate { try stream.write($0) }
                try stream.end()
            case .blob(let layer):
                try stream.begin(member, size: layer.size)
                try blob(layer.digest).withUnsafeBytes { try stream.write($0) }
                try stream.end()
            case .bytes, .folder, .link: try stream.append(member)
            }
        }
        _ = try stream.finish()
        try file.commit(replacing: false)
    }

    private static func sizes(of images: [ArchivedImage]) throws -> InflatedSizes {
        var sizes: InflatedSizes = [:]
        for (layer, diffID) in images.flatMap({ zip($0.manifest.layers, $0.diffIDs) }) {
            let verified = try VerifiedLayer(diffID: diffID)
            try spool(layer, beside: NSTemporaryDirectory() + "layer").inflate { try verified.update($0) }
            try verified.finish()
            sizes[diffID] = verified.received
        }
        return sizes
    }

    private static func spool(_ layer: Descriptor, beside path: String) throws -> SpoolFile {
        let file = try ArchiveFile.create(at: path)
        file.discard()
        try file.write(blob(layer.digest), at: 0)
        return SpoolFile(in: file, at: 0, size: layer.size)
    }

    private static func blob(_ digest: Digest) throws -> [UInt8] {
        let path = "\(TestImage.golden)/blobs/\(digest.algorithm.rawValue)/\(digest.hex)"
        return try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
