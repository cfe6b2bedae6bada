/// Something about an answer that speaks against it.
package enum Sign: Hashable, Sendable {
    /// It came before this resolver can have sent it.
    case early(elapsed: Duration, roundTrip: Duration)
    /// It came from another distance than the resolver's baseline.
    case hopLimit(UInt8, baseline: UInt8)
    /// It has no OPT record, though this resolver sends one.
    case noOPT
    /// The question's letter case was not kept.
    case caseChanged
    /// Its addresses stand in more answers that were rejected than in answers that were not.
    case seenForged
    /// The AA bit, from what should be a resolver.
    case authoritative
    /// No RA bit, from what should be a resolver.
    case noRecursion
    /// An address that is not of the public Internet.
    case specialPurpose(IPAddress)

    /// How much a sign is worth.
    package enum Weight: Int, Hashable, Sendable, Comparable {
        /// Says something only where another resolver contradicts.
        case weak
        /// Can happen to an honest answer when the path is busy, or be brought about by a censor.
        case soft
        /// Does not happen to an honest answer.
        case hard

        /// Weaker comes first.
        package static func < (one: Weight, other: Weight) -> Bool { one.rawValue < other.rawValue }
    }

    /// Less than half the round trip is early; less than a quarter cannot be a busy control query any more.
    package var weight: Weight {
        switch self {
        case .early(let elapsed, let roundTrip): elapsed * 4 < roundTrip ? .hard : .soft
        case .hopLimit, .noOPT, .caseChanged: .hard
        case .seenForged: .soft
        case .authoritative, .noRecursion, .specialPurpose: .weak
        }
    }

    /// The signs that a reply bears by itself, held against its resolver's baseline.
    package static func borne(by reply: Reply, baseline: Baseline?) -> [Sign] {
        var signs: [Sign] = []
        if let elapsed = reply.elapsed, let roundTrip = baseline?.roundTrip, isEarly(elapsed, roundTrip: roundTrip) {
            signs.append(.early(elapsed: elapsed, roundTrip: roundTrip))
        }
        if let hopLimit = reply.hopLimit, let usual = baseline?.hopLimit, differs(hopLimit, from: usual) {
            signs.append(.hopLimit(hopLimit, baseline: usual))
        }
        if baseline?.hasOPT == true, !reply.hasOPT { signs.append(.noOPT) }
        if !reply.keepsCase { signs.append(.caseChanged) }
        if reply.isAuthoritative { signs.append(.authoritative) }
        if !reply.offersRecursion { signs.append(.noRecursion) }
        let special = reply.claim.addresses.filter(\.isSpecialPurpose).min { $0.description < $1.description }
        if let special { signs.append(.specialPurpose(special)) }
        return signs
    }

    /// Less than half of the round trip, and by more than the 5 ms by which any answer may wander.
    static func isEarly(_ elapsed: Duration, roundTrip: Duration) -> Bool {
        elapsed * 2 < roundTrip && roundTrip - elapsed > .milliseconds(5)
    }

    /// More than one hop apart: load balancing moves honest answers by one (Hold-On, 2012).
    static func differs(_ hopLimit: UInt8?, from other: UInt8?) -> Bool {
        guard let hopLimit, let other else { return false }
        return max(hopLimit, other) - min(hopLimit, other) > 1
    }
}

extension Sign: CustomStringConvertible {
    /// A few technical words, for observations.
    package var description: String {
        switch self {
        case .early(let elapsed, let roundTrip):
            "early: \(elapsed.inMilliseconds), baseline \(roundTrip.inMilliseconds)"
        case .hopLimit(let limit, let usual): "hop limit \(limit), baseline \(usual)"
        case .noOPT: "no OPT, baseline has it"
        case .caseChanged: "letter case not kept"
        case .seenForged: "addresses seen in forged answers"
        case .authoritative: "AA from a resolver"
        case .noRecursion: "no RA from a resolver"
        case .specialPurpose(let address): "special-purpose address \(address)"
        }
    }
}

extension Duration {
    /// `2.1 ms`.
    var inMilliseconds: String {
        let tenths = self / .microseconds(100)
        return "\(Int(tenths) / 10).\(abs(Int(tenths)) % 10) ms"
    }
}
