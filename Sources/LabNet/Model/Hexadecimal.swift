extension FixedWidthInteger where Self: UnsignedInteger {
    /// Lower-case hexadecimal digits, as many as the type holds.
    package var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: Self.bitWidth / 4 - digits.count) + digits
    }
}

extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits a byte.
    package var hexadecimal: String { map(\.hexadecimal).joined() }
}
