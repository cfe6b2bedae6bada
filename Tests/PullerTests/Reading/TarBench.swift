import Foundation
import Testing

@testable import Puller

/// A tar archive in the making, as wrong as a test wants it.
struct TarBench {
    var bytes: [UInt8] = []

    /// Adds a file.
    mutating func file(_ path: String, _ content: [UInt8]) {
        add(ArchiveMember(path: path, content: .bytes(content), mode: 0o644, modified: 0), content)
    }

    mutating func file(_ path: String, _ text: String) { file(path, Array(text.utf8)) }

    mutating func folder(_ path: String) {
        add(ArchiveMember(path: path, content: .folder, mode: 0o755, modified: 0), [])
    }

    mutating func link(_ path: String, to target: String) {
        add(ArchiveMember(path: path, content: .link(target), mode: 0o777, modified: 0), [])
    }

    /// A header block with these fields, its checksum right.
    mutating func raw(
        _ name: String, type: Character = "0", size: [UInt8]? = nil, link: String = "", magic: String = "ustar\u{0}00",
        prefix: String = "", content: [UInt8] = []
    ) {
        bytes += Self.header(
            name, type: type, size: size ?? Self.octal(content.count), link: link, magic: magic, prefix: prefix)
        bytes += content + [UInt8](repeating: 0, count: TarHeader.padding(after: Int64(content.count)))
    }

    mutating func end() { bytes += TarHeader.end }

    private mutating func add(_ member: ArchiveMember, _ content: [UInt8]) {
        bytes += TarHeader.bytes(of: member, size: Int64(content.count)) + content
        bytes += [UInt8](repeating: 0, count: TarHeader.padding(after: Int64(content.count)))
    }

    static func octal(_ number: Int) -> [UInt8] {
        let digits = String(number, radix: 8)
        return Array((String(repeating: "0", count: 11 - digits.count) + digits).utf8) + [0]
    }

    static func header(
        _ name: String, type: Character, size: [UInt8], link: String, magic: String, prefix: String
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: some Sequence<UInt8>, at place: Int) {
            for (offset, byte) in text.enumerated() { block[place + offset] = byte }
        }
        put(name.utf8.prefix(100), at: 0)
        put("0000644\0".utf8, at: 100)
        put(size, at: 124)
        put("        ".utf8, at: 148)
        put(String(type).utf8, at: 156)
        put(link.utf8.prefix(100), at: 157)
        put(magic.utf8, at: 257)
        put(prefix.utf8, at: 345)
        let sum = block.reduce(0) { $0 + Int($1) }
        put((String(repeating: "0", count: 6 - String(sum, radix: 8).count) + String(sum, radix: 8)).utf8, at: 148)
        block[154] = 0
        return block
    }

    /// The archive's index, as it is read from disk, and as it is found when it streams by in small pieces.
    func index() throws -> TarIndex {
        let folder = try ScratchFolder()
        let path = folder.path("a.tar")
        try Data(bytes).write(to: URL(filePath: path))
        let file = try OpenFile(path)
        return try TarIndex(file, size: file.size)
    }

    var streamed: TarStream {
        var stream = TarStream()
        for start in stride(from: 0, to: bytes.count, by: 100) {
            bytes[start..<min(start + 100, bytes.count)].withUnsafeBytes { stream.push($0) }
        }
        stream.finish()
        return stream
    }
}
