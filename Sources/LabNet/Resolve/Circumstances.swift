/// What the outcome of every answer of a lookup depends on, besides the answer itself.
struct Circumstances {
    /// How forgers look, as this run and this lookup have shown.
    let looks: Looks
    /// Whether anybody is known to forge.
    let isForged: Bool
    /// Addresses that earlier lookups of this run rejected.
    let rejectedBefore: Set<IPAddress>
    /// What an answer is that cannot be decided: held, or at the end doubtful.
    let undecided: Verdict.Outcome
    let isFinal: Bool

    init(_ queries: [JudgedQuery], forger: Forger, isFinal: Bool) {
        var looks = forger.looks
        for query in queries { for reply in query.forgeries { looks.insert(reply) } }
        self.looks = looks
        self.isFinal = isFinal
        rejectedBefore = forger.rejectedAddresses
        isForged = forger.isKnown || !looks.isEmpty
        undecided = isFinal ? .doubtful : .held
    }

    private typealias Finding = (outcome: Verdict.Outcome, basis: Verdict.Basis)

    /// Traits that an answer needs to be accepted before the end: no forger is known to imitate one of them, but one may.
    static let traitsAtOnce = 2

    /// Judges the answers to one query.
    ///
    /// - Parameter earlier: the verdicts on the queries before, among them those on the answers that named an alias.
    func verdicts(on query: JudgedQuery, after earlier: [Verdict]) -> [Verdict] {
        let evidence = query.evidence
        let forged = forgedTraits(query)
        let findings = query.standings.map { claim, standing in
            (claim, bound(finding(on: standing, against: query.rivals(of: claim), query, forged), evidence, earlier))
        }
        let byClaim = Dictionary(findings, uniquingKeysWith: { first, _ in first })
        return zip(evidence.replies, query.signs).compactMap { reply, signs in
            byClaim[reply.claim].map { finding in
                Verdict(
                    resolver: evidence.resolver, type: evidence.type, alias: evidence.alias, reply: reply, signs: signs,
                    isContradicted: query.standings.count > 1, outcome: finding.outcome, basis: finding.basis)
            }
        }
    }

    /// The traits that the known forgeries would have had here.
    private func forgedTraits(_ query: JudgedQuery) -> Set<Traits> {
        guard !looks.isEmpty, let baseline = query.evidence.baseline else { return [] }
        return looks.traits(baseline: baseline, isNear: query.evidence.resolver.endpoint.address.isLocalNetwork)
    }

    private func finding(
        on standing: Standing, against rivals: [Standing], _ query: JudgedQuery, _ forged: Set<Traits>
    ) -> Finding {
        if standing.isClean {
            // A resolver answers a query once: at least one of these is forged.
            guard rivals.allSatisfy(\.isHard) else {
                return (undecided, rivals.contains(where: \.isClean) ? .contradiction : .signs)
            }
            return finding(onClean: standing, query, forged)
        }
        if isFinal, standing.isMerelyEarly, !rivals.isEmpty, rivals.allSatisfy(\.isHard) {
            return finding(onMerelyEarly: standing, forged)
        }
        let basis = standing.hasNoSign ? Verdict.Basis.noBaseline : .signs
        // One hard sign is enough where another answer stands better. Alone it may be an odd path: it takes a second.
        // Neither soft signs nor content ever reject: a busy path has those, and a forger can give the truth to a canary.
        let isWorse = rivals.contains { $0.isClean || $0.signs < standing.signs }
        return (standing.isHardByManner && (isWorse || standing.signs > 1) ? .rejected : undecided, basis)
    }

    /// What is made of an answer that nothing speaks against and nobody contradicts who could be right.
    private func finding(onClean standing: Standing, _ query: JudgedQuery, _ forged: Set<Traits>) -> Finding {
        guard standing.channel == .datagram, let traits = standing.traits else {
            return (.accepted, .channel(isEncrypted: standing.channel == .encrypted))
        }
        if isForged, forged.contains(where: { $0.isSuperset(of: traits) }) { return (undecided, .imitable(traits)) }
        let needed = isFinal ? 0 : query.isOnSite ? (isForged ? 1 : 0) : Self.traitsAtOnce
        return traits.strength >= needed ? (.accepted, .traits(traits)) : (undecided, .tooLittle(traits))
    }

    /// What is made at the end of an answer that came early by less than a slow control answer explains, while all that
    /// contradict it are forged: true, if enough of it is beyond those forgers.
    private func finding(onMerelyEarly standing: Standing, _ forged: Set<Traits>) -> Finding {
        let traits = standing.traits ?? []
        let isImitable = forged.contains { $0.isSuperset(of: traits) }
        return isImitable || traits.strength < Self.traitsAtOnce ? (undecided, .signs) : (.accepted, .traits(traits))
    }

    /// What is said of an alias is believed no more than the answer that named the alias.
    private func bound(_ finding: Finding, _ evidence: Evidence, _ earlier: [Verdict]) -> Finding {
        guard let alias = evidence.alias else { return finding }
        let named = earlier.lazy.filter { verdict in
            verdict.resolver == evidence.resolver && verdict.type == evidence.type
                && verdict.reply.claim == .alias(alias)
        }
        let limit = named.map(\.outcome).max() ?? undecided
        return limit < finding.outcome ? (limit, .unprovenAlias) : finding
    }
}
