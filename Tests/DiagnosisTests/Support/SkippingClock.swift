import Synchronization

/// A clock whose sleepers wake at once, when it has been moved to their deadline: limits pass, and no test waits.
final class SkippingClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset: Duration = .zero
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
    }

    private let time = Mutex(Instant())

    var now: Instant { time.withLock(\.self) }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        // Who has something to do comes first.
        for _ in 0..<5000 where !Task.isCancelled { await Task.yield() }
        try Task.checkCancellation()
        time.withLock { $0 = max($0, deadline) }
    }
}
