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

    /// Each with what shows the time of the save in it: a repeated layer's folder, or folders and lists of the blobs.
    @Test(
        arguments: [
            (
                .docker2010(saveTime: 1_700_000_000), "docker-20.10.tar",
                ["/", "/VERSION", "/json", "/layer.tar"].map {
                    "be269dadeb71dc7047b430528345860c21771c1751e67853509af9f974003eb9" + $0
                }
            ),
            (.graphdriver(.docker26, saveTime: 1_700_000_000), "docker-26.tar", ["blobs/sha256/", "index.json"]),
            (.graphdriver(.docker28, saveTime: 1_700_000_000), "docker-28-graphdriver.tar", ["blobs/sha256/"]),
            (.graphdriver(.docker29, saveTime: 1_700_000_000), "docker-29-graphdriver.tar", []),
        ] as [(ArchiveLayout, String, [String])])
    func inflatedLayout(layout: ArchiveLayout, file: String, shownIn paths: [String]) throws {
        let image = try GoldenImage.image(tag: "single")
        let written = try WrittenArchive.bytes(
            of: layout.members(of: [image], sizes: try GoldenImage.sizes()), blob: GoldenImage.blob)
        try expectEqual(
            written, Self.settingSaveTime(1_700_000_000, of: Set(paths), in: GoldenImage.archive(file)))
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

    /// The golden archive with another time of the save in these members.
    private static func settingSaveTime(_ time: Int64, of paths: Set<String>, in archive: [UInt8]) throws -> [UInt8] {
        var archive = archive
        var offset = 0
        var found: Set<String> = []
        while archive[offset] != 0 {
            let header = archive[offset..<(offset + 512)]
            let name = String(decoding: header.prefix(100).prefix { $0 != 0 }, as: UTF8.self)
            if paths.contains(name) {
                let digits = Array(String(time, radix: 8).utf8)
                archive.replaceSubrange(
                    (offset + 136)..<(offset + 147), with: Array(repeating: 0x30, count: 11 - digits.count) + digits)
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
        #expect(found == paths)
        return archive
    }
}
