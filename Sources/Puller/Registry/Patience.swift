internal import LabNet

/// The time and the chance that the pipeline needs; tests put their own in their place.
struct PullClock: Sendable {
    /// Time that never goes back, from any beginning.
    var now: @Sendable () -> Duration
    /// The date, to be held against one that a server names.
    var secondsSince1970: @Sendable () -> Int64
    /// Waits; throws `CancellationError`.
    var sleep: @Sendable (Duration) async throws -> Void
    /// A number in 0…1.
    var random: @Sendable () -> Double

    /// The machine's.
    static let system: PullClock = {
        let start = ContinuousClock.now
        return PullClock(
            now: { ContinuousClock.now - start }, secondsSince1970: { WallClock.secondsSince1970() },
            sleep: { try await Task.sleep(for: $0) }, random: { Double.random(in: 0...1) })
    }()
}

extension PullClock {
    /// Runs `body` for at most so long; it is cancelled then, and awaited.
    ///
    /// - Returns: nil when the time has passed.
    /// - Throws: what `body` throws; `CancellationError`.
    func limited<Value: Sendable>(
        to limit: Duration, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await self.sleep(limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}

/// How often and how long after a failure the same thing is asked again.
struct RetryPolicy: Hashable, Sendable {
    /// Failures in a row, without any progress between them, after which the last one is final.
    var attempts = 6
    /// The wait after the first failure; it doubles with every further one.
    var firstWait: Duration = .milliseconds(500)
    /// The longest wait of our own making.
    var longestWait: Duration = .seconds(30)
    /// The longest wait that a server may ask for; beyond it the user is told instead.
    var patience: Duration = .seconds(120)

    /// How long to wait after this many failures in a row; nil to give up.
    ///
    /// The wait is spread over its upper half, so that those who were cut off together do not come back together.
    func wait(afterFailures count: Int, retryAfter: Duration?, random: Double) -> Duration? {
        guard count < attempts else { return nil }
        if let retryAfter {
            return retryAfter <= patience ? retryAfter + firstWait * random : nil
        }
        let doubled = firstWait * (1 << min(max(count - 1, 0), 16))
        return min(doubled, longestWait) * (0.5 + random / 2)
    }
}

/// Asks again after failures that may pass.
struct Patience: Sendable {
    /// How often and how long.
    var policy = RetryPolicy()
    /// Whose time.
    var clock = PullClock.system

    /// Repeats `operation` until it succeeds, or fails for good.
    ///
    /// - Parameter established: whether the server has answered before, so that a failure to reach it may pass.
    func insist<Value>(
        established: Bool, isolation: isolated (any Actor)? = #isolation, _ operation: () async throws -> Value
    ) async throws -> Value {
        var failures = 0
        while true {
            do {
                return try await operation()
            } catch {
                failures += 1
                try await pause(after: error, failures: failures, established: established)
            }
        }
    }

    /// Waits as long as is right after this failure.
    ///
    /// A stream that was cut while it ran is taken up again at once: whoever cuts streams does it by what has passed, and
    /// no waiting appeases him.
    ///
    /// - Parameters:
    ///   - hasProgressed: whether something had come when it failed.
    ///   - announce: is told of the failure before the wait.
    /// - Throws: the failure itself, without its wrapping, when it will not pass or there have been enough.
    func pause(
        after error: any Error, failures: Int, established: Bool, hasProgressed: Bool = false,
        announce: (PullError) -> Void = { _ in }
    ) async throws {
        guard let refusal = Refusal(from: error) else { throw error }
        let wait = policy.wait(afterFailures: failures, retryAfter: refusal.retryAfter, random: clock.random())
        guard refusal.error.mayPass(established: established), let wait else { throw refusal.error }
        announce(refusal.error)
        if hasProgressed, refusal.error.isCutStream { return try Task.checkCancellation() }
        try await clock.sleep(wait)
    }
}

extension PullError {
    /// Whether the connection failed in the middle of an exchange.
    var isCutStream: Bool {
        if case .network(let error) = cause { error.step == .exchange } else { false }
    }

    /// Whether asking again can help.
    func mayPass(established: Bool) -> Bool {
        switch cause {
        case .rateLimited: true
        // 501 and 505 are said of the request, not of the moment (RFC 9110 15.6).
        case .status(let status, _):
            status == 408 || status == 425 || (500...599).contains(status) && status != 501 && status != 505
        case .network(let error): error.mayPass(established: established)
        case .sizeMismatch(let expected, let actual): actual < expected
        default: false
        }
    }
}
