internal import Glibc

/// The clock that the parties of a lab go by: this machine's, or one that it differs from.
package struct WorldClock: Hashable, Sendable {
    /// By how much it is ahead of this machine's; negative where it is behind.
    package var lead: Duration

    /// This machine's clock, unless said otherwise.
    package init(lead: Duration = .zero) { self.lead = lead }

    /// The lead in whole seconds.
    var seconds: Int { Int(lead.components.seconds) }

    /// What it says now, as servers write it into their Date field: IMF-fixdate (RFC 9110 5.6.7).
    var httpDate: String { Self.httpDate(secondsSince1970: time(nil) + seconds) }

    /// A moment as IMF-fixdate.
    static func httpDate(secondsSince1970 seconds: Int) -> String {
        var (seconds, parts) = (time_t(seconds), tm())
        guard gmtime_r(&seconds, &parts) != nil else { return "" }
        // The names are English whatever the locale, so strftime(3) is not asked for them.
        let (day, month) = (Self.days[Int(parts.tm_wday)], Self.months[Int(parts.tm_mon)])
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map(Self.twoDigits).joined(separator: ":")
        return "\(day), \(twoDigits(parts.tm_mday)) \(month) \(Int(parts.tm_year) + 1900) \(clock) GMT"
    }

    private static func twoDigits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
