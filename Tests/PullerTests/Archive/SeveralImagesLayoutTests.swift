import Foundation
import Testing

@testable import Puller

/// Archives of several images: what they have in common is there once, and every name is where readers look for it.
///
/// `A` is the golden image: four layers, of which the second occurs again as the fourth. `B` has the lowest two of them.
@Suite struct SeveralImagesLayoutTests {
    private static let layouts: [ArchiveLayout] = [
        .docker(keepIndex: false), .docker(keepIndex: true), .docker2010(saveTime: 7), .oci(keepIndex: false),
        .graphdriver(.docker26, saveTime: 7), .graphdriver(.docker28, saveTime: 7),
        .graphdriver(.docker29, saveTime: 7),
        .synology,
    ]

    private static func a(tag: String = "single") throws -> ArchivedImage { try GoldenImage.image(tag: tag) }

    private static func b(layers count: Int = 2) throws -> ArchivedImage { try GoldenImage.sibling(layers: count) }

    private static func name(_ path: String, _ tag: String?, domain: String = "docker.io") -> ImageReference {
        ImageReference(domain: domain, path: path, tag: tag, digest: nil)
    }

    private func json(_ path: String, in members: [ArchiveMember]) throws -> GoJSON {
        let member = try #require(members.first { $0.path == path })
        guard case .bytes(let bytes) = member.content else { throw PullError.Cause.malformed(path) }
        return try GoJSON(parsing: bytes)
    }

    private func text(_ json: GoJSON?) -> String? {
        if case .string(let text)? = json { String(decoding: text, as: UTF8.self) } else { nil }
    }

    private func texts(_ json: GoJSON?) -> [String] { json?.elements.compactMap(text) ?? [] }

    private func annotation(_ key: String, of descriptor: GoJSON) -> String? { text(descriptor["annotations"]?[key]) }

    // MARK: every layout

    @Test(arguments: layouts)
    func everyMemberIsThereOnce(layout: ArchiveLayout) throws {
        let images = [try Self.a(), try Self.b()]
        let members = try layout.members(of: images)
        #expect(Set(members.map(\.path)).count == members.count)
        #expect(try layout.members(of: images) == members)
        // Each image alone is in it whole, except for what lists the images.
        let lists = ["manifest.json", "index.json", "repositories"]
        for image in images {
            for member in try layout.members(of: [image]) where !lists.contains(member.path) {
                #expect(members.contains { $0.path == member.path }, "\(member.path)")
            }
        }
    }

    @Test(arguments: layouts)
    func theOrderIsTheirs(layout: ArchiveLayout) throws {
        for images in [[try Self.a(), try Self.b()], [try Self.b(), try Self.a()]] {
            let members = try layout.members(of: images)
            let names = images.flatMap(\.names).map(\.familiar)
            if case .oci = layout {
            } else {
                let entries = try json("manifest.json", in: members).elements
                #expect(entries.flatMap { texts($0["RepoTags"]) } == names)
            }
            if members.contains(where: { $0.path == "index.json" }) {
                let descriptors = try json("index.json", in: members)["manifests"]?.elements ?? []
                #expect(descriptors.map { annotation("io.containerd.image.name", of: $0) } == names)
            }
        }
    }

