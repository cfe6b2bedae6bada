/// A deflate stream written bit by bit (RFC 1951), so that it can be as wrong as a test wants.
struct DeflateWriter {
    private(set) var bytes: [UInt8] = []
    private var free = 0

    /// Bits of a number, the lowest one first, as everything but codes is written (3.1.1).
    mutating func put(_ value: Int, bits: Int) {
        for bit in 0..<bits {
            if free == 0 {
                bytes.append(0)
                free = 8
            }
            bytes[bytes.count - 1] |= UInt8(value >> bit & 1) << UInt8(8 - free)
            free -= 1
        }
    }

    /// A code, its highest bit first.
    mutating func put(_ code: Code) {
        for bit in (0..<code.length).reversed() { put(code.value >> bit & 1, bits: 1) }
    }

    /// A block of bytes as they are (3.2.4).
    mutating func stored(_ content: [UInt8], isLast: Bool = true, complement: Int? = nil) {
        put(isLast ? 1 : 0, bits: 1)
        put(0, bits: 2)
        put(0, bits: free)
        put(content.count, bits: 16)
        put(complement ?? ~content.count & 0xffff, bits: 16)
        for byte in content { put(Int(byte), bits: 8) }
    }

    /// A block with the codes of 3.2.6: literals and lengths, and five bits for each distance symbol, which follows.
    mutating func fixed(isLast: Bool = true, _ symbols: [Symbol]) {
        put(isLast ? 1 : 0, bits: 1)
        put(1, bits: 2)
        let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
        put(symbols, literals: Self.codes(lengths), distances: Self.codes([Int](repeating: 5, count: 32)))
    }

    /// A block with codes of its own (3.2.7), whose lengths are written one by one.
    ///
    /// - Parameters:
    ///   - literals: the lengths of the codes for literals and lengths, 257 to 288 of them.
    ///   - first: a symbol of the code length alphabet that is written before them in place of the first length.
    ///   - lengthCode: the lengths of the code that lengths are written in. This one is complete.
    mutating func dynamic(
        isLast: Bool = true, literals: [Int], distances: [Int], first: Int? = nil,
        lengthCode: [Int] = [Int](repeating: 4, count: 13) + [Int](repeating: 5, count: 6), _ symbols: [Symbol]
    ) {
        put(isLast ? 1 : 0, bits: 1)
        put(2, bits: 2)
        put(literals.count - 257, bits: 5)
        put(distances.count - 1, bits: 5)
        put(15, bits: 4)
        for symbol in [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] {
            put(lengthCode[symbol], bits: 3)
        }
        let lengthCodes = Self.codes(lengthCode)
        var lengths = literals + distances
        if let first { lengths[0] = first }
        for length in lengths { put(lengthCodes[length]) }
        put(symbols, literals: Self.codes(literals), distances: Self.codes(distances))
    }

    /// What stands in a block.
    enum Symbol {
        /// A symbol of the alphabet of literals and lengths.
        case literal(Int)
        /// A symbol of the alphabet of distances.
        case distance(Int)
        /// So many bits as they are: those behind a symbol, or a code that was given to no symbol.
        case extra(Int, bits: Int)

        static func text(_ text: String) -> [Symbol] { text.utf8.map { .literal(Int($0)) } + [.end] }
        static let end = literal(256)
    }

    private mutating func put(_ symbols: [Symbol], literals: [Code], distances: [Code]) {
        for symbol in symbols {
            switch symbol {
            case .literal(let number): put(literals[number])
            case .distance(let number): put(distances[number])
            case .extra(let value, let bits): put(value, bits: bits)
            }
        }
    }

    /// One symbol's code.
    struct Code {
        var value = 0
        var length = 0
    }

    /// The codes of these lengths, in the order of 3.2.2.
    static func codes(_ lengths: [Int]) -> [Code] {
        var codes = lengths.map { Code(value: 0, length: $0) }
        var next = 0
        for length in 1...15 {
            next <<= 1
            for symbol in codes.indices where codes[symbol].length == length {
                codes[symbol].value = next
                next += 1
            }
        }
        return codes
    }

    /// A member that holds a stream and says that it is this text.
    static func member(
        flags: UInt8 = 0, fields: [UInt8] = [], saying text: [UInt8], _ write: (inout DeflateWriter) -> Void
    ) -> [UInt8] {
        var writer = DeflateWriter()
        write(&writer)
        let header: [UInt8] = [0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3] + fields
        return header + writer.bytes + littleEndian(crc32(text)) + littleEndian(UInt32(text.count))
    }

    /// The CRC-32 of RFC 1952, bit by bit.
    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
        }
    }

    private static func littleEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    }
}
