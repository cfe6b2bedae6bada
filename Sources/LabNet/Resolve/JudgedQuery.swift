/// One query and how each of its answers stands by itself, before anything is made of them.
struct JudgedQuery {
    let evidence: Evidence
    /// What speaks against each reply, in their order.
    let signs: [[Sign]]
    /// How each claim stands: answers with equal claims are one answer, and count as the best of them. Networks duplicate
    /// datagrams, and a censor may send the truth early to discredit it.
    let standings: [DNSClaim: Standing]

    init(_ evidence: Evidence, forger: Forger) {
        self.evidence = evidence
        let signs = evidence.replies.map { Sign.borne(by: $0, to: evidence, forger: forger) }
        let standings = zip(evidence.replies, signs).map { reply, signs in
            (reply.claim, Standing(reply, signs: signs, to: evidence))
        }
        self.signs = signs
        self.standings = Dictionary(standings, uniquingKeysWith: min)
    }

    /// Whether the resolver is on the user's own network or machine, nearer than any injector.
    var isOnSite: Bool {
        let address = evidence.resolver.endpoint.address
        return address.isLocalNetwork || address.isLoopback
    }

    /// How the claims stand that differ from this one.
    func rivals(of claim: DNSClaim) -> [Standing] {
        standings.count < 2 ? [] : standings.filter { $0.key != claim }.map(\.value)
    }

    /// The answers that show how forgers look here: those that no honest resolver gives, and all of those that contradict
    /// each other without anything to choose by, for all but one of them are forged.
    ///
    /// A resolver that is polluted itself hands forged addresses on: that shows how resolvers look.
    var forgeries: [Reply] {
        let isContradicted = standings.count > 1
        let damned = zip(evidence.replies, signs).filter { _, signs in
            signs.contains { $0.weight == .hard && (isContradicted || !$0.isOfContent) }
        }.map(\.0)
        guard isContradicted else { return damned }
        let clean = evidence.replies.filter { standings[$0.claim]?.isClean == true }
        return Self.isDisunited(clean) ? damned + clean : damned
    }

    /// Whether answers contradict each other in more than which addresses of the same networks they name: a resolver whose
    /// query was duplicated on the way answers twice, and a CDN rotates its answers.
    static func isDisunited(_ replies: [Reply]) -> Bool {
        guard let first = replies.first?.claim, replies.contains(where: { $0.claim != first }) else { return false }
        let networks = Set(first.addresses.map(\.network))
        return replies.contains { reply in
            reply.claim != first && networks.isDisjoint(with: reply.claim.addresses.map(\.network))
        }
    }
}

/// How an answer stands by its own signs, weak ones left out.
struct Standing: Comparable {
    /// The number of signs, each kind once.
    let signs: Int
    /// Whether one of them does not happen to an honest answer.
    let isHard: Bool
    /// The same, by how it came: what it says can be made suspect by whoever says it elsewhere.
    let isHardByManner: Bool
    /// Whether all that speaks against it is a round trip that a busy control query can have made look too short.
    let isMerelyEarly: Bool
    /// How it came.
    let channel: Evidence.Channel
    /// What of it fits the baseline; nil without one, and then the lack of signs says little.
    let traits: Traits?

    init(_ reply: Reply, signs: [Sign], to evidence: Evidence) {
        self.signs = signs.count { $0.weight > .weak }
        isHard = signs.contains { $0.weight == .hard }
        isHardByManner = signs.contains { $0.weight == .hard && !$0.isOfContent }
        isMerelyEarly = self.signs == 1 && !isHard && signs.contains { if case .early = $0 { true } else { false } }
        channel = evidence.channel(of: reply)
        traits = evidence.baseline.map {
            Traits(
                of: Look(of: reply), elapsed: reply.elapsed, baseline: $0,
                isNear: evidence.resolver.endpoint.address.isLocalNetwork)
        }
    }

    var hasNoSign: Bool { signs == 0 }
    /// Nothing speaks against it, and something could have.
    var isClean: Bool { hasNoSign && (channel != .datagram || traits != nil) }

    static func < (one: Standing, other: Standing) -> Bool {
        let (left, right) = ((one.signs, one.isHard ? 1 : 0), (other.signs, other.isHard ? 1 : 0))
        return left == right ? (one.traits ?? []).strength > (other.traits ?? []).strength : left < right
    }
}
