import Synchronization
import Testing

@testable import LabNet

@Suite(.timeLimit(.minutes(1))) struct StaggeredRaceTests {
    private struct Lost: Error, Hashable { let number: Int }

    /// Attempts in the order in which they were heard of.
    private struct Numbers: RacePlan {
        var rest: [Int]
        var lost: [Int] = []
        var isWhole = false
        mutating func next() -> Int? { rest.isEmpty ? nil : rest.removeFirst() }
        mutating func failed(_ attempt: Int, _ failure: Lost) { lost.append(failure.number) }
        mutating func hear(_ news: Int) { rest.append(news) }
        mutating func hearSourceEnded() { isWhole = true }
    }

    /// A source that tells and ends when the test says so.
    private final class Spring: Sendable {
        private struct State {
            var tell: (@Sendable (Int) -> Void)?
            var isOpen = false
            var isEnded = false
            var wasCancelled = false
        }

        private let state = Watched(State())

        var isOpen: Bool { state.value.isOpen }
        var wasCancelled: Bool { state.value.wasCancelled }

        func run(_ tell: @escaping @Sendable (Int) -> Void) async {
            state.update {
                $0.tell = tell
                $0.isOpen = true
            }
            await withTaskCancellationHandler {
                await state.wait { $0.isEnded }
            } onCancel: {
                state.update {
                    $0.wasCancelled = true
                    $0.isEnded = true
                }
            }
        }

        func opened() async { await state.wait { $0.isOpen } }
        func tell(_ number: Int) { state.value.tell?(number) }
        func end() { state.update { $0.isEnded = true } }
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

    private func race(_ count: Int) async throws -> StaggeredRace.Outcome<Int, Numbers> {
        try await StaggeredRace(clock: clock).run(
            Numbers(rest: Array(0..<count)), source: { _ in },
            attempt: { [arena] number, _ in await arena.attempt(number) },
            discard: { _ in })
    }

    private func race(_ known: [Int], _ spring: Spring) async throws -> StaggeredRace.Outcome<Int, Numbers> {
        try await StaggeredRace(clock: clock).run(
            Numbers(rest: known), source: { await spring.run($0) },
            attempt: { [arena] number, _ in await arena.attempt(number) }, discard: { _ in })
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
        guard case .won(1) = try await outcome else {
            Issue.record("1 should have won")
            return
        }
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
        guard case .won(1) = try await outcome else {
            Issue.record("1 should have won")
            return
        }
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
        guard case .lost(let plan) = try await outcome else {
            Issue.record("nobody could win")
            return
        }
        #expect(Set(plan.lost) == [0, 1, 2])
        #expect(plan.lost.first == 1)
        #expect(plan.isWhole)
    }

    @Test func emptyPlanIsLost() async throws {
        guard case .lost(let plan) = try await race(0) else {
            Issue.record("nobody ran")
            return
        }
        #expect(plan.lost.isEmpty && plan.isWhole)
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
        let outcome = try await StaggeredRace(clock: clock).run(Numbers(rest: [0, 1])) { _ in
        } attempt: { [arena, clock] number, _ in
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
        guard case .won(1) = outcome else {
            Issue.record("1 should have won")
            return
        }
        #expect(discarded.withLock { $0 } == [0])
    }

    // MARK: News

    @Test func raceBeginsWithTheFirstNewsAndWaitsForNoMore() async throws {
        let spring = Spring()
        async let outcome = race([], spring)
        await spring.opened()
        spring.tell(7)
        await arena.hasStarted(7)
        #expect(clock.now.offset == .zero)
        arena.end(7, .success(7))
        guard case .won(7) = try await outcome else {
            Issue.record("7 should have won")
            return
        }
        #expect(spring.wasCancelled, "a race that is won asks no further")
    }

    @Test func newsThatComeDuringAStaggerWaitForItsEnd() async throws {
        let spring = Spring()
        async let outcome = race([], spring)
        await spring.opened()
        spring.tell(1)
        await arena.hasStarted(1)
        await clock.sleepers(1)
        spring.tell(2)
        clock.advance(by: .milliseconds(249))
        #expect(arena.started == [1])
        clock.advance(by: .milliseconds(1))
        await arena.hasStarted(2)
        arena.end(2, .success(2))
        guard case .won(2) = try await outcome else {
            Issue.record("2 should have won")
            return
        }
    }

    @Test func newsThatComeAfterAStaggerStartAtOnce() async throws {
        let spring = Spring()
        async let outcome = race([], spring)
        await spring.opened()
        spring.tell(1)
        await arena.hasStarted(1)
        await clock.sleepers(1)
        clock.advance(by: .seconds(1))
        spring.tell(2)
        await arena.hasStarted(2)
        arena.end(1, .success(1))
        guard case .won(1) = try await outcome else {
            Issue.record("1 should have won")
            return
        }
    }

    @Test func raceIsLostOnlyWhenTheSourceHasEnded() async throws {
        let spring = Spring()
        async let outcome = race([], spring)
        await spring.opened()
        for number in 1...3 {
            spring.tell(number)
            await arena.hasStarted(number)
            arena.end(number, .failure(Lost(number: number)))
        }
        spring.end()
        guard case .lost(let plan) = try await outcome else {
            Issue.record("nobody could win")
            return
        }
        #expect(plan.lost == [1, 2, 3])
        #expect(plan.isWhole)
    }

    @Test func raceGoesOnWhenTheSourceHasEnded() async throws {
        let spring = Spring()
        async let outcome = race([], spring)
        await spring.opened()
        for number in 1...3 { spring.tell(number) }
        spring.end()
        for number in 1...2 {
            await arena.hasStarted(number)
            arena.end(number, .failure(Lost(number: number)))
        }
        await arena.hasStarted(3)
        #expect(clock.now.offset == .zero)
        arena.end(3, .success(3))
        guard case .won(3) = try await outcome else {
            Issue.record("3 should have won")
            return
        }
    }

    @Test func sourceIsNotOpenedWhereAKnownAttemptWins() async throws {
        let spring = Spring()
        async let outcome = race([1], spring)
        await arena.hasStarted(1)
        arena.end(1, .success(1))
        guard case .won(1) = try await outcome else {
            Issue.record("1 should have won")
            return
        }
        #expect(!spring.isOpen)
    }

    @Test func sourceIsOpenedAfterTheStaggerOfAKnownAttempt() async throws {
        let spring = Spring()
        async let outcome = race([1], spring)
        await arena.hasStarted(1)
        await clock.sleepers(1)
        #expect(!spring.isOpen)
        clock.advance(by: .milliseconds(250))
        await spring.opened()
        arena.end(1, .success(1))
        guard case .won(1) = try await outcome else {
            Issue.record("1 should have won")
            return
        }
    }

    @Test func sourceIsOpenedAtOnceWhereAKnownAttemptFails() async throws {
        let spring = Spring()
        async let outcome = race([1], spring)
        await arena.hasStarted(1)
        arena.end(1, .failure(Lost(number: 1)))
        await spring.opened()
        #expect(clock.now.offset == .zero)
        spring.end()
        guard case .lost(let plan) = try await outcome else {
            Issue.record("nobody could win")
            return
        }
        #expect(plan.lost == [1])
    }

    @Test func attemptsTellNewsToo() async throws {
        let outcome = try await StaggeredRace(clock: clock).run(Numbers(rest: [0])) { _ in
        } attempt: { number, tell in
            guard number == 0 else { return .success(number) }
            tell(5)
            return Result<Int, Lost>.failure(Lost(number: 0))
        } discard: { _ in
        }
        guard case .won(5) = outcome else {
            Issue.record("5 should have won")
            return
        }
    }

    @Test func cancellingEndsAnOpenSource() async throws {
        let spring = Spring()
        let task = Task { try await race([], spring) }
        await spring.opened()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(spring.wasCancelled)
    }
}
