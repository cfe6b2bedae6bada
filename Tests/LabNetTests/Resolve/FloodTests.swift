import Testing

@testable import LabNet

/// How much of what comes back to one query is taken in.
@Suite struct FloodTests {
    private func taken(of content: Arrival.Content, by flood: inout Flood) -> Int {
        var taken = 0
        for _ in 0..<1000 where flood.admits(content) { taken += 1 }
        return taken
    }

    /// Whatever came before it, the true answer is taken in: junk, ICMP errors, and forgeries that came otherwise.
    @Test func aFloodDoesNotKeepTheTruthOut() {
        var flood = Flood()
        for _ in 0..<1000 {
            _ = flood.admits(.unreadable(.wrongID(1)))
            _ = flood.admits(.disturbed(SocketFailure(errno: 111)))
            _ = flood.admits(.truncated(flags: 0x8380, keepsCase: true))
        }
        let lie = Arrival.Content.replied(
            Reply(claim: .noSuchName, elapsed: .milliseconds(4), hopLimit: 61, hasOPT: false))
        #expect(taken(of: lie, by: &flood) == Flood.maximumAlike)
        let truth = Arrival.Content.replied(Reply(claim: .noData, elapsed: .milliseconds(150), hopLimit: 50))
        #expect(taken(of: truth, by: &flood) > 0)
    }

    @Test func everythingHasABound() {
        var flood = Flood()
        #expect(taken(of: .unreadable(.overrun), by: &flood) == Flood.maximumJunk)
        #expect(taken(of: .disturbed(SocketFailure(errno: 111)), by: &flood) == Flood.maximumJunk)
        var taken = 0
        for hops in UInt8.min...UInt8.max {
            let reply = Arrival.Content.replied(Reply(claim: .noData, elapsed: .milliseconds(4), hopLimit: hops))
            for _ in 0..<100 where flood.admits(reply) { taken += 1 }
        }
        #expect(taken == Flood.maximumReplies)
    }
}
