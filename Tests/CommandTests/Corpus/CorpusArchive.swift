import Foundation

/// A tar archive as a list of members, to be spoiled before its bytes are made.
struct CorpusArchive {
    struct Member {
        var path: String
        var type: Character = "0"
        var content: [UInt8] = []
        var target = ""
        /// Bytes in place of all that, header included.
        var raw: [UInt8]?
    }

    /// How headers are written.
    enum Form { case ustar, pax, gnu, base256, v7 }

    var members: [Member] = []
    var form = Form.ustar
    /// What follows the last member: two blocks of zeros, unless a case says otherwise.
    var ending = [UInt8](repeating: 0, count: 1024)

    subscript(path: String) -> [UInt8] {
        get { members.last { $0.path == path }?.content ?? [] }
        set {
            for place in members.indices where members[place].path == path { members[place].content = newValue }
        }
    }

    mutating func file(_ path: String, _ content: [UInt8]) { members.append(Member(path: path, content: content)) }
    mutating func file(_ path: String, _ text: String) { file(path, Array(text.utf8)) }
    mutating func folder(_ path: String) { members.append(Member(path: path, type: "5")) }
    mutating func link(_ path: String, to target: String, type: Character = "2") {
        members.append(Member(path: path, type: type, target: target))
    }
    mutating func remove(_ path: String) { members.removeAll { $0.path == path } }
    mutating func rename(_ path: String, to other: String) {
        for place in members.indices where members[place].path == path { members[place].path = other }
    }
    /// Replaces a text in a member.
    mutating func replace(_ text: String, by other: String, in path: String) {
        self[path] = Array(String(decoding: self[path], as: UTF8.self).replacingOccurrences(of: text, with: other).utf8)
    }

    var bytes: [UInt8] { members.flatMap { $0.raw ?? bytes(of: $0) } + ending }

    private func bytes(of member: Member) -> [UInt8] {
        var bytes: [UInt8] = []
        var name = member.path
        switch form {
        case .pax where member.type == "0":
            let tail = " path=\(name)\n"
            var length = tail.utf8.count
            while length != tail.utf8.count + String(length).utf8.count {
                length = tail.utf8.count + String(length).utf8.count
            }
            bytes += Self.member("PaxHeaders.0/x", type: "x", Array((String(length) + tail).utf8))
            name = "cut"
        case .gnu where member.type == "0":
            bytes += Self.member("././@LongLink", type: "L", Array(name.utf8) + [0], magic: "ustar  \u{0}")
            name = "cut"
        default: break
        }
        let magic = form == .v7 ? "" : form == .gnu || form == .base256 ? "ustar  \u{0}" : "ustar\u{0}00"
        return bytes
            + Self.member(
                name, type: member.type, member.content, target: member.target, magic: magic,
                inBase256: form == .base256)
    }

    static func member(
        _ name: String, type: Character, _ content: [UInt8] = [], target: String = "", magic: String = "ustar\u{0}00",
        inBase256: Bool = false, size: Int? = nil
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: some Sequence<UInt8>, at place: Int) {
            for (offset, byte) in text.enumerated() { block[place + offset] = byte }
        }
        func octal(_ number: Int, _ digits: Int) -> [UInt8] {
            let text = String(number, radix: 8)
            return Array((String(repeating: "0", count: digits - text.count) + text).utf8) + [0]
        }
        put(name.utf8.prefix(100), at: 0)
        put(octal(type == "5" ? 0o755 : 0o644, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        let size = size ?? content.count
        let binary = [0x80, 0, 0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * (7 - $0))) }
        put(inBase256 ? binary : octal(size, 11), at: 124)
        put(octal(0, 11), at: 136)
        put("        ".utf8, at: 148)
        put(String(type).utf8, at: 156)
        put(target.utf8.prefix(100), at: 157)
        put(magic.utf8, at: 257)
        put(octal(block.reduce(0) { $0 + Int($1) }, 6), at: 148)
        return block + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }
}
