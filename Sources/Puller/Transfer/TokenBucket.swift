internal import Synchronization

/// A limit on bytes per second (`-limit-rate`), as a value: what may pass saves itself up to a quarter of a second's worth,
/// and what passes beyond that is paid for by waiting.
struct TokenBucket: Hashable, Sendable {
    /// Bytes per second; 1 or more.
    let rate: Int64
    private var level: Double
    private var time: Duration

    /// Begins full.
    init(rate: Int64, now: Duration) {
        self.rate = max(1, rate)
        level = Double(self.rate) / 4
        time = now
    }

    /// Lets bytes pass, at whatever count they came.
    ///
    /// - Returns: how long whoever brought them has to wait before he takes more; zero where there was room.
    mutating func take(_ count: Int, now: Duration) -> Duration {
        let capacity = Double(rate) / 4
        level = min(capacity, level + max(0, (now - time) / .seconds(1)) * Double(rate)) - Double(count)
        time = now
        return level < 0 ? .seconds(-level / Double(rate)) : .zero
    }
}

/// Holds back whoever brings bytes, over all connections of a pull together.
final class RateLimit: Sendable {
    private let bucket: Mutex<TokenBucket>
    private let clock: PullClock

    /// Bytes per second on this clock.
    init(bytesPerSecond: Int64, clock: PullClock) {
        bucket = Mutex(TokenBucket(rate: bytesPerSecond, now: clock.now()))
        self.clock = clock
    }

    /// Waits as long as these bytes cost.
    ///
    /// - Throws: `CancellationError`.
    func pass(_ count: Int) async throws {
        let now = clock.now()
        let wait = bucket.withLock { $0.take(count, now: now) }
        if wait > .zero { try await clock.sleep(wait) }
    }
}
