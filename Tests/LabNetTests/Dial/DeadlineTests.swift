import Testing

@testable import LabNet

@Suite(.timeLimit(.minutes(1))) struct DeadlineTests {
    private struct Broken: Error, Hashable {}

    @Test func resultAndErrorComeThrough() async throws {
        let clock = ManualClock()
        #expect(try await withDeadline(.seconds(1), clock: clock) { 7 } == 7)
        await #expect(throws: Broken()) { try await withDeadline(.seconds(1), clock: clock) { throw Broken() } }
    }

    @Test func deadlineCancelsTheBodyAndAwaitsIt() async throws {
        let clock = ManualClock()
        let task = Task {
            try await withDeadline(.seconds(1), clock: clock) { try await clock.sleep(for: .seconds(100)) }
        }
        await clock.sleepers(2)
        clock.advance(by: .seconds(1))
        await #expect(throws: DeadlinePassed(limit: .seconds(1))) { try await task.value }
    }

    @Test func successThatComesWithTheDeadlineIsNotLost() async throws {
        let clock = ManualClock()
        let task = Task {
            try await withDeadline(.seconds(1), clock: clock) {
                try? await clock.sleep(for: .seconds(100))
                return 7
            }
        }
        await clock.sleepers(2)
        clock.advance(by: .seconds(1))
        #expect(try await task.value == 7)
    }

    @Test func cancellationIsNoTimeout() async throws {
        let clock = ManualClock()
        let task = Task {
            try await withDeadline(.seconds(1), clock: clock) { try await clock.sleep(for: .seconds(100)) }
        }
        await clock.sleepers(2)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
