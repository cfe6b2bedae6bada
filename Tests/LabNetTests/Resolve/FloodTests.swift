import Testing

@testable import LabNet

/// How much of what comes back to one query is taken in.
@Suite struct FloodTests {
    private func heard(_ reply: Reply) throws -> DNSConversation.Heard {
        let query = try DNSQuery.sample()
        return .answer(try DNSMessage(DNSPacket(answering: query).bytes, answering: query), reply)
    }

    private func taken(of heard: DNSConversation.Heard, by flood: inout Flood) -> Int {
        var taken = 0
        for _ in 0..<1000 where flood.admits(heard) { taken += 1 }
        return taken
    }

    /// Whatever came before it, the true answer is taken in: junk, ICMP errors, and forgeries that came otherwise.
    @Test func aFloodDoesNotKeepTheTruthOut() throws {
        var flood = Flood()
        for _ in 0..<1000 {
            _ = flood.admits(.unreadable(.wrongID(1)))
            _ = flood.admitsDisturbance()
        }
        let lie = try heard(Reply(claim: .noSuchName, elapsed: .milliseconds(4), hopLimit: 61, hasOPT: false))
        #expect(taken(of: lie, by: &flood) == Flood.maximumAlike)
        let truth = try heard(Reply(claim: .noData, elapsed: .milliseconds(150), hopLimit: 50))
        #expect(taken(of: truth, by: &flood) > 0)
    }

    @Test func everythingHasABound() throws {
        var flood = Flood()
        #expect(taken(of: .unreadable(.overrun), by: &flood) == Flood.maximumJunk)
        var disturbances = 0
        for _ in 0..<1000 where flood.admitsDisturbance() { disturbances += 1 }
        #expect(disturbances == Flood.maximumJunk)
        var taken = 0
        for hops in UInt8.min...UInt8.max {
            let reply = try heard(Reply(claim: .noData, elapsed: .milliseconds(4), hopLimit: hops))
            for _ in 0..<100 where flood.admits(reply) { taken += 1 }
        }
        #expect(taken == Flood.maximumReplies)
    }
}
