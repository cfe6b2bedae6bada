/// A moment as Go's `time.Time` reads and writes it in JSON (RFC 3339).
struct GoTime: Hashable, Sendable {
    /// The text as Go writes it: trailing zeros of the fraction cut off, an offset of zero as `Z`.
    ///
    /// Go writes an offset that is the machine's own zone by that zone's rules; here, as on nearly all servers, it is UTC.
    let text: String
    /// Whole seconds since 1970, rounded down.
    let seconds: Int64

    /// Go's zero time, which stands where a configuration says nothing.
    static let zero = GoTime(text: "0001-01-01T00:00:00Z", seconds: -62_135_596_800)

    private init(text: String, seconds: Int64) {
        self.text = text
        self.seconds = seconds
    }

    /// Reads RFC 3339 with a capital `T` and `Z`, any number of digits in the fraction (nine count), and no leap second.
    init?(_ text: [UInt8]) {
        var reader = Reader(rest: text[...])
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.take("T"),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2), reader.take(":"),
            let second = reader.number(2),
            (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year),
            hour <= 23, minute <= 59, second <= 59,
            let fraction = reader.fraction(), let offset = reader.offset(), reader.rest.isEmpty
        else { return nil }
        let local = text.prefix(19)
        self.text =
            String(decoding: local, as: UTF8.self) + (fraction.isEmpty ? "" : "." + fraction)
            + (offset.seconds == 0 ? "Z" : offset.text)
        seconds =
            Self.days(toYear: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
            - offset.seconds
    }

    private static func isLeap(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days from 1970-01-01, in the Gregorian calendar carried back without end.
    private static func days(toYear year: Int64, month: Int64, day: Int64) -> Int64 {
        // Years that begin in March put the leap day last.
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        /// Exactly `count` digits.
        mutating func number(_ count: Int) -> Int64? {
            let digits = digits()
            guard digits.count >= count else { return nil }
            rest.removeFirst(count)
            return Int64(String(decoding: digits.prefix(count), as: UTF8.self))
        }

        /// The digits of the fraction without trailing zeros; empty where there is none.
        mutating func fraction() -> String? {
            guard take(".") || take(",") else { return "" }
            let digits = digits()
            guard !digits.isEmpty else { return nil }
            rest.removeFirst(digits.count)
            var kept = digits.prefix(9)
            while kept.last == UInt8(ascii: "0") { kept.removeLast() }
            return String(decoding: kept, as: UTF8.self)
        }

        /// `Z`, or a sign, hours and minutes.
        mutating func offset() -> (text: String, seconds: Int64)? {
            if take("Z") { return ("Z", 0) }
            let text = String(decoding: rest, as: UTF8.self)
            let isWest = take("-")
            guard isWest || take("+"), let hours = number(2), take(":"), let minutes = number(2), hours <= 23,
                minutes <= 59
            else { return nil }
            let seconds = hours * 3600 + minutes * 60
            return (text, isWest ? -seconds : seconds)
        }

        private func digits() -> ArraySlice<UInt8> {
            rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }
    }
}