    /// One image under two names is one image.
    @Test(arguments: layouts)
    func theSameImageTwice(layout: ArchiveLayout) throws {
        var (one, other) = (try Self.a(), try Self.a())
        one.names = [Self.name("library/x", "1"), Self.name("library/x", "2")]
        other.names = [Self.name("library/x", "2"), Self.name("y/z", "1")]
        let members = try layout.members(of: [one, other])
        let names = ["x:1", "x:2", "y/z:1"]
        if case .oci = layout {
            #expect(!members.contains { $0.path == "manifest.json" })
        } else {
            let entries = try json("manifest.json", in: members).elements
            #expect(entries.map { texts($0["RepoTags"]) } == [names])
        }
        if members.contains(where: { $0.path == "index.json" }) {
            let descriptors = try json("index.json", in: members)["manifests"]?.elements ?? []
            #expect(
                descriptors.map { annotation("io.containerd.image.name", of: $0) }
                    == ["docker.io/library/x:1", "docker.io/library/x:2", "docker.io/y/z:1"])
            #expect(Set(descriptors.map { $0["digest"] }).count == 1)
        }
        if members.contains(where: { $0.path == "repositories" }) {
            let repositories = try json("repositories", in: members)
            guard case .object(let entries) = repositories else { throw PullError.Cause.malformed("repositories") }
            #expect(entries.map { String(decoding: $0.name, as: UTF8.self) } == ["x", "y/z"])
            let top = repositories["y/z"]?["1"]
            #expect(top != nil && repositories["x"] == .object(["1": top ?? .null, "2": top ?? .null]))
        }
    }

    /// A name that meant two images would load as one of them.
    @Test(arguments: layouts)
    func oneNameForTwoImages(layout: ArchiveLayout) throws {
        var other = try Self.b()
        other.names = try Self.a().names
        #expect(throws: PullError.Cause.unsupported("two images named 127.0.0.1:5055/lab/img1:single")) {
            _ = try layout.members(of: [Self.a(), other])
        }
    }

    // MARK: docker and oci

    /// The blobs were pulled from each of the places, as containerd notes it on them.
    @Test func theSourcesOfOneManifest() throws {
        var images = [try Self.a(), try Self.a(), try Self.a(), try Self.a()]
        let places = [("z/z", "ghcr.io"), ("a/a", "ghcr.io"), ("z/z", "ghcr.io"), ("a/a", "r.local:5000")]
        for (index, place) in places.enumerated() {
            images[index].names = [Self.name("n", "\(index)")]
            images[index].source = Self.name(place.0, nil, domain: place.1)
        }
        let members = try ArchiveLayout.docker(keepIndex: false).members(of: images)
        let descriptors = try json("index.json", in: members)["manifests"]?.elements ?? []
        #expect(descriptors.count == 4)
        for descriptor in descriptors {
            #expect(annotation("containerd.io/distribution.source.ghcr.io", of: descriptor) == "a/a,z/z")
            #expect(annotation("containerd.io/distribution.source.r.local", of: descriptor) == "a/a")
        }
        images[0].source = nil
        let alone = try json("index.json", in: ArchiveLayout.docker(keepIndex: false).members(of: [images[0]]))
        guard case .object(let notes)? = alone["manifests"]?.elements.first?["annotations"] else {
            throw PullError.Cause.malformed("annotations")
        }
        #expect(notes.count == 2)
    }

    /// The index and the manifest in it are two things to point to, and one image to old readers.
    @Test func aKeptIndexAndItsManifest() throws {
        let members = try ArchiveLayout.docker(keepIndex: true).members(of: [Self.a(tag: "multi"), Self.a()])
        let descriptors = try json("index.json", in: members)["manifests"]?.elements ?? []
        let (index, manifest) = (try #require(try Self.a(tag: "multi").index), try Self.a().manifest)
        #expect(
            descriptors.map { text($0["digest"]) }
                == [index.descriptor.digest, manifest.descriptor.digest].map(\.description))
        let entries = try json("manifest.json", in: members).elements
        #expect(
            entries.map { texts($0["RepoTags"]) } == [
                ["127.0.0.1:5055/lab/img1:multi", "127.0.0.1:5055/lab/img1:single"]
            ])
    }

    /// Two platforms of one tag, its index kept: the index is there once, and the blobs of both.
    @Test func twoPlatformsOfOneIndex() throws {
        let one = try Self.a(tag: "multi")
        var other = try Self.b(layers: 1)
        other.names = one.names
        other.index = one.index
        other.others = [ListedContent(other.manifest.descriptor, bytes: other.manifest.bytes)]
        let members = try ArchiveLayout.docker(keepIndex: true).members(of: [one, other])
        #expect(try json("index.json", in: members)["manifests"]?.elements.count == 1)
        #expect(try json("manifest.json", in: members).elements.count == 1)
        for image in [one, other] {
            #expect(members.contains { $0.path == image.manifest.config.digest.blobPath })
        }
    }

    /// What selects an image of an OCI layout must select one.
    @Test func referencesInAnOCILayout() throws {
        var other = try Self.b()
        other.names = [Self.name("lab/img2", "single"), Self.name("lab/img2", "v2")]
        for images in [[try Self.a(), other], [other, try Self.a()]] {
            let members = try ArchiveLayout.oci(keepIndex: false).members(of: images)
            let descriptors = try json("index.json", in: members)["manifests"]?.elements ?? []
            let names = descriptors.map { annotation("org.opencontainers.image.ref.name", of: $0) ?? "" }
            #expect(
                names.sorted() == ["127.0.0.1:5055/lab/img1:single", "docker.io/lab/img2:single", "v2"])
        }
        let alone = try ArchiveLayout.oci(keepIndex: false).members(of: [Self.a()])
        let descriptor = try #require(try json("index.json", in: alone)["manifests"]?.elements.first)
        #expect(annotation("org.opencontainers.image.ref.name", of: descriptor) == "single")
        #expect(annotation("io.containerd.image.name", of: descriptor) == "127.0.0.1:5055/lab/img1:single")
    }

    /// The index of a folder that grows: what was the only one of its tag may not stay so, and the other way round; what
    /// others wrote is left as it is.
    @Test func referencesInAnIndexThatGrows() throws {
        let key = "org.opencontainers.image.ref.name"
        func descriptor(_ name: String?, _ label: String?) -> GoJSON {
            let notes = [("a", "1"), ("io.containerd.image.name", name), (key, label), ("z", "2")]
            let members = notes.compactMap { key, value in
                value.map { GoJSON.Member(name: Array(key.utf8), value: .text($0)) }
            }
            return .object(["digest": .text("d"), "annotations": .object(members)])
        }
        func labels(_ descriptors: GoJSON...) -> [String?] {
            let told = ArchiveIndex.tellingApart(descriptors)
            for (told, descriptor) in zip(told, descriptors) {
                #expect(
                    told.setting(key, to: .null, in: "annotations")
                        == descriptor.setting(key, to: .null, in: "annotations"))
            }
            return told.map { annotation(key, of: $0) }
        }
        let (one, other) = ("r.local:5000/one:v1", "docker.io/other:v1")
        #expect(labels(descriptor(one, "v1"), descriptor(other, "v1")) == [one, other])
        #expect(labels(descriptor(one, one), descriptor(other, "v1")) == [one, other])
        #expect(labels(descriptor(one, one)) == ["v1"])
        #expect(labels(descriptor(nil, "v1"), descriptor(one, "v1")) == ["v1", one])
        #expect(labels(descriptor("r.local/x@sha256:00", "mine"), descriptor(one, "v1")) == ["mine", "v1"])
        #expect(ArchiveIndex.tellingApart([.null, .object([])]) == [.null, .object([])])
    }

    // MARK: layers inflated

    /// The second layer is the top of `B` and lies lower in `A`: two objects of the first format, and one file.
    @Test func theClassicLayoutLinksAcrossImages() throws {
        let members = try ArchiveLayout.docker2010(saveTime: 7).members(of: [Self.a(), Self.b()])
        let alone = try ArchiveLayout.docker2010(saveTime: 7).members(of: [Self.a()])
        let added = members.filter { member in !alone.contains(member) }
        let (layer, configuration) = (try Self.a().manifest.layers[1], try Self.b().manifest.config.digest)
        let second = try #require(alone.first { $0.content.layer == layer })
        let folder = second.path.prefix { $0 != "/" }
        let link = try #require(added.first { if case .link = $0.content { true } else { false } })
        #expect(link.content == .link("../\(folder)/layer.tar"))
        // Its folder with four members, its configuration, and the lists.
        #expect(added.count == 4 + 1 + 2)
        #expect(added.filter { $0.modified == 7 }.count == 4)
        let config = try #require(added.first { $0.path == configuration.hex + ".json" })
        #expect(config.modified == 1_672_628_645)
        let entries = try json("manifest.json", in: members).elements
        #expect(texts(entries.last?["Layers"]).last == link.path)
        let repositories = try json("repositories", in: members)
        #expect(text(repositories["127.0.0.1:5055/lab/img2"]?["other"]).map { $0 + "/layer.tar" } == link.path)
    }

    /// The other way round the file is `B`'s, and `A` links to it, twice; and everything has its image's time.
    @Test func theFirstImageHasTheFile() throws {
        let members = try ArchiveLayout.docker2010(saveTime: 7).members(of: [Self.b(), Self.a()])
        let top = try json("repositories", in: members)["127.0.0.1:5055/lab/img2"]?["other"]
        let folder = try #require(text(top))
        let links = members.compactMap { if case .link(let target) = $0.content { target } else { nil } }
        #expect(links == Array(repeating: "../\(folder)/layer.tar", count: 2))
        // The lowest layer has one object in both, which was saved with `B`.
        let times = Dictionary(grouping: members.filter { $0.path.hasSuffix("/layer.tar") }, by: \.modified)
        #expect(times.mapValues(\.count) == [1_672_628_645: 2, 1_709_618_828: 1, 7: 2])
    }

    @Test(arguments: DockerRelease.allCases)
    func graphdriverStores(release: DockerRelease) throws {
        let (a, b) = (try Self.a(), try Self.b())
        let layout = ArchiveLayout.graphdriver(release, saveTime: 7)
        let members = try layout.members(of: [a, b], sizes: GoldenImage.sizes())
        let layers = members.filter { $0.content.layer != nil }
        #expect(layers.map(\.path) == Set(a.diffIDs).map(\.blobPath).sorted())
        #expect(layers.allSatisfy { $0.modified == 1_709_618_828 })
        // The folder of all was last set with the last image.
        #expect(members.first { $0.path == "blobs/" }?.modified == 1_672_628_645)
        #expect(members.first { $0.path == b.manifest.config.digest.blobPath }?.modified == 1_672_628_645)
        // `B` brings its configuration, its manifest, and one object: that of its lowest layer is `A`'s too.
        #expect(try members.count == layout.members(of: [a], sizes: GoldenImage.sizes()).count + 3)
        let entries = try json("manifest.json", in: members).elements
        #expect(texts(entries[1]["Layers"]) == b.diffIDs.map(\.blobPath))
        let sources = try #require(entries[1]["LayerSources"])
        #expect(sources[b.diffIDs[0].description]?["size"] == .number("307200"))
        #expect(sources[a.diffIDs[2].description] == nil)
        let repositories = try json("repositories", in: members)
        #expect(text(repositories["127.0.0.1:5055/lab/img2"]?["other"]) == b.diffIDs[1].hex)
    }

    /// Nothing sets the times of an image that has none, up to Docker 27; later they are 0.
    @Test(arguments: DockerRelease.allCases)
    func imagesWithoutATime(release: DockerRelease) throws {
        let image = try GoldenImage.sibling(layers: 2, created: nil)
        let layout = ArchiveLayout.graphdriver(release, saveTime: 7)
        let members = try layout.members(of: [image], sizes: GoldenImage.sizes())
        let time: Int64 = release == .docker26 ? 7 : 0
        let ofTheImage = members.filter { $0.path == "blobs/" || $0.content.layer != nil }
        #expect(ofTheImage.count == 3 && ofTheImage.allSatisfy { $0.modified == time })
        #expect(members.first { $0.path == image.manifest.config.digest.blobPath }?.modified == time)
        // Behind an image that has one, the folder of all keeps that one's.
        let both = try layout.members(of: [Self.a(), image], sizes: GoldenImage.sizes())
        #expect(both.first { $0.path == "blobs/" }?.modified == (release == .docker26 ? 1_709_618_828 : 0))
    }

    /// An image without a name is in every list that can hold it.
    @Test func imagesWithoutNames() throws {
        var nameless = try Self.b()
        nameless.names = []
        nameless.source = nil
        for layout in [
            ArchiveLayout.graphdriver(.docker28, saveTime: 0), .docker(keepIndex: false), .oci(keepIndex: true),
        ] {
            let members = try layout.members(of: [Self.a(), nameless])
            let descriptors = try json("index.json", in: members)["manifests"]?.elements ?? []
            #expect(descriptors.map { $0["annotations"] == nil } == [false, true])
        }
        for layout in [ArchiveLayout.graphdriver(.docker28, saveTime: 0), .docker2010(saveTime: 0)] {
            let members = try layout.members(of: [nameless])
            #expect(!members.contains { $0.path == "repositories" })
            #expect(try json("manifest.json", in: members).elements.first?["RepoTags"] == .null)
        }
    }
}
