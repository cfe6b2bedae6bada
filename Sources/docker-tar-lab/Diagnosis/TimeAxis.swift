internal import Glibc

/// Where a moment stands on a timeline: a logarithmic axis, since forged answers come after some milliseconds and what
/// tells them from the true ones may take seconds.
struct TimeAxis: Sendable {
    /// The end of the axis.
    let end: Duration

    /// An axis on which all of these moments have a place.
    init(covering moments: some Sequence<Duration>) {
        end = moments.reduce(Duration.seconds(1)) { max($0, $1) }
    }

    /// From 0 at one millisecond and before to 1 at the end and after.
    func position(of moment: Duration) -> Double {
        let share = log(max(1, moment / Self.beginning)) / log(end / Self.beginning)
        return min(1, share)
    }

    /// The powers of ten on the axis, in milliseconds.
    var ticks: [Int] {
        [1, 10, 100, 1000, 10_000].filter { .milliseconds($0) <= end }
    }

    private static let beginning = Duration.milliseconds(1)
}
