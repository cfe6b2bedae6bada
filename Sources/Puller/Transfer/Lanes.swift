internal import Synchronization

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

    private struct Waiting {
        var ticket: Int
        var rank: Rank
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var free: Int
        var nextTicket = 0
        var waiting: [Waiting] = []
    }

    /// How many there are in all.
    let count: Int
    private let state: Mutex<State>

    /// All are free; there is at least one.
    init(_ count: Int) {
        self.count = max(1, count)
        state = Mutex(State(free: self.count))
    }

    /// Runs `body` in a lane of its own.
    ///
    /// - Throws: `CancellationError` when cancelled while waiting; else what `body` throws.
    func pass<Value>(
        as rank: Rank, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async throws -> Value {
        try await enter(as: rank)
        defer { leave() }
        return try await body()
    }

    private func enter(as rank: Rank) async throws {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    // The handler below runs before this when the task is cancelled already.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    guard state.free == 0 else {
                        state.free -= 1
                        return .success(())
                    }
                    state.waiting.append(Waiting(ticket: ticket, rank: rank, continuation: continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let left = state.withLock { state in
                state.waiting.firstIndex { $0.ticket == ticket }.map { state.waiting.remove(at: $0).continuation }
            }
            left?.resume(throwing: CancellationError())
        }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            // The lane is handed on, so that nobody who comes now can take it first.
            let first = state.waiting.firstIndex { $0.rank == .leader } ?? state.waiting.indices.first
            guard let first else {
                state.free += 1
                return nil
            }
            return state.waiting.remove(at: first).continuation
        }
        next?.resume()
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
