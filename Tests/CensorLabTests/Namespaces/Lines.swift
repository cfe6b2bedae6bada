import Synchronization

/// What a program says, for those who wait for a part of it.
final class Lines: Sendable {
    private let state = Mutex(State())

    private struct State {
        var lines: [String] = []
        var isOver = false
        var listeners: [AsyncStream<Void>.Continuation] = []
    }

    /// Everything so far.
    var all: [String] { state.withLock { $0.lines } }

    func add(_ line: String) { change { $0.lines.append(line) } }

    /// Nothing more will come.
    func end() { change { $0.isOver = true } }

    private func change(_ change: (inout State) -> Void) {
        let listeners = state.withLock { state in
            change(&state)
            return state.listeners
        }
        for listener in listeners { listener.yield() }
    }

    /// Returns when enough has been said, and then true; false when the program has ended before, or the task is cancelled.
    func wait(until isEnough: ([String]) -> Bool) async -> Bool {
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.listeners.append(continuation) }
        continuation.yield()
        for await _ in changes {
            let (lines, isOver) = state.withLock { ($0.lines, $0.isOver) }
            if isEnough(lines) { return true }
            if isOver { return false }
        }
        return false
    }
}
