import Puller
import Testing

@testable import docker_tar_lab

@Suite struct EnginesTests {
    private let gzip = "application/vnd.docker.image.rootfs.diff.tar.gzip"
    private let zstd = "application/vnd.oci.image.layer.v1.tar+zstd"

    private func index(_ count: Int) -> ImageIndex {
        let manifests = (0..<count).map { Sample.layer($0, size: 1) }
        return ImageIndex(bytes: [], descriptor: Sample.layer(99, size: 1), manifests: manifests)
    }

    private func engines(
        _ layout: ArchiveLayout, _ types: [String], index: ImageIndex? = nil,
        compression: ArchiveRequest.Compression = .none
    ) -> Engines {
        Engines(
            layout: layout, index: index, layers: types.enumerated().map { Sample.layer($0, size: 1, type: $1) },
            compression: compression)
    }

    @Test func theUsualArchiveLoadsEverywhere() {
        let engines = engines(.docker(keepIndex: false), [gzip, gzip], index: index(8))
        #expect(engines.names.map(\.en) == ["Docker 20.10 and later", "podman", "containerd and k3s"])
        #expect(engines.notes == [])
        #expect(
            Sentence.loadsInto(engines.names).en == "Loads into: Docker 20.10 and later, podman, containerd and k3s")
    }

    @Test func zstdLayersAreNamedUnlessTheyAreInflated() {
        let stored = engines(.docker(keepIndex: false), [gzip, zstd])
        #expect(stored.names.first == .docker(since: "23.0"))
        #expect(stored.notes == [.zstdLayers])
        let inflated = engines(.docker2010(saveTime: 0), [zstd])
        #expect(inflated.names.contains(.docker(since: "1.10")))
        #expect(inflated.notes == [])
    }

    @Test func aKeptIndexIsNamedWhereItNamesMoreThanThereIs() {
        #expect(engines(.docker(keepIndex: true), [gzip], index: index(2)).notes == [.keptIndex])
        #expect(engines(.docker(keepIndex: true), [gzip], index: index(1)).notes == [])
        #expect(engines(.docker(keepIndex: true), [gzip]).notes == [])
        #expect(engines(.docker(keepIndex: false), [gzip], index: index(2)).notes == [])
    }

    @Test func everyLayoutNamesWhoLoadsIt() {
        for release in DockerRelease.allCases {
            let names = engines(.graphdriver(release, saveTime: 0), [zstd]).names
            #expect(names == [.docker(since: "20.10"), .podman, .containerd])
        }
        #expect(engines(.synology, [zstd]).names.contains(.nas))
        #expect(engines(.oci(keepIndex: false), [zstd]).names == [.docker(since: "29"), .podman, .containerd])
        #expect(engines(.oci(keepIndex: true), [gzip], index: index(2)).notes == [.keptIndex])
        let folder = Engines(
            layout: .oci(keepIndex: false), index: nil, layers: [], compression: .none, isFolder: true)
        #expect(folder.names == [.podman, .folderTools])
        let several = Engines(
            layout: .oci(keepIndex: false), index: nil, layers: [], compression: .none, nameCount: 2)
        #expect(several.names == [.docker(since: "29"), .containerd])
    }

    @Test func foreignLayersAndCompressedArchivesAreNamed() {
        let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
        #expect(engines(.docker(keepIndex: false), [foreign, gzip]).notes == [.foreignLayersIncluded])
        let skipping = Engines(
            layout: .docker(keepIndex: false), index: nil, layers: [Sample.layer(0, size: 1, type: foreign)],
            compression: .none, omitsForeignLayers: true)
        #expect(skipping.notes == [.foreignLayers])
        #expect(skipping.names == [], "nobody knows where else it is")
        #expect(engines(.docker2010(saveTime: 0), [foreign]).notes == [])
        #expect(engines(.docker(keepIndex: false), [gzip], compression: .zstd).notes == [.zstdArchive])
        #expect(engines(.docker(keepIndex: false), [gzip], compression: .gzip).notes == [])
    }

    @Test(arguments: [(1, [Sentence.podman]), (2, [])])
    func aLayerThatIsLeftOutIsFetchedByPodmanAlone(names: Int, engines: [Sentence]) {
        var layer = Sample.layer(0, size: 1, type: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")
        layer.urls = ["https://storage.example/layer"]
        let skipping = Engines(
            layout: .docker(keepIndex: false), index: nil, layers: [layer], compression: .none,
            omitsForeignLayers: true, nameCount: names)
        #expect(skipping.names == engines)
    }
}
