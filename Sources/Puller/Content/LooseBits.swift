/// Up to 64 bits of a deflate stream that were read and not used (RFC 1951, 3.1.1: the first one is the lowest).
struct LooseBits: Equatable {
    /// The bits; those above `count` are zero.
    private(set) var value: UInt64 = 0
    /// How many there are, 0 to 64.
    private(set) var count = 0

    /// None.
    init() {}

    /// The lowest `count` bits of `value`; nil where there cannot be so many.
    init?(_ value: UInt64, count: Int) {
        guard 0...64 ~= count else { return nil }
        self.count = count
        self.value = value & Self.mask(count)
    }

    /// Puts a byte behind the bits. There are at most 56.
    mutating func append(_ byte: UInt8) {
        value |= UInt64(byte) << UInt64(count)
        count += 8
    }

    /// Takes the bits that are left of a byte begun before, 0 to 7 of them.
    mutating func takeOdd() -> LooseBits { take(count % 8) }

    /// Takes eight bits; nil where there are fewer.
    mutating func takeByte() -> UInt8? { count < 8 ? nil : UInt8(truncatingIfNeeded: take(8).value) }

    private mutating func take(_ number: Int) -> LooseBits {
        var taken = LooseBits()
        taken.value = value & Self.mask(number)
        taken.count = number
        value >>= UInt64(number)
        count -= number
        return taken
    }

    private static func mask(_ count: Int) -> UInt64 { count == 64 ? .max : 1 << UInt64(count) - 1 }
}
