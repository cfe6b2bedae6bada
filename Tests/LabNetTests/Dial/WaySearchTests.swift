import Testing

@testable import LabNet

@Suite(.timeLimit(.minutes(1))) struct WaySearchTests {
    private let search = WaySearch()
    private let origin = Origin(scheme: .https, host: .name("registry.example"))
    private let failure = NetworkError(step: .dial, host: "registry.example", cause: .refused)

    @Test func firstSearchesAndTheOthersWaitForWhatItFinds() async {
        let first = search.claim(origin)
        #expect(await first.take() == .mine)
        #expect(await first.take() == .mine, "once taken, it stays")
        let waiting = await waiters(7)
        first.end(.found)
        for waiter in waiting { #expect(await waiter.part.value == .over(.found)) }
    }

    @Test func failureReachesThoseWhoWait() async {
        let first = search.claim(origin)
        #expect(await first.take() == .mine)
        let waiting = await waiters(3)
        first.end(.failed(failure))
        for waiter in waiting { #expect(await waiter.part.value == .over(.failed(failure))) }
        #expect(await search.claim(origin).take() == .mine, "the next one tries again")
    }

    @Test func searchOfACancelledOneIsTakenOverInTurn() async {
        let first = search.claim(origin)
        #expect(await first.take() == .mine)
        let waiting = await waiters(3)
        first.end(.cancelled)
        var heirs = 0
        // Each heir gives up in turn; none is forgotten, and no two search at once.
        for waiter in waiting {
            if await waiter.part.value == .mine { heirs += 1 }
            waiter.claim.end(.cancelled)
        }
        #expect(heirs == 3)
        #expect(await search.claim(origin).take() == .mine)
    }

    @Test func whoeverWaitsCanBeCancelled() async {
        let first = search.claim(origin)
        #expect(await first.take() == .mine)
        let waiting = await waiters(2)
        waiting[0].part.cancel()
        #expect(await waiting[0].part.value == .over(.cancelled))
        first.end(.cancelled)
        #expect(await waiting[1].part.value == .mine)
    }

    @Test func endingWhatOneDoesNotHoldDoesNothing() async {
        let first = search.claim(origin)
        #expect(await first.take() == .mine)
        search.claim(origin).end(.found)
        let waiting = await waiters(1)
        first.end(.found)
        #expect(await waiting[0].part.value == .over(.found))
        first.end(.found)
        let second = search.claim(origin)
        #expect(await second.take() == .mine)
        first.end(.found)
        let third = await waiters(1)
        second.end(.failed(failure))
        #expect(await third[0].part.value == .over(.failed(failure)))
    }

    @Test func originsDoNotWaitForEachOther() async {
        #expect(await search.claim(origin).take() == .mine)
        let other = Origin(scheme: .https, host: .name("registry.example"), port: 5000)
        #expect(await search.claim(other).take() == .mine)
    }

    @Test func nobodyIsForgottenHoweverItEnds() async {
        // Many come and go at once; every one of them gets its part, and the search is free in the end.
        let running = Watched(0)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask { [search, origin, failure] in
                    let claim = search.claim(origin)
                    if await claim.take() == .mine {
                        let count = running.update { count in
                            count += 1
                            return count
                        }
                        #expect(count == 1)
                        await Task.yield()
                        running.update { $0 -= 1 }
                        claim.end([.found, .failed(failure), .cancelled][number % 3])
                    }
                }
            }
        }
        #expect(await search.claim(origin).take() == .mine)
    }

    /// So many who wait already, in order.
    private func waiters(_ count: Int) async -> [(claim: WaySearch.Claim, part: Task<WaySearch.Part, Never>)] {
        var all: [(claim: WaySearch.Claim, part: Task<WaySearch.Part, Never>)] = []
        for number in 1...count {
            let claim = search.claim(origin)
            all.append((claim, Task { await claim.take() }))
            while search.waiting(for: origin) < number { await Task.yield() }
        }
        return all
    }
}
