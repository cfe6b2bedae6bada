/// Something about an answer that speaks against it.
package enum Sign: Hashable, Sendable {
    /// It came before this resolver can have sent it.
    case early(elapsed: Duration, roundTrip: Duration)
    /// The same, of a resolver on the user's own network: it may have had the name in its cache.
    case earlyNearby(elapsed: Duration, roundTrip: Duration)
    /// It came from another distance than the resolver's baseline.
    case hopLimit(UInt8, baseline: UInt8)
    /// It has no OPT record, though this resolver sends one.
    case noOPT
    /// Its OPT record has no DNS cookie, though this resolver echoes ours.
    case noCookie
    /// It carries a DNS cookie that is not ours.
    case wrongCookie
    /// The question's letter case was not kept.
    case caseChanged
    /// This address was given where no resolver listens.
    case seenAtCanary(IPAddress)
    /// It came from the distance of a known forger, and no baseline says otherwise.
    case forgersHopLimit(UInt8)
    /// It looks like the answers from where no resolver listens, and no baseline says otherwise.
    case canaryShape
    /// It looks like the answers of him who answers every question, whoever was asked.
    case impersonated
    /// Its addresses stand in more answers that were rejected than in answers that were not.
    case seenForged
    /// No other resolver names a network of its addresses, while at least two agree on another.
    case loneDissent
    /// The AA bit, from what should be a resolver.
    case authoritative
    /// No RA bit, from what should be a resolver.
    case noRecursion
    /// The answer section holds records of names that were not asked for.
    case strayRecords
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
        case .hopLimit, .noOPT, .noCookie, .wrongCookie, .caseChanged, .seenAtCanary: .hard
        case .forgersHopLimit, .canaryShape, .impersonated, .seenForged, .loneDissent: .soft
        case .earlyNearby, .authoritative, .noRecursion, .strayRecords, .specialPurpose: .weak
        }
    }
}

// MARK: - Borne by one answer

extension Sign {
    /// Whether it speaks of what is said and not of who said it.
    var isOfContent: Bool {
        switch self {
        case .seenAtCanary, .seenForged, .loneDissent, .specialPurpose: true
        default: false
        }
    }

    /// The signs that a reply bears by itself, held against its resolver's baseline and what is known of the forger.
    static func borne(by reply: Reply, to evidence: Evidence, forger: Forger) -> [Sign] {
        var signs: [Sign] = []
        if let baseline = evidence.baseline, evidence.channel(of: reply) != .encrypted {
            compare(reply, with: baseline, isNear: evidence.resolver.endpoint.address.isLocalNetwork, into: &signs)
        }
        if reply.cookie == .wrong { signs.append(.wrongCookie) }
        if !reply.keepsCase { signs.append(.caseChanged) }
        forger.recognise(reply, to: evidence, into: &signs)
        if reply.isAuthoritative { signs.append(.authoritative) }
        if !reply.offersRecursion { signs.append(.noRecursion) }
        if reply.hasStrayRecords { signs.append(.strayRecords) }
        if let special = reply.claim.addresses.lazy.filter(\.isSpecialPurpose).min() {
            signs.append(.specialPurpose(special))
        }
        return signs
    }

    private static func compare(_ reply: Reply, with baseline: Baseline, isNear: Bool, into signs: inout [Sign]) {
        if let elapsed = reply.elapsed, isEarly(elapsed, roundTrip: baseline.roundTrip) {
            signs.append(
                isNear
                    ? .earlyNearby(elapsed: elapsed, roundTrip: baseline.roundTrip)
                    : .early(elapsed: elapsed, roundTrip: baseline.roundTrip))
        }
        if let hopLimit = reply.hopLimit, let usual = baseline.hopLimit, differs(hopLimit, from: usual) {
            signs.append(.hopLimit(hopLimit, baseline: usual))
        }
        // A cookie lives in the OPT record: where that is missing, both signs would be one and the same.
        if baseline.hasOPT, !reply.hasOPT {
            signs.append(.noOPT)
        } else if baseline.echoesCookie, reply.cookie == .absent {
            signs.append(.noCookie)
        }
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
        case .earlyNearby(let elapsed, let roundTrip):
            "early for its distance: \(elapsed.inMilliseconds), baseline \(roundTrip.inMilliseconds), on this network"
        case .hopLimit(let limit, let usual): "hop limit \(limit), baseline \(usual)"
        case .noOPT: "no OPT, baseline has it"
        case .noCookie: "no DNS cookie, baseline has it"
        case .wrongCookie: "DNS cookie is not ours"
        case .caseChanged: "letter case not kept"
        case .seenAtCanary(let address): "\(address) was given where no resolver listens"
        case .forgersHopLimit(let limit): "hop limit \(limit), as of forged answers"
        case .canaryShape: "looks like answers from where no resolver listens"
        case .impersonated: "looks like the answers of whoever answers for all resolvers"
        case .seenForged: "addresses seen in forged answers"
        case .loneDissent: "no other resolver names its networks, others agree"
        case .authoritative: "AA from a resolver"
        case .noRecursion: "no RA from a resolver"
        case .strayRecords: "records of other names"
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
