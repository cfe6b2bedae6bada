import Synchronization
import Testing

@testable import LabNet

@Suite(.timeLimit(.minutes(1))) struct StaggeredRaceTests {
    private struct Lost: Error, Hashable { let number: Int }

    /// Attempts 0, 1, 2, … in order.
    private struct Numbers: RacePlan {
        var rest: Range<Int>
        mutating func next() -> Int? { rest.popFirst() }
        mutating func failed(_ attempt: Int, _ failure: Lost) {}
    }

    /// Attempts that end when the test says so, and not before.
    private final class Arena: Sendable {
        private struct State {
            var started: [Int] = []
            var cancelled: [Int] = []
            var results: [Int: Result<Int, Lost>] = [:]
        }

        private let state = Watched(State())

        var started: [Int] { state.value.started }
        var cancelled: [Int] { state.value.cancelled.sorted() }

        func attempt(_ number: Int) async -> Result<Int, Lost> {
            state.update { $0.started.append(number) }
            await withTaskCancellationHandler {
                await state.wait { $0.results[number] != nil }
            } onCancel: {
                state.update { $0.cancelled.append(number) }
                end(number, .failure(Lost(number: number)))
            }
            return state.value.results[number] ?? .failure(Lost(number: number))
        }

        func hasStarted(_ number: Int) async { await state.wait { $0.started.contains(number) } }

        func end(_ number: Int, _ result: Result<Int, Lost>) {
            state.update { if $0.results[number] == nil { $0.results[number] = result } }
        }
    }

    private let clock = ManualClock()
    private let arena = Arena()

    private func race(_ count: Int, discard: @escaping @Sendable (Int) async -> Void = { _ in }) async throws
        -> StaggeredRace.Outcome<Int, Lost>
    {
        try await StaggeredRace(clock: clock).run(
            Numbers(rest: 0..<count), attempt: { [arena] in await arena.attempt($0) }, discard: discard)
    }

    @Test func nextStartsAfterTheStagger() async throws {
        async let outcome = race(3)
        await arena.hasStarted(0)
        await clock.sleepers(1)
        clock.advance(by: .milliseconds(249))
        #expect(arena.started == [0])
        clock.advance(by: .milliseconds(1))
        await arena.hasStarted(1)
        #expect(arena.started == [0, 1])
        arena.end(1, .success(1))
        guard case .won(1) = try await outcome else { return #expect(Bool(false), "1 should have won") }
        #expect(arena.cancelled == [0])
        #expect(arena.started == [0, 1])
    }

    @Test func nextStartsAtOnceOnFailure() async throws {
        async let outcome = race(3)
        await arena.hasStarted(0)
        arena.end(0, .failure(Lost(number: 0)))
        await arena.hasStarted(1)
        #expect(clock.now.offset == .zero)
        arena.end(1, .success(1))
        guard case .won(1) = try await outcome else { return #expect(Bool(false), "1 should have won") }
    }

    @Test func everyFailureIsKeptInItsOrder() async throws {
        async let outcome = race(3)
        await arena.hasStarted(0)
        await clock.sleepers(1)
        clock.advance(by: .milliseconds(250))
        await arena.hasStarted(1)
        arena.end(1, .failure(Lost(number: 1)))
        await arena.hasStarted(2)
        arena.end(2, .failure(Lost(number: 2)))
        arena.end(0, .failure(Lost(number: 0)))
        guard case .lost(let failures) = try await outcome else { return #expect(Bool(false), "nobody could win") }
        #expect(Set(failures.map(\.number)) == [0, 1, 2])
        #expect(failures.first?.number == 1)
    }

    @Test func emptyPlanIsLost() async throws {
        guard case .lost(let failures) = try await race(0) else { return #expect(Bool(false), "nobody ran") }
        #expect(failures.isEmpty)
    }

    @Test func cancellingEndsEveryAttemptAndIsNoFailure() async throws {
        let task = Task { try await race(5) }
        await arena.hasStarted(0)
        await clock.sleepers(1)
        clock.advance(by: .milliseconds(250))
        await arena.hasStarted(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(arena.cancelled == [0, 1])
        #expect(arena.started == [0, 1])
    }

    @Test func successThatComesSecondIsDiscarded() async throws {
        let discarded = Mutex<[Int]>([])
        // Attempt 0 succeeds on being cancelled, as a handshake that ends at that moment does.
        let outcome = try await StaggeredRace(clock: clock).run(Numbers(rest: 0..<2)) { [arena, clock] number in
            guard number == 0 else {
                return .success(1)
            }
            await clock.sleepers(1)
            clock.advance(by: .milliseconds(250))
            _ = await arena.attempt(0)
            return Result<Int, Lost>.success(0)
        } discard: { number in
            discarded.withLock { $0.append(number) }
        }
        guard case .won(1) = outcome else { return #expect(Bool(false), "1 should have won") }
        #expect(discarded.withLock { $0 } == [0])
    }
}
