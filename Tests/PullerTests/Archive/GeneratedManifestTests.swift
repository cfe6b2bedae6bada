import Testing

@testable import Puller

@Suite struct GeneratedManifestTests {
    /// Three releases of Docker have made this manifest of the golden image.
    @Test func isDockersOwn() throws {
        let image = try GoldenImage.image(tag: "single")
        let sizes: InflatedSizes = [
            image.diffIDs[0]: 307_200, image.diffIDs[1]: 1024, image.diffIDs[2]: 11_017,
        ]
        let manifest = try GeneratedManifest(config: image.config, diffIDs: image.diffIDs, sizes: sizes).manifest
        #expect(
            manifest.descriptor.digest.hex == "54ed4e519421cf85a6fe262a70276930f0a6ae3d2aeb44b9273fd0d0caa83c9b")
        #expect(manifest.descriptor.size == 851 && manifest.bytes.count == 851)
        #expect(manifest.config.digest == image.manifest.config.digest)
        #expect(manifest.layers.map(\.digest) == image.diffIDs)
        #expect(manifest.layers.map(\.size) == [307_200, 1024, 11_017, 1024])
        let document = try ManifestDocument(
            manifest.bytes, claims: ManifestDocument.Claims(), digest: manifest.descriptor.digest)
        #expect(document == .image(manifest))
    }

    /// An image without layers has an empty list of them, and not none.
    @Test func withoutLayers() throws {
        let manifest = try GeneratedManifest(config: Array("{}".utf8), diffIDs: [], sizes: [:]).manifest
        #expect(String(decoding: manifest.bytes, as: UTF8.self).hasSuffix(#""size":2},"layers":[]}"#))
    }
}
