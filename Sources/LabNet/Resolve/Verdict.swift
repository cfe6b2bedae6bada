/// What is made of one answer, and why.
///
/// Judged is only what the evidence shows; that an address is the right one is shown by its certificate.
package struct Verdict: Hashable, Sendable {
    /// Who answered.
    package var resolver: Endpoint
    /// What was asked for.
    package var type: DNSRecordType
    /// The answer.
    package var reply: Reply
    /// What speaks against it.
    package var signs: [Sign]
    /// Whether another answer to the same query says something else.
    package var isContradicted: Bool
    /// What is made of it.
    package var outcome: Outcome

    /// How far an answer is believed.
    package enum Outcome: String, Hashable, Sendable {
        /// Nothing that matters speaks against it.
        case trusted
        /// True or forged, the evidence cannot tell.
        case doubtful
        /// Clearly forged.
        case rejected
    }

    /// Judges all answers of one lookup together; the order of arrival decides nothing.
    ///
    /// First every query by itself, then the answers of the resolvers against each other.
    package static func judge(_ evidence: [Evidence]) -> [Verdict] {
        var verdicts = evidence.flatMap { judge($0) }
        doubtAddressesSeenForged(&verdicts)
        doubtBlemishedDissent(&verdicts)
        return verdicts
    }

    /// One technical line, for observations.
    package var reason: String {
        var parts = signs.map(\.description)
        if isContradicted { parts.append("contradicted by another answer to the same query") }
        if parts.isEmpty { parts.append(outcome == .trusted ? "no sign of forgery" : "no baseline to compare with") }
        return parts.joined(separator: "; ")
    }
}

// MARK: - One query

extension Verdict {
    /// Judges the answers to one query. Answers with equal claims are one answer, and count as the best of them:
    /// networks duplicate datagrams, and a censor may send the truth early to discredit it.
    private static func judge(_ evidence: Evidence) -> [Verdict] {
        let signs = evidence.replies.map { Sign.borne(by: $0, baseline: evidence.baseline) }
        var standings: [DNSClaim: Standing] = [:]
        for (reply, signs) in zip(evidence.replies, signs) {
            let standing = Standing(signs: signs, hasBaseline: evidence.baseline != nil)
            standings[reply.claim] = min(standings[reply.claim] ?? standing, standing)
        }
        return zip(evidence.replies, signs).compactMap { reply, signs in
            guard let standing = standings[reply.claim] else { return nil }
            let rivals = standings.filter { $0.key != reply.claim }.map(\.value)
            return Verdict(
                resolver: evidence.resolver, type: evidence.type, reply: reply, signs: signs,
                isContradicted: !rivals.isEmpty, outcome: standing.outcome(against: rivals))
        }
    }

    /// How an answer stands by its own signs, weak ones left out.
    private struct Standing: Comparable {
        /// The number of signs, each kind once.
        let signs: Int
        /// Whether one of them does not happen to an honest answer.
        let isHard: Bool
        /// Whether there was a baseline to hold it against; without one the lack of signs says little.
        let hasBaseline: Bool

        init(signs: [Sign], hasBaseline: Bool) {
            self.signs = signs.count { $0.weight > .weak }
            self.isHard = signs.contains { $0.weight == .hard }
            self.hasBaseline = hasBaseline
        }

        var isClean: Bool { signs == 0 && hasBaseline }
        /// One hard sign is enough where somebody is known to forge; a soft one needs a second.
        var isDamning: Bool { isHard || signs > 1 }

        static func < (one: Standing, other: Standing) -> Bool {
            (one.signs, one.isHard ? 1 : 0) < (other.signs, other.isHard ? 1 : 0)
        }

        func outcome(against rivals: [Standing]) -> Outcome {
            guard !rivals.isEmpty else {
                // Nobody contradicts: one sign alone may be an odd path, two are not.
                return isClean ? .trusted : signs > 1 ? .rejected : .doubtful
            }
            // A resolver answers a query once: at least one of these is forged.
            if isClean { return rivals.allSatisfy(\.isDamning) ? .trusted : .doubtful }
            if rivals.contains(where: \.isClean) { return isDamning ? .rejected : .doubtful }
            // None is clean: the one with the fewest signs may be true, unless it has several itself.
            return signs > 1 || rivals.contains { $0.signs < signs } ? .rejected : .doubtful
        }
    }
}

// MARK: - Resolvers against each other

extension Verdict {
    /// Addresses that more resolvers' rejected answers hold than believed ones are probably the censor's, whoever hands
    /// them on: a resolver can be polluted itself. Numbers decide, so that a censor cannot burn the truth by forging it.
    private static func doubtAddressesSeenForged(_ verdicts: inout [Verdict]) {
        let believed = voters(verdicts) { $0.outcome == .trusted }
        let rejected = voters(verdicts) { $0.outcome == .rejected }
        for index in verdicts.indices where verdicts[index].outcome == .trusted {
            let isBurnt = verdicts[index].reply.claim.addresses.contains { address in
                (rejected[address]?.count ?? 0) > (believed[address]?.count ?? 0)
            }
            guard isBurnt else { continue }
            verdicts[index].outcome = .doubtful
            verdicts[index].signs.append(.seenForged)
        }
    }

    private static func voters(_ verdicts: [Verdict], where counts: (Verdict) -> Bool) -> [IPAddress: Set<Endpoint>] {
        var voters: [IPAddress: Set<Endpoint>] = [:]
        for verdict in verdicts where counts(verdict) {
            for address in verdict.reply.claim.addresses { voters[address, default: []].insert(verdict.resolver) }
        }
        return voters
    }

    /// Different addresses from different resolvers are the habit of CDNs and no sign at all; a weak sign alone may be a
    /// private registry. Both together are doubtful: a better answer stands beside it.
    private static func doubtBlemishedDissent(_ verdicts: inout [Verdict]) {
        var unblemished: [DNSRecordType: Set<IPAddress>] = [:]
        for verdict in verdicts where verdict.outcome == .trusted && verdict.signs.isEmpty {
            unblemished[verdict.type, default: []].formUnion(verdict.reply.claim.addresses)
        }
        for index in verdicts.indices {
            let verdict = verdicts[index]
            guard verdict.outcome == .trusted, verdict.reply.claim.isPositive, !verdict.signs.isEmpty,
                let better = unblemished[verdict.type], !better.isEmpty,
                better.isDisjoint(with: verdict.reply.claim.addresses)
            else { continue }
            verdicts[index].outcome = .doubtful
        }
    }
}
