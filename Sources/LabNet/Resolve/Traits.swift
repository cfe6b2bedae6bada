/// What of an answer fits its resolver's baseline, so that a forger would have to imitate it.
///
/// Only what the baseline lets one see is ever a trait: where the resolver sends no OPT, its absence shows nothing.
package struct Traits: OptionSet, Hashable, Sendable {
    /// One bit for each trait.
    package let rawValue: UInt8

    /// Takes the bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// It took as long as the resolver's distance demands, and the resolver is far enough to tell.
    package static let roundTrip = Traits(rawValue: 1)
    /// It came from the resolver's distance in hops.
    package static let hopLimit = Traits(rawValue: 2)
    /// It has the OPT record that this resolver sends.
    package static let opt = Traits(rawValue: 4)
    /// It echoes our DNS cookie, as this resolver does.
    package static let cookie = Traits(rawValue: 8)
    /// It keeps the question's letter case; everybody who sees the question can.
    package static let letterCase = Traits(rawValue: 16)

    /// Injectors answer within about 4 to 32 ms: a resolver that is nearer cannot be told from one by time.
    static let shortestTellingRoundTrip: Duration = .milliseconds(20)

    /// What of a datagram fits a baseline.
    ///
    /// - Parameter isNear: the resolver is on the user's own network, where time tells nothing: it answers the question
    ///   from its cache and the control question from afar, or the other way round.
    init(of look: Look, elapsed: Duration?, baseline: Baseline, isNear: Bool) {
        self = look.keepsCase ? .letterCase : []
        if !isNear, let elapsed, baseline.roundTrip >= Self.shortestTellingRoundTrip,
            !Sign.isEarly(elapsed, roundTrip: baseline.roundTrip)
        {
            insert(.roundTrip)
        }
        if look.hopLimit != nil, baseline.hopLimit != nil, !Sign.differs(look.hopLimit, from: baseline.hopLimit) {
            insert(.hopLimit)
        }
        if baseline.hasOPT, look.hasOPT { insert(.opt) }
        if baseline.echoesCookie, look.echoesCookie { insert(.cookie) }
    }

    /// How many there are, but for the letter case: no injector that sees the question has trouble to keep it.
    var strength: Int { subtracting(.letterCase).rawValue.nonzeroBitCount }
}

/// What of a datagram does not depend on when it came: what a forger's answers have in common.
package struct Look: Hashable, Sendable {
    /// The hop limit, where the system told it.
    package var hopLimit: UInt8?
    /// Whether it carries an OPT record.
    package var hasOPT: Bool
    /// Whether it echoes our DNS cookie.
    package var echoesCookie: Bool
    /// Whether it keeps the question's letter case.
    package var keepsCase: Bool

    /// Takes the look of a reply.
    package init(of reply: Reply) {
        hopLimit = reply.hopLimit
        hasOPT = reply.hasOPT
        echoesCookie = reply.cookie == .echoed
        keepsCase = reply.keepsCase
    }
}

extension Traits: CustomStringConvertible {
    /// A few technical words, for observations.
    package var description: String {
        let names: [(Traits, String)] = [
            (.roundTrip, "round trip"), (.hopLimit, "hop limit"), (.opt, "OPT"), (.cookie, "cookie"),
        ]
        return names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}
