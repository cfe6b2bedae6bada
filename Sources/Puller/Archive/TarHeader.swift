/// The header of a tar member as Go's archive/tar writes it, since Docker's archives are compared to the byte: POSIX
/// ustar (IEEE 1003.1, pax), and a pax extended header before it where ustar cannot hold a value.
package enum TarHeader {
    /// Members are padded to this many bytes.
    static let blockSize = 512

    /// What ends an archive: two blocks of zeros, and no padding to a record of 10240.
    static let end = [UInt8](repeating: 0, count: 2 * blockSize)

    /// How many zeros follow a content of `size` bytes.
    static func padding(after size: Int64) -> Int {
        Int((Int64(blockSize) - size % Int64(blockSize)) % Int64(blockSize))
    }

    /// The header's bytes, pax records included; a multiple of 512.
    ///
    /// - Parameter size: The count of the content's bytes, 0 for folders and links.
    package static func bytes(of member: ArchiveMember, size: Int64) -> [UInt8] {
        var pax = PaxRecords()
        var block = Block()
        let name = Array(member.path.utf8)
        if let (prefix, rest) = split(name) {
            block.put(prefix, in: Field.prefix)
            block.put(rest, in: Field.name)
        } else {
            pax.text(name, record: "path", in: Field.name, of: &block)
        }
        if case .link(let target) = member.content {
            pax.text(Array(target.utf8), record: "linkpath", in: Field.link, of: &block)
        }
        pax.text(Array(member.owner.utf8), record: "uname", in: Field.userName, of: &block)
        pax.text(Array(member.owner.utf8), record: "gname", in: Field.groupName, of: &block)
        pax.number(size, record: "size", in: Field.size, of: &block)
        pax.number(member.modified, record: "mtime", in: Field.modified, of: &block)
        block.putOctal(Int64(member.mode), in: Field.mode)
        for field in [Field.userID, Field.groupID, Field.major, Field.minor] { block.putOctal(0, in: field) }
        block.bytes[Field.type] = member.content.typeFlag
        block.seal()
        return pax.records.isEmpty ? block.bytes : pax.header(for: name) + block.bytes
    }

    /// Splits a name that is too long for its field at a slash, as ustar allows; nil where it need not or cannot be.
    private static func split(_ name: [UInt8]) -> (prefix: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
        guard name.count > Field.name.count, name.allSatisfy({ $0 < 0x80 }) else { return nil }
        var head = name.prefix(Field.prefix.count + 1)
        if head.count == name.count, head.last == UInt8(ascii: "/") { head = head.dropLast() }
        guard let slash = head.lastIndex(of: UInt8(ascii: "/")), slash > 0 else { return nil }
        let rest = name[(slash + 1)...]
        guard !rest.isEmpty, rest.count <= Field.name.count, slash <= Field.prefix.count else { return nil }
        return (name[..<slash], rest)
    }
}

/// Where the fields stand in a header block.
private enum Field {
    static let name = 0..<100
    static let mode = 100..<108
    static let userID = 108..<116
    static let groupID = 116..<124
    static let size = 124..<136
    static let modified = 136..<148
    static let checksum = 148..<156
    static let type = 156
    static let link = 157..<257
    static let magic = 257..<265
    static let userName = 265..<297
    static let groupName = 297..<329
    static let major = 329..<337
    static let minor = 337..<345
    static let prefix = 345..<500
}

/// One header block in the making.
private struct Block {
    var bytes = [UInt8](repeating: 0, count: TarHeader.blockSize)

    mutating func put(_ text: some Collection<UInt8>, in field: Range<Int>) {
        for (position, byte) in zip(field, text) { bytes[position] = byte }
    }

    /// What a field shows of a text: ASCII, cut to the field, and where it was cut not at a slash, which would make the
    /// member look like a folder to old readers.
    static func label(_ text: some Collection<UInt8>, in field: Range<Int>) -> ArraySlice<UInt8> {
        let ascii = text.filter { $0 < 0x80 }
        guard ascii.count > field.count else { return ascii[...] }
        var cut = ascii.prefix(field.count)
        while cut.last == UInt8(ascii: "/") { cut.removeLast() }
        return cut
    }

    /// Octal digits and a NUL; 0 where the value does not fit, as Go writes it beside the pax record.
    mutating func putOctal(_ value: Int64, in field: Range<Int>) {
        let digits = String(Self.fits(value, in: field) ? value : 0, radix: 8)
        let zeros = repeatElement(UInt8(ascii: "0"), count: field.count - 1 - digits.utf8.count)
        put(zeros + Array(digits.utf8) + [0], in: field)
    }

    static func fits(_ value: Int64, in field: Range<Int>) -> Bool {
        value >= 0 && value < 1 << (3 * (field.count - 1))
    }

    /// Writes the magic and the checksum, which is taken with its own field blank.
    mutating func seal() {
        put("ustar\u{0}00".utf8, in: Field.magic)
        put(repeatElement(UInt8(ascii: " "), count: Field.checksum.count), in: Field.checksum)
        let sum = bytes.reduce(0) { $0 + Int64($1) }
        putOctal(sum, in: Field.checksum.dropLast())
    }
}

/// The values that ustar cannot hold, as pax records.
private struct PaxRecords {
    var records: [(key: String, value: [UInt8])] = []

    mutating func text(_ value: [UInt8], record key: String, in field: Range<Int>, of block: inout Block) {
        let label = Block.label(value, in: field)
        block.put(label, in: field)
        if label.count != value.count { records.append((key, value)) }
    }

    mutating func number(_ value: Int64, record key: String, in field: Range<Int>, of block: inout Block) {
        block.putOctal(value, in: field)
        if !Block.fits(value, in: field) { records.append((key, Array(String(value).utf8))) }
    }

    /// The extended header of a member: a block of its own kind, and the records, sorted by key.
    func header(for name: [UInt8]) -> [UInt8] {
        let content = records.sorted { $0.key < $1.key }.flatMap { Self.record($0.key, $0.value) }
        let file = name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last ?? []
        let label = name.dropLast(file.count) + "PaxHeaders.0".utf8 + (file.isEmpty ? [] : [UInt8(ascii: "/")]) + file
        var block = Block()
        block.put(Block.label(label, in: Field.name), in: Field.name)
        for field in [Field.mode, Field.userID, Field.groupID, Field.modified] { block.putOctal(0, in: field) }
        block.putOctal(Int64(content.count), in: Field.size)
        block.bytes[Field.type] = UInt8(ascii: "x")
        block.seal()
        let padding = repeatElement(UInt8(0), count: TarHeader.padding(after: Int64(content.count)))
        return block.bytes + content + padding
    }

    /// `<length> <key>=<value>\n`, where the length counts itself.
    private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
        let tail = Array(" \(key)=".utf8) + value + [UInt8(ascii: "\n")]
        var length = tail.count
        while length != tail.count + String(length).utf8.count { length = tail.count + String(length).utf8.count }
        return Array(String(length).utf8) + tail
    }
}

extension ArchiveMember.Content {
    fileprivate var typeFlag: UInt8 {
        switch self {
        case .folder: UInt8(ascii: "5")
        case .link: UInt8(ascii: "2")
        case .bytes, .blob, .inflated: UInt8(ascii: "0")
        }
    }

    /// The count of the bytes; nil for a layer that is still to be inflated.
    var size: Int64? {
        switch self {
        case .folder, .link: 0
        case .bytes(let bytes): Int64(bytes.count)
        case .blob(let descriptor): descriptor.size
        case .inflated: nil
        }
    }
}
