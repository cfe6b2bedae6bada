/// A clock that stands until it is moved. Sleepers wake when it passes their deadline, or when they are cancelled.
final class ManualClock: Clock, Sendable {
    struct Instant: InstantProtocol {
        var offset: Duration = .zero
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
    }

    private struct State {
        var now = Instant()
        var next = 0
        var asleep: Set<Int> = []
    }

    private let state = Watched(State())

    var now: Instant { state.value.now }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.update { state in
            state.next += 1
            state.asleep.insert(state.next)
            return state.next
        }
        await state.wait { $0.now >= deadline }
        state.update { _ = $0.asleep.remove(id) }
        try Task.checkCancellation()
    }

    /// Waits until so many are asleep.
    func sleepers(_ count: Int) async { await state.wait { $0.asleep.count >= count } }

    /// Waits until so many have gone to sleep since the clock was made.
    func slept(_ count: Int) async { await state.wait { $0.next >= count } }

    /// Moves the time on and wakes those whose deadline has come.
    func advance(by duration: Duration) { state.update { $0.now = $0.now.advanced(by: duration) } }
}
