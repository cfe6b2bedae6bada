import Foundation
import Testing

@testable import Puller

@Suite struct TarHeaderTests {
    private func file(_ path: String, modified: Int64 = 0, owner: String = "") -> ArchiveMember {
        ArchiveMember(path: path, content: .bytes([]), mode: 0o644, modified: modified, owner: owner)
    }

    private func text(_ header: [UInt8], _ range: Range<Int>) -> String {
        String(decoding: header[range].prefix { $0 != 0 }, as: UTF8.self)
    }

    @Test(
        arguments: [
            (0, 0), (1, 511), (511, 1), (512, 0), (513, 511), (Int64.max, 1), (8_589_934_592, 0),
        ] as [(Int64, Int)])
    func padding(size: Int64, zeros: Int) {
        #expect(TarHeader.padding(after: size) == zeros)
    }

    @Test func plainFields() {
        let header = TarHeader.bytes(of: file("a/b", modified: 1_709_618_828, owner: "root"), size: 8_589_934_591)
        #expect(header.count == 512)
        #expect(text(header, 0..<100) == "a/b")
        #expect(text(header, 100..<108) == "0000644")
        #expect(text(header, 124..<136) == "77777777777")
        #expect(text(header, 136..<148) == "14571533214")
        #expect(header[156] == UInt8(ascii: "0"))
        #expect(Array(header[257..<265]) == Array("ustar\u{0}00".utf8))
        #expect(text(header, 265..<297) == "root" && text(header, 297..<329) == "root")
    }

    /// A size that eleven octal digits cannot hold takes a pax record, and ustar's own field says 0.
    @Test func sizeBeyondEightGibibytes() {
        let header = TarHeader.bytes(of: file("blobs/sha256/x"), size: 8_589_934_592)
        #expect(header.count == 1536)
        #expect(text(header, 0..<100) == "blobs/sha256/PaxHeaders.0/x")
        #expect(header[156] == UInt8(ascii: "x"))
        #expect(text(header, 124..<136) == "00000000023")
        #expect(text(header, 512..<1024) == "19 size=8589934592\n")
        #expect(text(header, 1024..<1124) == "blobs/sha256/x")
        #expect(text(header, 1148..<1160) == "00000000000")
    }

