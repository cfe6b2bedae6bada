/// What is known in this run of whoever forges answers: learned from what answered where no resolver listens (the
/// canaries), and from answers that were rejected.
///
/// A value that grows: the shell keeps one for the run and hands it to every ``Verdict/judge(_:forger:isFinal:)``.
package struct Forger: Hashable, Sendable {
    /// Addresses that canaries were answered with: forged, whoever hands them on.
    package private(set) var canaryAddresses: Set<IPAddress> = []
    /// Addresses of rejected answers that no believed answer of the same lookup held.
    package private(set) var rejectedAddresses: Set<IPAddress> = []
    /// How forged answers look, and the longest that one of each look took.
    private(set) var looks = Looks()
    /// What answered the canaries, without its claims.
    private var shapes: Set<Shape> = []
    /// How the answers came that a canary gave to the control question, which no injector cares about.
    private var impersonators: Set<Impersonator> = []

    /// More of any kind than this are not kept: a forger's pool holds some 600 addresses.
    static let capacity = 1024

    /// Nothing is known yet.
    package init() {}

    /// Whether anybody is known to forge.
    package var isKnown: Bool { !looks.isEmpty || !canaryAddresses.isEmpty || impersonatesResolvers }

    /// Whether somebody answers all of port 53 himself, whoever was asked: what comes over UDP or TCP may be all his.
    package var impersonatesResolvers: Bool { !impersonators.isEmpty }

    private struct Impersonator: Hashable, Sendable {
        let elapsed: Duration?
        let hopLimit: UInt8?
    }

    private struct Shape: Hashable, Sendable {
        let isAuthoritative, offersRecursion, hasOPT: Bool
        let records: Int

        init(of reply: Reply) {
            isAuthoritative = reply.isAuthoritative
            offersRecursion = reply.offersRecursion
            hasOPT = reply.hasOPT
            records = reply.records
        }
    }
}

// MARK: - Learning

extension Forger {
    /// Takes in what answered at a canary, where no resolver listens: it is forged.
    ///
    /// - Parameter isControl: it answers the control question and not the real one. Then whoever sent it forges more than
    ///   censored names.
    package mutating func learn(canary reply: Reply, isControl: Bool) {
        looks.insert(reply)
        if isControl {
            guard impersonators.count < Self.capacity else { return }
            impersonators.insert(Impersonator(elapsed: reply.elapsed, hopLimit: reply.hopLimit))
        } else {
            if canaryAddresses.count < Self.capacity { canaryAddresses.formUnion(reply.claim.addresses) }
            if shapes.count < Self.capacity { shapes.insert(Shape(of: reply)) }
        }
    }

    /// Takes in the verdicts of a lookup that has ended: its rejected answers, and how those look that contradict each other
    /// without anything to choose by, for somebody among them imitates everything.
    ///
    /// An address that somebody believed names too is left out, so that a censor cannot burn an address by forging it.
    package mutating func learn(_ verdicts: [Verdict]) {
        var believed: Set<IPAddress> = []
        for verdict in verdicts where verdict.outcome == .accepted { believed.formUnion(verdict.reply.claim.addresses) }
        for verdict in verdicts where verdict.outcome == .rejected {
            looks.insert(verdict.reply)
            guard rejectedAddresses.count < Self.capacity else { continue }
            rejectedAddresses.formUnion(verdict.reply.claim.addresses.subtracting(believed))
        }
        let torn = Dictionary(grouping: verdicts.filter { $0.basis == .contradiction }, by: \.place)
        for replies in torn.values.map({ $0.map(\.reply) }) where JudgedQuery.isDisunited(replies) {
            for reply in replies { looks.insert(reply) }
        }
    }
}

extension Verdict {
    /// What was asked of whom.
    fileprivate var place: Place { Place(resolver: resolver, type: type, alias: alias) }

    fileprivate struct Place: Hashable {
        let resolver: ResolverAddress
        let type: DNSRecordType
        let alias: DNSName?
    }
}

// MARK: - Recognising

extension Forger {
    /// The signs that an answer bears of what is known.
    func recognise(_ reply: Reply, to evidence: Evidence, into signs: inout [Sign]) {
        if isImpersonated(reply, to: evidence) {
            signs.append(.impersonated)
            return
        }
        // Who answers for everybody may be carrying the truth: then the true addresses have been seen at the canary too.
        if !impersonatesResolvers, !canaryAddresses.isEmpty,
            let seen = reply.claim.addresses.intersection(canaryAddresses).min()
        {
            signs.append(.seenAtCanary(seen))
        }
        guard evidence.channel(of: reply) == .datagram, evidence.baseline == nil else { return }
        if let hopLimit = reply.hopLimit, looks.hold(hopLimit: hopLimit) { signs.append(.forgersHopLimit(hopLimit)) }
        if shapes.contains(Shape(of: reply)) { signs.append(.canaryShape) }
    }

    /// Whether an answer looks like those of him who answers for all resolvers, by hop limit and round trip.
    ///
    /// The round trip is the baseline's: control answers come out of caches, so theirs is the distance. Without a baseline
    /// nothing tells the answer from his.
    private func isImpersonated(_ reply: Reply, to evidence: Evidence) -> Bool {
        guard !evidence.resolver.isEncrypted else { return false }
        return impersonators.contains { his in
            guard !Sign.differs(reply.hopLimit, from: his.hopLimit) else { return false }
            guard let elapsed = his.elapsed, let baseline = evidence.baseline else { return true }
            return !Sign.isEarly(elapsed, roundTrip: baseline.roundTrip)
        }
    }
}

// MARK: - Looks

/// How forged answers look, each with the longest time that one of them took: nothing that looks so and is no slower
/// proves itself by its looks.
struct Looks: Hashable, Sendable {
    private var longest: [Look: Duration] = [:]

    var isEmpty: Bool { longest.isEmpty }

    /// Adds a forged answer; only what came as a datagram has a look.
    mutating func insert(_ reply: Reply) {
        guard let elapsed = reply.elapsed else { return }
        let look = Look(of: reply)
        guard longest.count < Forger.capacity || longest[look] != nil else { return }
        longest[look] = max(longest[look] ?? elapsed, elapsed)
    }

    /// Whether one of them came with this hop limit.
    func hold(hopLimit: UInt8) -> Bool { longest.keys.contains { $0.hopLimit == hopLimit } }

    /// The traits that they would have shown, had they come in this resolver's place.
    func traits(baseline: Baseline, isNear: Bool) -> Set<Traits> {
        Set(longest.map { Traits(of: $0, elapsed: $1, baseline: baseline, isNear: isNear) })
    }
}
