/// Measured times, and what they come to.
struct Samples {
    private let sorted: [Duration]

    init(_ samples: [Duration]) { sorted = samples.sorted() }

    var count: Int { sorted.count }
    var median: Duration { percentile(50) }

    /// The value that so many percent of the samples do not exceed (nearest rank).
    func percentile(_ percent: Int) -> Duration {
        guard !sorted.isEmpty else { return .zero }
        let rank = (sorted.count * percent + 99) / 100
        return sorted[max(rank, 1) - 1]
    }

    /// How many there are, median, p95 and the longest, as cells of a table.
    var figures: [String] {
        ["\(count)"] + [median, percentile(95), percentile(100)].map { "\($0.milliseconds) ms" }
    }
}

extension Duration {
    /// In milliseconds, to the microsecond.
    var milliseconds: String {
        let microseconds = Int(self / .microseconds(1))
        let fraction = String(abs(microseconds) % 1000)
        let sign = microseconds < 0 ? "-" : ""
        return "\(sign)\(abs(microseconds) / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }
}
