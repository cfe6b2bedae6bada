import Foundation
import Testing

@testable import Puller

/// Names, and what the golden image does not have. Expectations follow containerd's exporter and moby's image_exporter.
@Suite struct DockerLayoutTests {
    private func image(
        _ name: ImageReference, source: ImageReference? = nil, indexEntry: String? = nil, layers: [Descriptor]? = nil
    ) throws -> ArchivedImage {
        var image = try GoldenImage.image(tag: "single")
        image.names = [name]
        image.source = source ?? name
        if let layers { image.manifest.layers = layers }
        if let indexEntry {
            let bytes = Array(#"{"schemaVersion":2,"manifests":[\#(indexEntry)]}"#.utf8)
            image.index = ImageIndex(
                bytes: bytes,
                descriptor: Descriptor(
                    mediaType: "application/vnd.oci.image.index.v1+json", digest: try Digester.digest(of: bytes),
                    size: Int64(bytes.count)),
                manifests: [image.manifest.descriptor])
        }
        return image
    }

    private func text(
        _ path: String, of image: ArchivedImage, in layout: ArchiveLayout = .docker(keepIndex: false)
    ) throws -> String {
        let members = try layout.members(of: [image])
        let member = try #require(members.first { $0.path == path })
        guard case .bytes(let bytes) = member.content else { throw PullError.Cause.malformed(path) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let hub = ImageReference(domain: "docker.io", path: "library/nginx", tag: "latest", digest: nil)

    @Test(arguments: [
        (hub, "nginx:latest", "docker.io/library/nginx:latest", "docker.io\":\"library/nginx"),
        (
            ImageReference(domain: "docker.io", path: "user/app", tag: "1", digest: nil), "user/app:1",
            "docker.io/user/app:1", "docker.io\":\"user/app"
        ),
        (
            ImageReference(domain: "docker.io", path: "library/a/b", tag: "1", digest: nil), "library/a/b:1",
            "docker.io/library/a/b:1", "docker.io\":\"library/a/b"
        ),
        (
            ImageReference(domain: "ghcr.io", path: "library/x", tag: "1", digest: nil), "ghcr.io/library/x:1",
            "ghcr.io/library/x:1", "ghcr.io\":\"library/x"
        ),
        (
            ImageReference(domain: "localhost:5000", path: "img", tag: "v1", digest: nil), "localhost:5000/img:v1",
            "localhost:5000/img:v1", "localhost\":\"img"
        ),
        (
            ImageReference(domain: "[2001:db8::1]:5000", path: "img", tag: "v1", digest: nil),
            "[2001:db8::1]:5000/img:v1", "[2001:db8::1]:5000/img:v1", "2001:db8::1\":\"img"
        ),
        (
            ImageReference(domain: "[2001:db8::1]", path: "img", tag: "v1", digest: nil), "[2001:db8::1]/img:v1",
            "[2001:db8::1]/img:v1", "2001:db8::1\":\"img"
        ),
    ])
    func names(reference: ImageReference, familiar: String, full: String, source: String) throws {
        let image = try image(reference)
        #expect(try text("manifest.json", of: image).contains("\"RepoTags\":[\"\(familiar)\"]"))
        let index = try text("index.json", of: image)
        #expect(index.contains("\"io.containerd.image.name\":\"\(full)\""))
        #expect(index.contains("\"org.opencontainers.image.ref.name\":\"\(reference.tag ?? "")\""))
        #expect(index.contains("containerd.io/distribution.source.\(source)\""))
    }

    /// Another name does not change where the blobs came from.
    @Test func anotherName() throws {
        let other = ImageReference(domain: "registry.local:5000", path: "web", tag: "prod", digest: nil)
        let image = try image(other, source: Self.hub)
        let index = try text("index.json", of: image)
        #expect(index.contains(#""containerd.io/distribution.source.docker.io":"library/nginx""#))
        #expect(index.contains(#""io.containerd.image.name":"registry.local:5000/web:prod""#))
    }

    /// Pulled by digest: no name at all, in either layout.
    @Test func withoutATag() throws {
        let digest = try GoldenImage.image(tag: "single").manifest.descriptor.digest
        let image = try image(ImageReference(domain: "ghcr.io", path: "a/b", tag: nil, digest: digest))
        #expect(try text("manifest.json", of: image).contains(#""RepoTags":null,"#))
        #expect(
            try text("index.json", of: image).hasSuffix(
                #""size":1103,"annotations":{"containerd.io/distribution.source.ghcr.io":"a/b"}}]}"#))
        let classic = ArchiveLayout.docker2010(saveTime: 0)
        #expect(try !classic.members(of: [image]).contains { $0.path == "repositories" })
        #expect(try text("manifest.json", of: image, in: classic).contains(#""RepoTags":null,"#))
    }

    /// What the index says of the manifest stays, in the order of Go's struct; names that it brings along do not.
    @Test func theIndexEntryIsKept() throws {
        let digest = try GoldenImage.image(tag: "single").manifest.descriptor.digest
        let entry = """
            {"platform":{"os":"windows","variant":"","os.features":["win32k"],"os.version":"10.0.1","architecture":"amd64"},
            "size":1103,"unknown":[1],"artifactType":"t","data":"e30=","urls":["https://x/<y>"],"digest":"\(digest)",
            "annotations":{"zz":"1","aa":"2","io.containerd.image.name":"evil","org.opencontainers.image.ref.name":"evil"},
            "mediaType":"application/vnd.oci.image.manifest.v1+json"}
            """
        let image = try image(
            ImageReference(domain: "ghcr.io", path: "a", tag: nil, digest: digest), indexEntry: entry)
        let expected =
            #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"\#(digest)","size":1103,"urls":["https://x/\u003cy\u003e"],"annotations":{"aa":"2","containerd.io/distribution.source.ghcr.io":"a","zz":"1"},"data":"e30=","platform":{"architecture":"amd64","os":"windows","os.version":"10.0.1","os.features":["win32k"]},"artifactType":"t"}]}"#
        #expect(try text("index.json", of: image) == expected)
    }

    /// A manifest that the index names only through another index: it stands alone, and keeping the index is refused.
    @Test func nestedIndex() throws {
        let image = try image(
            Self.hub,
            indexEntry: #"{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"sha256:00","size":1}"#)
        #expect(try text("index.json", of: image).contains(image.manifest.descriptor.digest.hex))
        #expect(throws: PullError.Cause.unsupported("nested index")) {
            _ = try ArchiveLayout.docker(keepIndex: true).members(of: [image])
        }
    }

    private func layer(_ mediaType: String, _ digit: Character, algorithm: Digest.Algorithm = .sha256) throws
        -> Descriptor
    {
        let hex = String(repeating: digit, count: algorithm.hexCount)
        return Descriptor(mediaType: mediaType, digest: try #require(Digest(algorithm: algorithm, hex: hex)), size: 10)
    }

    @Test(arguments: [ArchiveLayout.docker(keepIndex: false), .oci(keepIndex: false)], [true, false])
    func layersThatMayNotBeDistributed(layout: ArchiveLayout, areOmitted: Bool) throws {
        let layers = [
            try layer("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "1"),
            try layer("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", "2"),
            try layer("application/vnd.oci.image.layer.v1.tar+gzip", "3"),
        ]
        var image = try image(Self.hub, layers: layers)
        image.omitsForeignLayers = areOmitted
        let blobs = try layout.members(of: [image]).filter { $0.content.layer != nil }
        let kept = areOmitted ? ["3"] : ["1", "2", "3"]
        #expect(blobs.map(\.path) == kept.map { "blobs/sha256/" + String(repeating: $0, count: 64) })
        guard case .docker = layout else { return }
        // Old readers want as many names as there are diffIDs.
        let manifest = try text("manifest.json", of: image)
        for layer in layers { #expect(manifest.contains(layer.digest.hex)) }
    }

    @Test func otherAlgorithmsHaveTheirFolder() throws {
        let layers = [try layer("application/vnd.oci.image.layer.v1.tar", "a", algorithm: .sha512)]
        let paths = try ArchiveLayout.docker(keepIndex: false).members(of: [image(Self.hub, layers: layers)]).map(
            \.path)
        #expect(paths.filter { $0.hasSuffix("/") } == ["blobs/", "blobs/sha256/", "blobs/sha512/"])
        #expect(paths.contains("blobs/sha512/" + String(repeating: "a", count: 128)))
        #expect(paths == paths.sorted())
    }

    @Test(arguments: [
        ArchiveLayout.docker2010(saveTime: 0), .synology, .graphdriver(.docker26, saveTime: 0),
        .graphdriver(.docker29, saveTime: 0),
    ])
    func inflatedLayoutsRefuseWhatTheyCannotHold(layout: ArchiveLayout) throws {
        var image = try GoldenImage.image(tag: "single")
        let sha512 = try #require(Digest(algorithm: .sha512, hex: String(repeating: "0", count: 128)))
        let last = image.diffIDs.removeLast()
        #expect(throws: PullError.Cause.malformed("config.rootfs.diff_ids: other than the layers")) {
            _ = try layout.members(of: [image])
        }
        image.diffIDs.append(sha512)
        #expect(throws: PullError.Cause.unsupported("diffID other than SHA-256")) {
            _ = try layout.members(of: [image])
        }
        image.diffIDs[3] = last
        image.config = Array(#"{"config":5}"#.utf8)
        #expect(throws: PullError.Cause.malformed("config.config: unexpected type")) {
            _ = try layout.members(of: [image])
        }
        image = try GoldenImage.image(tag: "single")
        image.manifest.layers = []
        image.diffIDs = []
        #expect(throws: PullError.Cause.unsupported("image without layers")) { _ = try layout.members(of: [image]) }
    }

    /// Docker Hub's names in `repositories`.
    @Test func repositories() throws {
        let top = "be269dadeb71dc7047b430528345860c21771c1751e67853509af9f974003eb9"
        let repositories = try text("repositories", of: image(Self.hub), in: .docker2010(saveTime: 0))
        #expect(repositories == "{\"nginx\":{\"latest\":\"\(top)\"}}\n")
    }
}
