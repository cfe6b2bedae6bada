import Synchronization
import Testing

@testable import LabNet

/// Who shares a lookup, and how long its findings are kept, on a clock that the test moves.
@Suite struct LookupCacheTests {
    private static let first = Candidate(address: .v4(1), trust: .trusted)
    private static let second = Candidate(address: .v4(2), trust: .trusted)
    private static let failure = NetworkError(step: .resolve, host: "a", cause: .noAnswer)

    /// A gate that opens once.
    private final class Gate: Sendable {
        private let (stream, opening) = AsyncStream.makeStream(of: Never.self)
        func open() { opening.finish() }
        func pass() async throws {
            for await _ in stream {}
            try Task.checkCancellation()
        }
    }

    /// One who asks, and what he has been told so far.
    private final class Asker: Sendable {
        let told = Watched<[Candidate]>([])
        private let task: Task<Void, any Error>

        init(
            _ cache: LookupCache, look: @escaping @Sendable (@escaping @Sendable (Finding) -> Void) async throws -> Void
        ) {
            task = Task { [told] in
                try await cache.resolve("a", found: { candidate in told.update { $0.append(candidate) } }, look: look)
            }
        }

        func cancel() { task.cancel() }
        func end() async throws -> [Candidate] {
            try await task.value
            return told.value
        }
    }

    private let clock = ManualClock()
    private let lookups = Watched(0)
    private let gate = Gate()

    /// A lookup that finds the first at once and the second behind the gate.
    private func slowly(_ found: @Sendable (Finding) -> Void) async throws {
        lookups.update { $0 += 1 }
        found(Finding(Self.first, lifetime: .seconds(60)))
        try await gate.pass()
        found(Finding(Self.second, lifetime: .seconds(60)))
    }

