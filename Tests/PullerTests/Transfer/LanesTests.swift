import Synchronization
import Testing

@testable import Puller

/// What tasks in lanes note.
private final class Notes: Sendable {
    let inside = Atomic(0)
    let peak = Atomic(0)
    let order = Mutex<[String]>([])

    func enter() { peak.max(inside.add(1, ordering: .relaxed).newValue, ordering: .relaxed) }

    func leave() { inside.subtract(1, ordering: .relaxed) }
}

@Suite(.timeLimit(.minutes(1))) struct LanesTests {
    /// Waits until so many are queued: they cannot be seen, but a yield lets each of them come that far.
    private func settle() async { for _ in 0..<200 { await Task.yield() } }

    @Test func noMoreAreInsideThanThereAreLanes() async throws {
        let lanes = Lanes(3)
        let notes = Notes()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask {
                    try await lanes.pass(as: number % 2 == 0 ? .leader : .helper) {
                        notes.enter()
                        await Task.yield()
                        notes.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(notes.peak.load(ordering: .relaxed) <= 3)
    }

    @Test func whoBringsABlobComesBeforeThoseWhoHelp() async throws {
        let lanes = Lanes(1)
        let notes = Notes()
        let (held, release) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await lanes.pass(as: .leader) { for await _ in held {} } }
            await settle()
            for (name, rank) in [("helper", Lanes.Rank.helper), ("leader", .leader)] {
                group.addTask { try await lanes.pass(as: rank) { notes.order.withLock { $0.append(name) } } }
                await settle()
            }
            release.finish()
            try await group.waitForAll()
        }
        #expect(notes.order.withLock(\.self) == ["leader", "helper"])
    }

    @Test func aCancelledOneLeavesTheQueueAndTakesNoLane() async throws {
        let lanes = Lanes(1)
        let (held, release) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await lanes.pass(as: .leader) { for await _ in held {} } }
            await settle()
            await withThrowingTaskGroup(of: Void.self) { inner in
                inner.addTask { try await lanes.pass(as: .leader) {} }
                await settle()
                inner.cancelAll()
                await #expect(throws: CancellationError.self) { try await inner.waitForAll() }
            }
            release.finish()
            try await group.waitForAll()
        }
        try await lanes.pass(as: .helper) {}
    }
}
