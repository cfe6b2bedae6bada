/// Counts of bytes as people read them: powers of a thousand, two or three digits (`1.9 MB`, `24 MB`).
enum ByteCount {
    /// A number and the unit it is in.
    static func split(_ bytes: Int64) -> (number: String, unit: String) {
        let exponent = self.exponent(of: bytes)
        return (digits(Double(bytes) / scale(exponent)), units[exponent])
    }

    /// `24 MB`.
    static func text(_ bytes: Int64) -> String {
        let (number, unit) = split(bytes)
        return "\(number) \(unit)"
    }

    /// `12/24 MB`: a part in the unit of the whole.
    static func part(_ part: Int64, of whole: Int64) -> String {
        let exponent = self.exponent(of: whole)
        return "\(digits(Double(part) / scale(exponent)))/\(digits(Double(whole) / scale(exponent))) \(units[exponent])"
    }

    private static let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]

    /// The greatest unit of which there is at least one, after rounding: 999,999 bytes are 1.0 MB, not 1000 kB.
    private static func exponent(of bytes: Int64) -> Int {
        var exponent = 0
        while exponent < units.count - 1, Double(bytes) / scale(exponent) >= 999.5 { exponent += 1 }
        return exponent
    }

    private static func scale(_ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { scale, _ in scale * 1000 }
    }

    private static func digits(_ value: Double) -> String {
        let tenths = (value * 10).rounded()
        guard tenths < 100, tenths.truncatingRemainder(dividingBy: 10) != 0 else {
            return String(Int64(value.rounded()))
        }
        return "\(Int64(tenths) / 10).\(Int64(tenths) % 10)"
    }
}
