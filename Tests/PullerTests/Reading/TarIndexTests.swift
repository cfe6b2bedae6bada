import Foundation
import Testing

@testable import Puller

/// Tar archives as other programs write them, and as nobody should.
@Suite struct TarIndexTests {
    private static let long = String(repeating: "folder-with-a-long-name/", count: 9) + "file"

    @Test(
        .enabled(if: Tool.areThere(.tar)),
        arguments: ["v7", "ustar", "oldgnu", "gnu", "pax"])
    func whatGNUTarWrites(format: String) throws {
        let folder = try ScratchFolder()
        let name = ["v7", "ustar"].contains(format) ? "a/short" : Self.long
        let file = URL(filePath: folder.path(name))
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("hello".utf8).write(to: file)
        let top = String(name.prefix { $0 != "/" })
        try FileManager.default.createSymbolicLink(atPath: folder.path("\(top)/link"), withDestinationPath: name)
        try FileManager.default.linkItem(atPath: file.path, toPath: folder.path("z-hard"))
        _ = try Tool.tar.run("-C", folder.path, "--format=\(format)", "-cf", folder.path("a.tar"), top, "z-hard")
        let opened = try OpenFile(folder.path("a.tar"))
        let index = try TarIndex(opened, size: opened.size)
        #expect(index.damage == nil)
        let entry = try #require(index.file(name))
        #expect(try opened.bytes(at: entry.offset, count: Int(entry.size)) == Array("hello".utf8))
        #expect(index.file("z-hard") == entry)
        #expect(index.entries.contains { $0.path == "\(top)/link" && $0.kind == .symbolicLink(name) })
        #expect(index.entries.contains { $0.path == "\(top)/" && $0.kind == .folder })
    }

    @Test func aPrefixIsOnlyUstars() throws {
        var tar = TarBench()
        tar.raw("name", prefix: "some/where", content: [1])
        tar.raw("other", magic: "ustar  \u{0}", prefix: "some/where", content: [2])
        tar.end()
        #expect(try tar.index().entries.map(\.path) == ["some/where/name", "other"])
    }

    @Test func sizesInBase256() throws {
        var tar = TarBench()
        tar.raw("big", size: [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3], magic: "ustar  \u{0}", content: [1, 2, 3])
        tar.file("next", "x")
        tar.end()
        #expect(try tar.index().entries.map(\.size) == [3, 1])
    }

    @Test(arguments: [
        [0xff] + Array(repeating: 0xff, count: 11), [0x80] + Array(repeating: 0xff, count: 11),
        Array("99999999999\0".utf8), Array("-0000000001\0".utf8), Array("00000 00001\0".utf8),
    ])
    func sizesThatAreNone(size: [UInt8]) throws {
        var tar = TarBench()
        tar.raw("file", size: size)
        #expect(try tar.index().damage?.reason == .number)
        #expect(tar.streamed.damage == .number)
    }

    @Test func endsOfAllKinds() throws {
        var tar = TarBench()
        tar.file("file", "hello")
        #expect(try tar.index().damage == nil)
        for ending in [512, 1024, 10240] {
            var ended = tar
            ended.bytes += [UInt8](repeating: 0, count: ending)
            #expect(try ended.index().damage == nil)
            #expect(ended.streamed.damage == nil)
        }
        var half = tar
        half.bytes += [UInt8](repeating: 0, count: 512)
        half.file("late", "x")
        #expect(try half.index().damage == TarIndex.Damage(reason: .halfAnEnd, offset: 1536))
        #expect(half.streamed.damage == .halfAnEnd)
        var behind = tar
        behind.end()
        behind.file("late", "x")
        #expect(try behind.index().entries.count == 1)
    }

    @Test(arguments: [1, 100, 511, 513, 516])
    func truncated(count: Int) throws {
        var tar = TarBench()
        tar.file("file", "hello")
        tar.bytes = Array(tar.bytes.prefix(count))
        #expect(try tar.index().damage?.reason == .truncated)
        #expect(tar.streamed.damage == .truncated)
    }

    @Test(arguments: [517, 600, 1024])
    func paddingMayBeMissing(count: Int) throws {
        var tar = TarBench()
        tar.file("file", "hello")
        tar.bytes = Array(tar.bytes.prefix(count))
        #expect(try tar.index().damage == nil)
        #expect(tar.streamed.damage == nil)
    }

