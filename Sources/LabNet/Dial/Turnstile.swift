internal import Synchronization

/// Lets one task through at a time, or a few, in the order of their coming; a cancelled one leaves the queue at once.
package final class Turnstile: Sendable {
    private struct Waiting {
        var ticket: Int
        var isAhead: Bool
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var free: Int
        var nextTicket = 0
        var waiting: [Waiting] = []
    }

    private let state: Mutex<State>

    /// Nobody is inside.
    ///
    /// - Parameter count: how many may be inside at a time; 1 or more.
    package init(_ count: Int = 1) { state = Mutex(State(free: max(1, count))) }

    /// Runs `body` inside.
    ///
    /// - Parameter isAhead: whether to go before all who wait and are not ahead themselves.
    /// - Throws: `CancellationError` when cancelled while waiting; else what `body` throws.
    package func pass<Value>(
        isAhead: Bool = false, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
    ) async throws -> Value {
        try await enter(isAhead: isAhead)
        defer { leave() }
        return try await body()
    }

    private func enter(isAhead: Bool) async throws {
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
                    state.waiting.append(Waiting(ticket: ticket, isAhead: isAhead, continuation: continuation))
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
            // The turn is handed on, so that nobody who comes now can take it first.
            let first = state.waiting.firstIndex(where: \.isAhead) ?? state.waiting.indices.first
            guard let first else {
                state.free += 1
                return nil
            }
            return state.waiting.remove(at: first).continuation
        }
        next?.resume()
    }
}
