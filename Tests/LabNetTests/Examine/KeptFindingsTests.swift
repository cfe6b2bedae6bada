import Synchronization
import Testing

@testable import LabNet

/// What the cache makes of findings that a survey hands it.
@Suite struct KeptFindingsTests {
    private let clock = ManualClock()

    /// Who is found after the findings have been kept, and whether that took a lookup.
    private func found(
        _ cache: LookupCache, fresh: Candidate
    ) async throws -> (candidates: [Candidate], isLookedUp: Bool) {
        let told = Mutex<[Candidate]>([])
        let isLookedUp = Mutex(false)
        try await cache.resolve("a.example") { candidate in
            told.withLock { $0.append(candidate) }
        } look: { found in
            isLookedUp.withLock { $0 = true }
            found(Finding(fresh))
        }
        return (told.withLock(\.self), isLookedUp.withLock(\.self))
    }

    @Test func whatIsTrustedIsToldUntilItExpires() async throws {
        let (kept, fresh) = (try SecureWorld.address("192.0.2.1"), try SecureWorld.address("192.0.2.2"))
        let cache = LookupCache(clock: clock)
        cache.keep([Finding(kept, lifetime: .seconds(30))], of: "a.example")
        let early = try await found(cache, fresh: fresh)
        #expect(early.candidates == [kept] && !early.isLookedUp)
        clock.advance(by: .seconds(31))
        let late = try await found(cache, fresh: fresh)
        #expect(late.candidates == [fresh] && late.isLookedUp)
    }

    @Test func whatIsAllInDoubtIsToldAndLookedUpAgain() async throws {
        let kept = try SecureWorld.address("192.0.2.1", .doubtful)
        let fresh = try SecureWorld.address("192.0.2.2")
        let cache = LookupCache(clock: clock)
        cache.keep([Finding(kept)], of: "a.example")
        let all = try await found(cache, fresh: fresh)
        #expect(all.candidates == [kept, fresh] && all.isLookedUp)
    }

    @Test func nothingFoundIsNotKept() async throws {
        let fresh = try SecureWorld.address("192.0.2.2")
        let cache = LookupCache(clock: clock)
        cache.keep([], of: "a.example")
        let all = try await found(cache, fresh: fresh)
        #expect(all.candidates == [fresh] && all.isLookedUp)
    }
}