    @Test func everybodyHearsTheOneLookupAsItGoesOn() async throws {
        let cache = LookupCache(clock: clock)
        let askers = (0..<50).map { _ in Asker(cache) { try await self.slowly($0) } }
        for asker in askers { await asker.told.wait { $0 == [Self.first] } }
        let late = Asker(cache) { try await self.slowly($0) }
        await late.told.wait { $0 == [Self.first] }
        gate.open()
        for asker in askers + [late] { #expect(try await asker.end() == [Self.first, Self.second]) }
        let kept = Asker(cache) { _ in Issue.record("looked again") }
        #expect(try await kept.end() == [Self.first, Self.second])
        #expect(lookups.value == 1)
    }

    @Test func namesAreKeptApart() async throws {
        let cache = LookupCache(clock: clock)
        for (name, candidate) in [("a", Self.first), ("b", Self.second), ("a", Self.first)] {
            let told = Watched<[Candidate]>([])
            try await cache.resolve(name) { candidate in
                told.update { $0.append(candidate) }
            } look: { found in
                found(Finding(candidate))
            }
            #expect(told.value == [candidate])
        }
    }

    @Test func aFailureReachesThoseWhoListenAndIsNotKept() async throws {
        let cache = LookupCache(clock: clock)
        let look: @Sendable (@Sendable (Finding) -> Void) async throws -> Void = { _ in
            self.lookups.update { $0 += 1 }
            try await self.gate.pass()
            throw Self.failure
        }
        let askers = (0..<2).map { _ in Asker(cache, look: look) }
        await lookups.wait { $0 == 1 }
        gate.open()
        for asker in askers { await #expect(throws: Self.failure) { try await asker.end() } }
        #expect(try await Asker(cache) { $0(Finding(Self.first)) }.end() == [Self.first])
    }

    // MARK: Cancellation

    @Test func whenTheOneWhoLooksIsCancelledAnotherTakesOver() async throws {
        let cache = LookupCache(clock: clock)
        let one = Asker(cache) { try await self.slowly($0) }
        await one.told.wait { $0 == [Self.first] }
        let other = Asker(cache) { found in
            self.lookups.update { $0 += 1 }
            found(Finding(Self.second))
        }
        await other.told.wait { $0 == [Self.first] }
        one.cancel()
        await #expect(throws: CancellationError.self) { try await one.end() }
        await clock.sleepers(1)
        clock.advance(by: LookupCache.patience)
        #expect(try await other.end() == [Self.first, Self.second])
        #expect(lookups.value == 2)
    }

    @Test func whoListensCanBeCancelledAlone() async throws {
        let cache = LookupCache(clock: clock)
        let one = Asker(cache) { try await self.slowly($0) }
        await one.told.wait { $0 == [Self.first] }
        let other = Asker(cache) { _ in Issue.record("looked again") }
        await other.told.wait { $0 == [Self.first] }
        other.cancel()
        await #expect(throws: CancellationError.self) { try await other.end() }
        gate.open()
        #expect(try await one.end() == [Self.first, Self.second])
    }

    @Test func whatAnInterruptedLookupFoundIsToldAtOnceAndLookedForLater() async throws {
        let cache = LookupCache(clock: clock)
        let one = Asker(cache) { try await self.slowly($0) }
        await one.told.wait { $0 == [Self.first] }
        one.cancel()
        await #expect(throws: CancellationError.self) { try await one.end() }

        // He has what he needs before the patience is over: nobody looks again.
        let satisfied = Asker(cache) { _ in Issue.record("looked again") }
        await satisfied.told.wait { $0 == [Self.first] }
        await clock.sleepers(1)
        clock.advance(by: LookupCache.patience - .nanoseconds(1))
        satisfied.cancel()
        await #expect(throws: CancellationError.self) { try await satisfied.end() }

        let unsatisfied = Asker(cache) { $0(Finding(Self.second)) }
        await unsatisfied.told.wait { $0 == [Self.first] }
        await clock.sleepers(1)
        clock.advance(by: LookupCache.patience)
        #expect(try await unsatisfied.end() == [Self.first, Self.second])
    }

    @Test func behindADoubtfulCandidateNobodyWaits() async throws {
        let cache = LookupCache(clock: clock)
        let doubtful = Candidate(address: .v4(1), trust: .doubtful)
        let one = Asker(cache) { found in
            found(Finding(doubtful))
            try await self.gate.pass()
        }
        await one.told.wait { $0 == [doubtful] }
        one.cancel()
        _ = try? await one.end()
        #expect(try await Asker(cache) { $0(Finding(Self.first)) }.end() == [doubtful, Self.first])
    }

    @Test func aFailureBehindWhatIsKnownIsNone() async throws {
        let cache = LookupCache(clock: clock)
        let one = Asker(cache) { try await self.slowly($0) }
        await one.told.wait { $0 == [Self.first] }
        one.cancel()
        _ = try? await one.end()
        let other = Asker(cache) { _ in throw Self.failure }
        await clock.sleepers(1)
        clock.advance(by: LookupCache.patience)
        #expect(try await other.end() == [Self.first])
    }

    // MARK: Lifetimes

    @Test(arguments: [(0, 10), (60, 60), (604_800, 3600)])
    func findingsLiveAsLongAsTheirRecordsSayWithinReason(_ asked: Int, _ seconds: Int) async throws {
        let cache = LookupCache(clock: clock)
        let look: @Sendable (@Sendable (Finding) -> Void) async throws -> Void = { found in
            self.lookups.update { $0 += 1 }
            found(Finding(Self.first, lifetime: .seconds(asked)))
        }
        #expect(try await Asker(cache, look: look).end() == [Self.first])
        clock.advance(by: .seconds(seconds) - .nanoseconds(1))
        #expect(try await Asker(cache, look: look).end() == [Self.first])
        #expect(lookups.value == 1)
        clock.advance(by: .nanoseconds(1))
        #expect(try await Asker(cache, look: look).end() == [Self.first])
        #expect(lookups.value == 2)
    }

    @Test func oneThatHasExpiredHasTheRestLookedUpAgain() async throws {
        let cache = LookupCache(clock: clock)
        _ = try await Asker(cache) { found in
            found(Finding(Self.first, lifetime: .seconds(10)))
            found(Finding(Self.second, lifetime: .seconds(600)))
        }.end()
        clock.advance(by: .seconds(10))
        let asker = Asker(cache) { $0(Finding(Self.first)) }
        await asker.told.wait { $0 == [Self.second] }
        await clock.sleepers(1)
        clock.advance(by: LookupCache.patience)
        #expect(try await asker.end() == [Self.second, Self.first])
    }

    @Test func aCandidateComesAgainOnlyWithAnotherTrust() async throws {
        let cache = LookupCache(clock: clock)
        let doubtful = Candidate(address: .v4(1), trust: .doubtful)
        let told = try await Asker(cache) { found in
            for candidate in [Self.first, Self.first, doubtful, doubtful, Self.second] { found(Finding(candidate)) }
        }.end()
        #expect(told == [Self.first, doubtful, Self.second])
        #expect(try await Asker(cache) { _ in }.end() == [doubtful, Self.second])
    }
}
