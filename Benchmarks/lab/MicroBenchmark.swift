import Synchronization

/// A table of short pieces of work, each timed many times.
struct MicroBenchmark: ~Copyable {
    private static let samples = 201
    /// A sample takes at least so long, so that the clock does not count.
    private static let shortest = Duration.microseconds(500)

    private let table: Table
    // What work has come to: as long as somebody may look at it, the compiler cannot leave the work out.
    private let kept = Mutex(0)

    /// Prints the table's head.
    init(_ title: String) { table = Table(title, "work", "median", "p95", "MB/s at the median") }

    /// Times a piece of work and prints its row.
    ///
    /// - Parameters:
    ///   - bytes: how many it goes through, where its speed is of interest.
    ///   - body: the work; what it gives back only shows that it was done.
    func time(_ work: String, bytes: Int? = nil, _ body: () throws -> Int) rethrows {
        var repetitions = 1
        while try run(repetitions, body) < Self.shortest { repetitions *= 2 }
        var samples: [Duration] = []
        for _ in 0..<Self.samples { samples.append(try run(repetitions, body) / repetitions) }
        let times = Samples(samples)
        let speed = bytes.map { String(Int(Double($0) / (times.median / .microseconds(1)))) }
        table.row([work, times.median.brief, times.percentile(95).brief, speed ?? ""])
    }

    private func run(_ repetitions: Int, _ body: () throws -> Int) rethrows -> Duration {
        var result = 0
        let start = ContinuousClock.now
        for _ in 0..<repetitions { result &+= try body() }
        let duration = ContinuousClock.now - start
        kept.withLock { $0 &+= result }
        return duration
    }
}

extension Duration {
    /// In the unit that leaves one to three digits before the point: `1.234 µs`.
    var brief: String {
        let nanoseconds = self / .nanoseconds(1)
        if nanoseconds < 1000 { return "\(Int(nanoseconds)) ns" }
        if nanoseconds < 1_000_000 { return "\(Self.thousandths(nanoseconds)) µs" }
        return "\(Self.thousandths(nanoseconds / 1000)) ms"
    }

    private static func thousandths(_ value: Double) -> String {
        let digits = String(Int(value) % 1000)
        return "\(Int(value) / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
