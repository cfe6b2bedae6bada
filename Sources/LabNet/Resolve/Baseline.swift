/// What this path to a resolver looks like when nobody interferes, as the control query showed it.
package struct Baseline: Hashable, Sendable {
    /// From the query's departure to its answer's arrival.
    package var roundTrip: Duration
    /// The hop limit (IPv4: TTL) with which the answer arrived, where the system told it.
    package var hopLimit: UInt8?
    /// Whether the answer carried an OPT record.
    package var hasOPT: Bool
    /// Whether the answer echoed our DNS cookie.
    package var echoesCookie: Bool

    /// Puts the parts together.
    package init(roundTrip: Duration, hopLimit: UInt8?, hasOPT: Bool, echoesCookie: Bool = false) {
        self.roundTrip = roundTrip
        self.hopLimit = hopLimit
        self.hasOPT = hasOPT
        self.echoesCookie = echoesCookie
    }

    /// Takes the baseline from the answers to control queries: the shortest round trip of those that look alike.
    ///
    /// Nil when none came over UDP, or when they differ in more than time: then somebody forges control answers too, and
    /// which of them is true cannot be said. One whose cookie is not ours is forged and counts for nothing.
    package init?(control replies: [Reply]) {
        let replies = replies.filter { $0.cookie != .wrong && $0.elapsed != nil }
        guard let first = replies.first else { return nil }
        let alike = replies.allSatisfy { reply in
            reply.hasOPT == first.hasOPT && reply.cookie == first.cookie && reply.claim == first.claim
                && !Sign.differs(reply.hopLimit, from: first.hopLimit)
        }
        let roundTrips = replies.compactMap(\.elapsed)
        guard alike, let shortest = roundTrips.min(), let longest = roundTrips.max(),
            !Sign.isEarly(shortest, roundTrip: longest)
        else { return nil }
        self.init(
            roundTrip: shortest, hopLimit: first.hopLimit, hasOPT: first.hasOPT,
            echoesCookie: first.cookie == .echoed)
    }
}
