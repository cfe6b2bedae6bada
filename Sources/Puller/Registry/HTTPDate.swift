/// The three forms of a date in HTTP (RFC 9110 5.6.7); a recipient must read them all.
package enum HTTPDate {
    /// Seconds since 1970; nil for what is no date. `century` helps the form whose years have two digits.
    package static func secondsSince1970(_ text: some StringProtocol) -> Int64? {
        let words = text.split(whereSeparator: { " ,-\t".contains($0) }).dropFirst()
        guard words.count >= 4, let time = words.first(where: { $0.contains(":") }).flatMap({ seconds(ofDay: $0) })
        else { return nil }
        let rest = words.filter { !$0.contains(":") && $0 != "GMT" && $0 != "UTC" }
        guard rest.count == 3, let month = rest.firstIndex(where: { months[$0.lowercased()] != nil }),
            let monthNumber = months[rest[month].lowercased()]
        else { return nil }
        // IMF-fixdate and RFC 850 put the day before the month, asctime behind it; the year comes last in all.
        let day = month == rest.startIndex ? rest[rest.startIndex + 1] : rest[rest.startIndex]
        guard let dayNumber = Int64(day), let year = Int64(rest[rest.endIndex - 1]), (1...31).contains(dayNumber),
            (0...9999).contains(year)
        else { return nil }
        // Two digits: RFC 850 dates are from before 2070 and after 1969 in any message that is sent today.
        let fullYear = year >= 100 ? year : year + (year < 70 ? 2000 : 1900)
        return days(year: fullYear, month: monthNumber, day: dayNumber) * 86400 + time
    }

    private static func seconds(ofDay text: some StringProtocol) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
        guard parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2],
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    /// Days since 1970 in the Gregorian calendar, years counted from March so that the leap day comes last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static let months: [String: Int64] = [
        "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
        "dec": 12,
    ]
}
