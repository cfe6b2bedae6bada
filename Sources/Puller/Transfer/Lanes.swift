internal import LabNet

/// How many connections bring blobs at a time (`-connections`).
///
/// Whoever brings a blob comes before those who only help with one: a second connection for one layer must not keep the
/// next layer waiting. Within each rank it is the order of their coming; a cancelled one leaves the queue at once.
final class Lanes: Sendable {
    /// What somebody wants a lane for.
    enum Rank: Hashable, Sendable {
        /// To bring a blob, from its beginning to its end.
        case leader
        /// To bring a piece of a blob that another is bringing.
        case helper
    }

    /// How many there are in all.
    let count: Int
    private let turnstile: Turnstile

    /// All are free; there is at least one.
    init(_ count: Int) {
        self.count = max(1, count)
        turnstile = Turnstile(self.count)
    }

    /// Runs `body` in a lane of its own.
    ///
    /// - Throws: `CancellationError` when cancelled while waiting; else what `body` throws.
    func pass<Value>(
        as rank: Rank, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async throws -> Value {
        try await turnstile.pass(isAhead: rank == .leader, body)
    }
}

/// What bounds all the transfers of one pull together.
struct Link: Sendable {
    /// The connections.
    var lanes: Lanes
    /// The bytes per second; nil for no limit.
    var rate: RateLimit?

    /// As many connections as these, and no limit otherwise.
    init(connections: Int = 1) { lanes = Lanes(connections) }

    /// As a user wants it, on this clock.
    init(_ options: TransferOptions, jobs: Int, clock: PullClock) {
        lanes = Lanes(options.connections ?? max(TransferOptions.usualConnections, jobs))
        rate = options.bytesPerSecond.map { RateLimit(bytesPerSecond: $0, clock: clock) }
    }
}
