/// What this path to a resolver looks like when nobody interferes, as the control query showed it.
package struct Baseline: Hashable, Sendable {
    /// From the query's departure to its answer's arrival.
    package var roundTrip: Duration
    /// The hop limit (IPv4: TTL) with which the answer arrived, where the system told it.
    package var hopLimit: UInt8?
    /// Whether the answer carried an OPT record.
    package var hasOPT: Bool

    /// Puts the parts together.
    package init(roundTrip: Duration, hopLimit: UInt8?, hasOPT: Bool) {
        self.roundTrip = roundTrip
        self.hopLimit = hopLimit
        self.hasOPT = hasOPT
    }

    /// Takes the baseline from the answers to control queries: the shortest round trip of those that look alike.
    ///
    /// Nil when none came, or when they differ in more than time: then somebody forges control answers too, and which of
    /// them is true cannot be said.
    package init?(control replies: [Reply]) {
        guard let first = replies.first else { return nil }
        let alike = replies.allSatisfy { reply in
            reply.hasOPT == first.hasOPT && reply.claim == first.claim
                && !Sign.differs(reply.hopLimit, from: first.hopLimit)
        }
        let roundTrips = replies.compactMap(\.elapsed)
        guard alike, let shortest = roundTrips.min(), let longest = roundTrips.max(),
            !Sign.isEarly(shortest, roundTrip: longest)
        else { return nil }
        self.init(roundTrip: shortest, hopLimit: first.hopLimit, hasOPT: first.hasOPT)
    }
}

/// One answer to one query, reduced to what can speak for it or against it.
package struct Reply: Hashable, Sendable {
    /// What it says.
    package var claim: DNSClaim
    /// From the query's departure to its arrival; nil over TCP, where it says nothing about the path.
    package var elapsed: Duration?
    /// The hop limit with which it arrived; nil over TCP, and where the system did not tell it.
    package var hopLimit: UInt8?
    /// Whether it carries an OPT record.
    package var hasOPT: Bool
    /// Whether the question came back in the letter case in which it was asked.
    package var keepsCase: Bool
    /// The AA bit.
    package var isAuthoritative: Bool
    /// The RA bit.
    package var offersRecursion: Bool

    /// Puts the parts together; the defaults are those of an ordinary answer.
    package init(
        claim: DNSClaim, elapsed: Duration?, hopLimit: UInt8?, hasOPT: Bool = true, keepsCase: Bool = true,
        isAuthoritative: Bool = false, offersRecursion: Bool = true
    ) {
        self.claim = claim
        self.elapsed = elapsed
        self.hopLimit = hopLimit
        self.hasOPT = hasOPT
        self.keepsCase = keepsCase
        self.isAuthoritative = isAuthoritative
        self.offersRecursion = offersRecursion
    }
}

/// One query to one resolver, and everything that came back to it.
package struct Evidence: Hashable, Sendable {
    /// Whom the query went to.
    package var resolver: Endpoint
    /// The type that was asked for.
    package var type: DNSRecordType
    /// The resolver's baseline, where its control query was answered.
    package var baseline: Baseline?
    /// Every answer that could be read, in the order of arrival.
    package var replies: [Reply]

    /// Puts the parts together.
    package init(resolver: Endpoint, type: DNSRecordType, baseline: Baseline?, replies: [Reply]) {
        self.resolver = resolver
        self.type = type
        self.baseline = baseline
        self.replies = replies
    }
}