    @Test func timesThatUstarCannotHold() {
        #expect(text(TarHeader.bytes(of: file("x", modified: -1), size: 0), 512..<1024) == "12 mtime=-1\n")
        #expect(
            text(TarHeader.bytes(of: file("x", modified: 9_000_000_000), size: 0), 512..<1024)
                == "20 mtime=9000000000\n")
    }

    @Test func severalRecordsAreSorted() {
        let member = ArchiveMember(
            path: String(repeating: "n", count: 101), content: .link(String(repeating: "t", count: 101)), mode: 0o777,
            modified: -1)
        let header = TarHeader.bytes(of: member, size: 0)
        let records = text(header, 512..<1024)
        #expect(
            records.split(separator: "\n").map { $0.drop { $0 != " " }.prefix { $0 != "=" } } == [
                " linkpath", " mtime", " path",
            ])
    }

    /// A record's length counts its own digits, also where they grow by it.
    @Test(arguments: [88, 89, 90, 91, 92, 93, 987, 988, 989, 990, 991, 992]) func recordLengths(count: Int) throws {
        let path = String(repeating: "é", count: count)
        let header = TarHeader.bytes(of: file(path), size: 0)
        let record = text(header, 512..<(header.count - 512))
        let length = try #require(Int(record.prefix { $0 != " " }))
        #expect(length == record.utf8.count)
        #expect(record.hasSuffix(" path=\(path)\n"))
    }

    /// Names that are split at a slash, and names that cannot be.
    @Test(
        arguments: [
            (100, 0, 512), (101, 0, 1536), (155 + 1 + 100, 155, 512), (156 + 1 + 100, 156, 1536),
            (101 + 1 + 1, 101, 512),
        ] as [(Int, Int, Int)])
    func longNames(length: Int, slash: Int, headerSize: Int) {
        var name = Array(repeating: "n", count: length)
        if slash > 0 { name[slash] = "/" }
        let header = TarHeader.bytes(of: file(name.joined()), size: 0)
        #expect(header.count == headerSize)
        if headerSize == 512, slash > 0 { #expect(text(header, 345..<500).utf8.count == slash) }
    }

    /// GNU tar, libarchive and Python read back every name, target, size, mode and time.
    @Test(.enabled(if: Tool.areThere(.tar, .bsdtar, .python3), "needs tar, bsdtar and python3"))
    func othersReadIt() throws {
        let long = String(repeating: "d", count: 120) + "/" + String(repeating: "f", count: 99)
        let unsplit = "blobs/sha512/" + String(repeating: "ab", count: 64)
        let members = [
            ArchiveMember(path: "folder/", content: .folder, mode: 0o755, modified: 1),
            ArchiveMember(
                path: "folder/file", content: .bytes(Array("hello".utf8)), mode: 0o100444, modified: 1_709_618_828,
                owner: "root"),
            ArchiveMember(path: "folder/empty", content: .bytes([]), mode: 0o644, modified: 0),
            ArchiveMember(path: "folder/link", content: .link("../folder/file"), mode: 0o120777, modified: 2),
            ArchiveMember(path: long, content: .bytes([1]), mode: 0o644, modified: 3),
            ArchiveMember(path: unsplit, content: .bytes(Array(repeating: 2, count: 513)), mode: 0o600, modified: 4),
            ArchiveMember(
                path: "ünïcode", content: .link(String(repeating: "t", count: 140)), mode: 0o777, modified: 5),
            ArchiveMember(path: "far", content: .bytes([9]), mode: 0o644, modified: 9_000_000_000),
        ]
        let folder = try ScratchFolder()
        let archive = try ArchiveFile.create(at: folder.path("a.tar"))
        let stream = try ArchiveStream(to: archive)
        for member in members { try stream.append(member) }
        _ = try stream.finish()
        try archive.commit(replacing: false)

        let names = members.map(\.path)
        let path = folder.path("a.tar")
        #expect(
            try Tool.tar.run("--quoting-style=literal", "-tf", path).split(separator: "\n").map(String.init) == names)
        #expect(try Tool.bsdtar.run("-tf", path).split(separator: "\n").count == names.count)
        let script = """
            import tarfile, sys
            for m in tarfile.open(sys.argv[1], encoding='utf-8'):
                print(m.name + ('/' if m.isdir() else ''), m.linkname, m.size, m.mode, int(m.mtime), m.uname, sep='|')
            """
        let expected = members.map { member in
            var target = ""
            if case .link(let text) = member.content { target = text }
            return
                "\(member.path)|\(target)|\(member.content.size ?? -1)|\(member.mode)|\(member.modified)|\(member.owner)"
        }
        let read = try Tool.python3.run("-X", "utf8", "-c", script, path).split(separator: "\n").map(String.init)
        #expect(read == expected)
    }

    /// A sparse archive with a member beyond 8 GiB: the members behind it are found.
    @Test(.enabled(if: Tool.areThere(.tar, .bsdtar, .python3), "needs tar, bsdtar and python3"))
    func othersReadBeyondEightGibibytes() throws {
        let size: Int64 = 9 << 30
        let digest = try #require(Digest("sha256:" + String(repeating: "0", count: 64)))
        let blob = Descriptor(mediaType: "application/octet-stream", digest: digest, size: size)
        let plan = try #require(
            try ArchivePlan([
                ArchiveMember(path: "big", content: .blob(blob), mode: 0o644, modified: 0),
                ArchiveMember(path: "small", content: .bytes([1, 2, 3]), mode: 0o644, modified: 0),
            ]))
        let folder = try ScratchFolder()
        let archive = try ArchiveFile.create(at: folder.path("big.tar"))
        try archive.write(plan)
        try archive.commit(replacing: false)
        let path = folder.path("big.tar")
        #expect(try Tool.tar.run("-tvf", path).contains("\(size)"))
        #expect(try Tool.tar.run("-tf", path) == "big\nsmall\n")
        #expect(try Tool.bsdtar.run("-tf", path) == "big\nsmall\n")
        let script = "import tarfile, sys; print([(m.name, m.size) for m in tarfile.open(sys.argv[1])])"
        #expect(try Tool.python3.run("-c", script, path) == "[('big', \(size)), ('small', 3)]\n")
    }
}