    @Test func aWrongChecksum() throws {
        var tar = TarBench()
        tar.file("first", "x")
        tar.file("file", "hello")
        tar.bytes[1024] = UInt8(ascii: "g")
        let index = try tar.index()
        #expect(index.damage == TarIndex.Damage(reason: .checksum, offset: 1024))
        #expect(index.entries.count == 1)
        #expect(tar.streamed.damage == .checksum)
    }

    @Test(arguments: [
        ("30 path=abc\n", TarDamage.extensionMalformed), ("12 path=abcX", .extensionMalformed),
        ("x path=abc\n", .extensionMalformed), ("11 size=-1\n", .number), ("6 =ab\n", .extensionMalformed),
        ("99999999999 path=a\n", .extensionMalformed), ("", nil), ("12 path=abc\n", nil),
    ])
    func extendedHeaders(records: String, damage: TarDamage?) throws {
        var tar = TarBench()
        tar.raw("pax", type: "x", content: Array(records.utf8))
        tar.file("file", "hello")
        tar.end()
        let index = try tar.index()
        #expect(index.damage?.reason == damage)
        #expect(tar.streamed.damage == damage)
        if damage == nil { #expect(index.entries.map(\.path) == [records.isEmpty ? "file" : "abc"]) }
    }

    @Test(arguments: ["x", "L", "K", "g"] as [Character])
    func extendedHeadersAreBounded(type: Character) throws {
        var tar = TarBench()
        tar.raw("pax", type: type, size: TarBench.octal(2 << 30))
        #expect(try tar.index().damage?.reason == .extensionTooLong)
        #expect(tar.streamed.damage == .extensionTooLong)
    }

    @Test func aMillionMembersAreNotRead() throws {
        let folder = try ScratchFolder()
        let header = TarBench.header(
            "f", type: "0", size: TarBench.octal(0), link: "", magic: "ustar\u{0}00", prefix: "")
        let block = Data((0..<1000).flatMap { _ in header })
        let path = folder.path("a.tar")
        try Data().write(to: URL(filePath: path))
        let handle = try #require(FileHandle(forWritingAtPath: path))
        for _ in 0..<110 { try handle.write(contentsOf: block) }
        try handle.close()
        let file = try OpenFile(path)
        #expect(try TarIndex(file, size: file.size).damage?.reason == .tooManyMembers)
    }

    @Test func linksAreFollowedInside() throws {
        var tar = TarBench()
        tar.file("a/layer.tar", "first")
        tar.link("b/layer.tar", to: "../a/layer.tar")
        tar.link("c", to: "b")
        tar.link("absolute", to: "/a/layer.tar")
        tar.raw("hard", type: "1", link: "a/layer.tar")
        tar.link("loop", to: "pool")
        tar.link("pool", to: "loop")
        tar.link("self", to: "self/x")
        tar.link("out", to: "../../etc/passwd")
        tar.raw("hard-out", type: "1", link: "../etc/passwd")
        tar.raw("hard-self", type: "1", link: "hard-self")
        tar.raw("device", type: "3")
        tar.end()
        let index = try tar.index()
        let first = try #require(index.file("a/layer.tar"))
        for name in ["b/layer.tar", "./c/layer.tar", "absolute", "hard", "a/../a//layer.tar", "c/../a/layer.tar"] {
            #expect(index.file(name) == first, "\(name)")
        }
        for name in ["loop", "self", "out", "hard-out", "hard-self", "device", "a", "../a/layer.tar", "etc/passwd"] {
            #expect(index.file(name) == nil, "\(name)")
        }
    }

    @Test func theLastOfANameCounts() throws {
        var tar = TarBench()
        tar.file("name", "first")
        tar.raw("hard", type: "1", link: "name")
        tar.file("./name", "second")
        tar.end()
        let index = try tar.index()
        #expect(index.file("name")?.size == 6)
        #expect(index.file("hard")?.size == 5)
    }

    @Test func damageDoesNoHarm() throws {
        let golden = try GoldenImage.archive("docker-20.10.tar")
        for seed in 0..<60 {
            var tar = TarBench(bytes: Array(golden.prefix(golden.count - seed * 37 % golden.count)))
            for step in 0..<8 where !tar.bytes.isEmpty {
                tar.bytes[(seed * 7919 + step * 104_729) % tar.bytes.count] = UInt8(
                    truncatingIfNeeded: seed &* 31 &+ step)
            }
            let index = try tar.index()
            #expect((index.damage?.reason == tar.streamed.damage) && Int64(index.entries.count) == tar.streamed.count)
        }
    }
}
