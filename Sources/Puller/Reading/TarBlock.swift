/// A header block of a tar archive, taken apart: ustar and pax (IEEE 1003.1), GNU tar, and the seventh edition's.
struct TarBlock {
    /// The name, a prefix included.
    let name: [UInt8]
    /// What it is; NUL in the oldest archives.
    let type: UInt8
    /// The count of the bytes that follow; 0 for types that have none, whatever their field says.
    let size: Int64
    /// The target of a link.
    let link: [UInt8]

    private enum Field {
        static let name = 0..<100
        /// Mode, user, group, time: not needed, but what cannot be read makes other readers stop here.
        static let numbers = [100..<108, 108..<116, 116..<124, 136..<148]
        static let size = 124..<136
        static let checksum = 148..<156
        static let type = 156
        static let link = 157..<257
        static let magic = 257..<265
        static let devices = [329..<337, 337..<345]
        static let prefix = 345..<500
    }

    /// Takes a block apart; nil for a block of zeros.
    ///
    /// - Parameter block: 512 bytes.
    init?(_ block: [UInt8]) throws(TarDamage) {
        guard block.contains(where: { $0 != 0 }) else { return nil }
        guard block.count == TarHeader.blockSize else { throw .truncated }
        try Self.check(block)
        for field in Field.numbers { _ = try Self.number(block[field]) }
        let isUstar = block[Field.magic].starts(with: "ustar\0".utf8)
        if isUstar || block[Field.magic].elementsEqual("ustar  \0".utf8) {
            for field in Field.devices { _ = try Self.number(block[field]) }
        }
        let name = Self.text(block[Field.name])
        let prefix = isUstar ? Self.text(block[Field.prefix]) : []
        self.name = prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
        link = Self.text(block[Field.link])
        type = block[Field.type]
        let size = try Self.number(block[Field.size])
        guard size >= 0 else { throw .number }
        self.size = Self.isHeaderOnly(type) ? 0 : size
    }

    /// Links, devices, folders and pipes have no bytes (archive/tar does not skip any behind them either).
    static func isHeaderOnly(_ type: UInt8) -> Bool {
        (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(type)
    }

    /// The sum of all bytes, the checksum's own as spaces; some old writers took them as signed.
    private static func check(_ block: [UInt8]) throws(TarDamage) {
        var unsigned: Int64 = 0
        var signed: Int64 = 0
        for (position, byte) in block.enumerated() {
            let byte = Field.checksum.contains(position) ? UInt8(ascii: " ") : byte
            unsigned += Int64(byte)
            signed += Int64(Int8(bitPattern: byte))
        }
        guard let wanted = octal(block[Field.checksum]), wanted == unsigned || wanted == signed else {
            throw .checksum
        }
    }

    /// The text up to the first NUL.
    private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] { Array(field.prefix { $0 != 0 }) }

    /// A number in octal digits, or in GNU tar's base 256, which its first bit announces.
    private static func number(_ field: ArraySlice<UInt8>) throws(TarDamage) -> Int64 {
        guard let first = field.first, first & 0x80 != 0 else {
            guard let number = octal(field) else { throw .number }
            return number
        }
        let isNegative = first & 0x40 != 0
        var value: UInt64 = 0
        for (position, byte) in field.enumerated() {
            let byte = (position == 0 ? byte & 0x7f | (isNegative ? 0x80 : 0) : byte) ^ (isNegative ? 0xff : 0)
            guard value >> 56 == 0 else { throw .number }
            value = value << 8 | UInt64(byte)
        }
        guard value <= UInt64(Int64.max) else { throw .number }
        return isNegative ? ~Int64(value) : Int64(value)
    }

    /// Octal digits between spaces and NULs; 0 for none.
    private static func octal(_ field: ArraySlice<UInt8>) -> Int64? {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0 || byte == UInt8(ascii: " ") }
        let digits = field.drop(while: isBlank).prefix { $0 != 0 }.reversed().drop(while: isBlank).reversed()
        guard !digits.isEmpty else { return 0 }
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }) else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }
}
