import Foundation
import Testing

@testable import Puller

/// The archives that real Docker daemons wrote are ours to the byte.
@Suite struct GoldenTests {
    @Test(arguments: [
        (tag: "single", keepIndex: false, file: "docker-29-containerd.tar"),
        (tag: "single", keepIndex: true, file: "docker-29-containerd.tar"),
        (tag: "multi", keepIndex: false, file: "docker-28-containerd-platform.tar"),
        (tag: "multi", keepIndex: true, file: "docker-29-containerd-index.tar"),
    ])
    func dockerLayout(tag: String, keepIndex: Bool, file: String) throws {
        let image = try GoldenImage.image(tag: tag)
        let members = try ArchiveLayout.docker(keepIndex: keepIndex).members(of: [image])
        let folder = try ScratchFolder()
        let archive = try ArchiveFile.create(at: folder.path("image.tar"))
        let plan = try #require(try ArchivePlan(members))
        try archive.write(plan)
        // The last blob first: places do not depend on the order of arrival.
        for entry in plan.entries.reversed() {
            guard case .blob(let descriptor) = entry.member.content else { continue }
            try archive.write(try GoldenImage.blob(descriptor.digest), at: entry.contentOffset)
        }
        try archive.commit(replacing: false)
        try expectEqual(folder.bytes("image.tar"), GoldenImage.archive(file))
        #expect(try folder.names() == ["image.tar"])
    }

    @Test(arguments: GoldenImage.inflated)
    func inflatedLayout(layout: ArchiveLayout, golden: GoldenImage.TimedArchive) throws {
        let image = try GoldenImage.image(tag: "single")
        let written = try WrittenArchive.bytes(
            of: layout.members(of: [image], sizes: try GoldenImage.sizes()), blob: GoldenImage.blob)
        try expectEqual(written, golden.bytes())
    }

    /// Which layers an archive needs does not depend on their sizes, which nobody knows before they are here.
    @Test(arguments: DockerRelease.allCases)
    func withoutSizes(release: DockerRelease) throws {
        let layout = ArchiveLayout.graphdriver(release, saveTime: 0)
        let image = try GoldenImage.image(tag: "single")
        func layers(_ sizes: InflatedSizes) throws -> [ArchiveMember] {
            try layout.members(of: [image], sizes: sizes).filter { $0.content.layer != nil }
        }
        #expect(try layers([:]) == layers(GoldenImage.sizes()))
        #expect(try layers([:]).count == 3)
        #expect(layout.needsInflatedSizes)
    }

    private func expectEqual(_ written: [UInt8], _ golden: [UInt8]) {
        let difference = zip(written, golden).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        #expect(difference == nil, "first other byte")
        #expect(written.count == golden.count)
    }
}
