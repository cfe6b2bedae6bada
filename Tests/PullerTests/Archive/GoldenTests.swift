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

    @Test func docker2010Layout() throws {
        let saveTime: Int64 = 1_700_000_000
        let image = try GoldenImage.image(tag: "single")
        let members = try ArchiveLayout.docker2010(saveTime: saveTime).members(of: [image])
        let folder = try ScratchFolder()
        let archive = try ArchiveFile.create(at: folder.path("image.tar"))
        let stream = try ArchiveStream(to: archive)
        for member in members {
            if case .inflated(let descriptor, _) = member.content {
                let spool = try SpoolFile.holding(GoldenImage.blob(descriptor.digest), beside: archive.path)
                try stream.append(member, inflating: spool)
            } else {
                try stream.append(member)
            }
        }
        let size = try stream.finish()
        try archive.commit(replacing: true)
        let written = try folder.bytes("image.tar")
        #expect(written.count == size)
        try expectEqual(written, Self.settingSaveTime(saveTime, in: GoldenImage.archive("docker-20.10.tar")))
    }

    private func expectEqual(_ written: [UInt8], _ golden: [UInt8]) {
        let difference = zip(written, golden).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        #expect(difference == nil, "first other byte")
        #expect(written.count == golden.count)
    }

    /// The golden archive with another time of the save: in the four members of the repeated layer, whose time is not the
    /// image's.
    private static func settingSaveTime(_ time: Int64, in archive: [UInt8]) throws -> [UInt8] {
        var archive = archive
        var offset = 0
        var count = 0
        while archive[offset] != 0 {
            let header = archive[offset..<(offset + 512)]
            let name = String(decoding: header.prefix(100).prefix { $0 != 0 }, as: UTF8.self)
            if name.hasPrefix("be269dadeb71dc7047b430528345860c21771c1751e67853509af9f974003eb9/") {
                let digits = Array(String(time, radix: 8).utf8)
                archive.replaceSubrange(
                    (offset + 136)..<(offset + 147), with: Array(repeating: 0x30, count: 11 - digits.count) + digits)
                archive.replaceSubrange((offset + 148)..<(offset + 156), with: Array("        ".utf8))
                let sum = archive[offset..<(offset + 512)].reduce(0) { $0 + Int($1) }
                archive.replaceSubrange(
                    (offset + 148)..<(offset + 154), with: Array(String(format: "%06o", sum).utf8))
                archive[offset + 154] = 0
                count += 1
            }
            let size = try #require(
                Int(String(decoding: header.dropFirst(124).prefix(11), as: UTF8.self), radix: 8))
            offset += 512 + (size + 511) / 512 * 512
        }
        #expect(count == 4)
        return archive
    }
}
