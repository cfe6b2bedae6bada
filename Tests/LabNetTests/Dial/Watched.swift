import Synchronization

/// A value that tests can wait for, without polling.
final class Watched<Value: Sendable>: Sendable {
    private struct Watcher {
        let id: Int
        let isThere: @Sendable (Value) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var value: Value
        var watchers: [Watcher] = []
        var lastID = 0
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
            let woken = state.watchers.filter { $0.isThere(value) }
            state.watchers.removeAll { $0.isThere(value) }
            return (result, woken)
        }
        for watcher in woken { watcher.continuation.resume() }
        return result
    }

    /// Waits until the value is as wanted, or the task is cancelled: a test that waits in vain ends with its time limit.
    func wait(until isThere: @escaping @Sendable (Value) -> Bool) async {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if isThere(state.value) || Task.isCancelled { return true }
                    state.watchers.append(Watcher(id: id, isThere: isThere, continuation: continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let watcher = state.withLock { state in
                state.watchers.firstIndex { $0.id == id }.map { state.watchers.remove(at: $0) }
            }
            watcher?.continuation.resume()
        }
    }
}
