internal import Synchronization

/// Makes each lookup once: who asks for a name that is being looked up waits for that lookup, and what was found is kept.
///
/// The first to ask does the work in its own task; when it is cancelled, one of those who wait takes the work over.
/// Failures reach everybody who waits and are not kept: the next to ask tries again.
final class LookupCache: Sendable {
    private typealias Waiter = CheckedContinuation<Result<[Candidate], NetworkError>?, Never>

    private enum Entry {
        case found([Candidate])
        case running([Int: Waiter])
    }

    private enum Part {
        case done([Candidate])
        case work
        case wait
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var lastWaiter = 0
    }

    private let state = Mutex(State())

    /// What was found for the name, or what `look` finds.
    ///
    /// - Throws: what `look` throws: `NetworkError` or `CancellationError`.
    func candidates(for name: String, look: () async throws -> [Candidate]) async throws -> [Candidate] {
        while true {
            switch takePart(name) {
            case .done(let candidates): return candidates
            case .work: return try await work(name, look)
            case .wait:
                let result = await wait(name)
                try Task.checkCancellation()
                if let result { return try result.get() }
            }
        }
    }

    private func takePart(_ name: String) -> Part {
        state.withLock { state in
            switch state.entries[name] {
            case .found(let candidates): return .done(candidates)
            case .running: return .wait
            case nil:
                state.entries[name] = .running([:])
                return .work
            }
        }
    }

    private func work(_ name: String, _ look: () async throws -> [Candidate]) async throws -> [Candidate] {
        do {
            let candidates = try await look()
            finish(name, .found(candidates), tell: .success(candidates))
            return candidates
        } catch {
            finish(name, nil, tell: (error as? NetworkError).map(Result.failure))
            throw error
        }
    }

    private func finish(_ name: String, _ entry: Entry?, tell result: Result<[Candidate], NetworkError>?) {
        let waiters = state.withLock { state -> [Int: Waiter] in
            defer { state.entries[name] = entry }
            guard case .running(let waiters) = state.entries[name] else { return [:] }
            return waiters
        }
        for waiter in waiters.values { waiter.resume(returning: result) }
    }

    /// The running lookup's result; nil when it was cancelled, when it is over already, or when this task is cancelled.
    private func wait(_ name: String) async -> Result<[Candidate], NetworkError>? {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isEnqueued = state.withLock { state in
                    guard !Task.isCancelled, case .running(var waiters) = state.entries[name] else { return false }
                    waiters[id] = waiter
                    state.entries[name] = .running(waiters)
                    return true
                }
                if !isEnqueued { waiter.resume(returning: nil) }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard case .running(var waiters) = state.entries[name] else { return nil }
                defer { state.entries[name] = .running(waiters) }
                return waiters.removeValue(forKey: id)
            }
            waiter?.resume(returning: nil)
        }
    }
}
