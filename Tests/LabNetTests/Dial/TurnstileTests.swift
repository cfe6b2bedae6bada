import Synchronization
import Testing

@testable import LabNet

@Suite struct TurnstileTests {
    @Test func letsOneThroughAtATime() async throws {
        let turnstile = Turnstile()
        let crowd = Crowd()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    try await turnstile.pass {
                        crowd.enter()
                        await Task.yield()
                        crowd.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(crowd.counts.withLock { $0 } == Crowd.Counts(now: 0, most: 1, all: 100))
    }

    @Test func whoIsCancelledLeavesTheQueueAtOnce() async throws {
        let turnstile = Turnstile()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let entered = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await turnstile.pass {
                    entered.continuation.yield()
                    for await _ in gate { break }
                }
            }
            for await _ in entered.stream { break }
            let waiting = Task { try await turnstile.pass {} }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            open.yield()
            try await group.waitForAll()
        }
        // A failure hands the turn on.
        await #expect(throws: DeadlinePassed.self) {
            try await turnstile.pass { throw DeadlinePassed(limit: .zero) }
        }
        try await turnstile.pass {}
    }
}

/// Counts who is inside.
private final class Crowd: Sendable {
    struct Counts: Equatable {
        var now = 0
        var most = 0
        var all = 0
    }

    let counts = Mutex(Counts())

    func enter() {
        counts.withLock { $0 = Counts(now: $0.now + 1, most: max($0.most, $0.now + 1), all: $0.all + 1) }
    }

    func leave() { counts.withLock { $0.now -= 1 } }
}
