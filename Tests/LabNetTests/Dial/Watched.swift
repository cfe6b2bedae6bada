import Synchronization

/// A value that tests can wait for, without polling.
final class Watched<Value: Sendable>: Sendable {
    private struct State {
        var value: Value
        var watchers: [(isThere: @Sendable (Value) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    init(_ value: Value) { state = Mutex(State(value: value)) }

    var value: Value { state.withLock(\.value) }

    /// Changes the value and wakes those who have waited for what it is now.
    @discardableResult
    func update<Result: Sendable>(_ change: (inout Value) -> Result) -> Result {
        let (result, woken) = state.withLock { state in
            let result = change(&state.value)
            let value = state.value
            let woken = state.watchers.filter { $0.isThere(value) }.map(\.continuation)
            state.watchers.removeAll { $0.isThere(value) }
            return (result, woken)
        }
        for watcher in woken { watcher.resume() }
        return result
    }

    /// Waits until the value is as wanted.
    func wait(until isThere: @escaping @Sendable (Value) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isSo = state.withLock { state in
                if isThere(state.value) { return true }
                state.watchers.append((isThere, continuation))
                return false
            }
            if isSo { continuation.resume() }
        }
    }
}
