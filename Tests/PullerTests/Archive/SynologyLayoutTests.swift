import Foundation
import Testing

@testable import Puller

@Suite struct SynologyLayoutTests {
    private func text(_ path: String, of images: [ArchivedImage]) throws -> String {
        let member = try #require(try ArchiveLayout.synology.members(of: images).first { $0.path == path })
        guard case .bytes(let bytes) = member.content else { throw PullError.Cause.malformed(path) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What Docker 20.10 writes, but for the order of the folders and the repeated layer, which is a file.
    @Test func isDockers2010WithoutLinks() throws {
        let image = try GoldenImage.image(tag: "single")
        let members = try ArchiveLayout.synology.members(of: [image])
        let classic = try ArchiveLayout.docker2010(saveTime: 1_709_618_828).members(of: [image])
        let link = try #require(classic.first { if case .link = $0.content { true } else { false } })
        let others = classic.filter { $0.path != link.path }
        #expect(Set(members).isSuperset(of: others) && members.count == others.count + 1)
        let repeated = try #require(members.first { $0.path == link.path })
        #expect(repeated.content == .inflated(image.manifest.layers[3], diffID: image.diffIDs[3]))
        #expect(repeated.mode == 0o100644)
    }

    /// The layers lie in the archive as they lie on one another, and the configuration is the image's own.
    @Test func layersAreInOrder() throws {
        let image = try GoldenImage.image(tag: "single")
        let members = try ArchiveLayout.synology.members(of: [image])
        #expect(members.compactMap(\.content.layer) == image.manifest.layers)
        let layers = members.filter { $0.content.layer != nil }.map { "\"\($0.path)\"" }.joined(separator: ",")
        let config = image.manifest.config.digest.hex + ".json"
        #expect(
            try text("manifest.json", of: [image])
                == #"[{"Config":"\#(config)","RepoTags":["127.0.0.1:5055/lab/img1:single"],"Layers":[\#(layers)]}]"#
                + "\n")
        #expect(try text(config, of: [image]) == String(decoding: image.config, as: UTF8.self))
        #expect(Set(members.map(\.modified)) == [0, 1_709_618_828])
    }

    /// By digest alone: a NAS lists what `repositories` names.
    @Test func withoutATag() throws {
        var image = try GoldenImage.image(tag: "single")
        image.names = [
            ImageReference(domain: "ghcr.io", path: "a/b", tag: nil, digest: image.manifest.descriptor.digest)
        ]
        #expect(try text("repositories", of: [image]).hasPrefix(#"{"ghcr.io/a/b":{"8967568ce43d":""#))
        #expect(try text("manifest.json", of: [image]).contains(#""RepoTags":["ghcr.io/a/b:8967568ce43d"]"#))
        // Where it has a tag as well, that is name enough.
        let both = [image, try GoldenImage.image(tag: "single")]
        #expect(try text("manifest.json", of: both).contains(#""RepoTags":["127.0.0.1:5055/lab/img1:single"]"#))
        image.names = []
        #expect(throws: PullError.Cause.unsupported("image without a name")) {
            _ = try ArchiveLayout.synology.members(of: [image])
        }
    }
}
