extension Inquiry {
    /// Judges all that was heard, and says what is new: verdicts that have changed, and candidates.
    mutating func weigh() -> [Action] {
        let earlier = Dictionary(verdicts.map { ($0.answer, $0.outcome) }, uniquingKeysWith: { $1 })
        verdicts = Verdict.judge(evidence, forger: forger, isFinal: isFinal)
        outcomes = zip(answeredIDs, verdicts).reduce(into: [:]) { $0[$1.0, default: []].insert($1.1.outcome) }
        var actions = verdicts.filter { earlier[$0.answer] != $0.outcome }.map(Action.judged)
        actions += followAliases()
        actions += handOut()
        return actions + suspectProxy()
    }

    private var answered: [Query] { queries.filter { $0.purpose == .answer && $0.hasReplies } }

    /// The query that each verdict is on: there is one for each reply, in the order of the evidence.
    var answeredIDs: [Int] {
        answered.flatMap { query in Array(repeating: query.id, count: query.arrivals.count { $0.reply != nil }) }
    }

    private var evidence: [Evidence] {
        answered.map {
            Evidence(
                resolver: $0.resolver, type: $0.question.type, alias: $0.isOnAlias ? $0.question.name : nil,
                baseline: baselines[$0.resolver], replies: $0.replies)
        }
    }

    /// Takes what the control queries to a resolver show of it: the latest of them that was answered counts.
    mutating func measure(_ resolver: ResolverAddress) -> [Action] {
        let control = queries.last { $0.purpose == .baseline && $0.resolver == resolver && $0.hasReplies }
        let baseline = control.flatMap { Baseline(control: $0.replies) }
        guard baseline != baselines[resolver] else { return [] }
        baselines[resolver] = baseline
        return [.measured(resolver, baseline)]
    }
}

// MARK: - What is known

extension Inquiry {
    /// Whether every type has an accepted answer.
    var isSettled: Bool { types.allSatisfy(isSettled) }

    /// Whether nobody else need be asked.
    var isEnough: Bool { isSettled && !isThorough }

    /// Whether a type is still asked for.
    func isWanted(_ type: DNSRecordType) -> Bool { isThorough || !isSettled(type) }

    /// Whether a type has an accepted answer: addresses, or that there are none.
    func isSettled(_ type: DNSRecordType) -> Bool { verdicts.contains { $0.type == type && $0.settles } }

    /// Whether this machine's own resolver has shown that a local proxy is at work.
    var isProxied: Bool {
        if case .answered(let candidates) = system { candidates.contains { $0.address.isFakeIP } } else { false }
    }

    /// See ``Inquiry``: whether nobody is left to hear, or nothing that could be heard would bring another address.
    var hasHeardAll: Bool {
        let asked = queries.filter { $0.purpose != .canary }
        if waiting.isEmpty, (isThorough ? queries : asked).allSatisfy(\.isOver) { return true }
        if isThorough { return false }
        guard quiet >= Self.quietSteps, isSettled || waiting.isEmpty, !verdicts.contains(where: { $0.outcome == .held })
        else { return false }
        let answered = Set(queries.filter { hasAcceptedAnswer($0) }.map(\.place))
        let isEachAnswered = asked.allSatisfy { query in
            query.purpose == .baseline || query.isOver || answered.contains(query.place)
        }
        return isEachAnswered && types.allSatisfy { believed($0).count >= min(2, askable.count) }
    }

    private func hasAcceptedAnswer(_ query: Query) -> Bool { outcomes[query.id]?.contains(.accepted) == true }

    private func believed(_ type: DNSRecordType) -> Set<IPAddress> {
        Set(verdicts.filter { $0.type == type && $0.settles }.map(\.resolver.endpoint.address))
    }

    /// The resolvers that can be asked, as far as is known.
    private var askable: Set<IPAddress> {
        let failed = Set(queries.filter { $0.isOver && $0.failure != nil }.map(\.resolver))
        return Set(
            (queries.filter { $0.purpose == .answer }.map(\.resolver) + waiting).filter { !failed.contains($0) }
                .map(\.endpoint.address))
    }
}

extension Inquiry.Query {
    /// Whom it went to, over whatever carrier, and what it asked: a repeated query, and one over TCP, have the same.
    fileprivate var place: Place { Place(endpoint: resolver.endpoint, question: question) }

    fileprivate struct Place: Hashable {
        let endpoint: Endpoint
        let question: DNSQuestion
    }
}

extension Verdict {
    /// What it is on.
    fileprivate var answer: Answer { Answer(resolver: resolver, type: type, alias: alias, reply: reply) }

    fileprivate struct Answer: Hashable {
        let resolver: ResolverAddress
        let type: DNSRecordType
        let alias: DNSName?
        let reply: Reply
    }

    /// Whether it answers the question: with addresses, or with their absence.
    fileprivate var settles: Bool {
        guard outcome == .accepted else { return false }
        return switch reply.claim {
        case .addresses, .noData, .noSuchName: true
        default: false
        }
    }
}

// MARK: - Handing out

extension Inquiry {
    /// Hands out what is new: accepted addresses, and, when the lookup is final, doubtful ones. An address that is believed
    /// no longer is handed out again, as doubtful.
    private mutating func handOut() -> [Action] {
        // What a local proxy says of its own addresses is beyond these verdicts.
        let ranked = Conclusion(verdicts, types: types, unreadable: 0, policy: .ip).candidates.filter {
            !isProxys($0.address)
        }
        let believed = Set(ranked.filter { $0.trust == .trusted }.map(\.address))
        let fallen = handed.filter { $0.value == .trusted && !believed.contains($0.key) && !isProxys($0.key) }
        return ranked.filter { $0.trust == .trusted || isFinal }.flatMap { hand($0) }
            + fallen.keys.flatMap { hand(Candidate(address: $0, trust: .doubtful)) }
    }

    private func isProxys(_ address: IPAddress) -> Bool { isProxied && address.isFakeIP }

    private mutating func hand(_ candidate: Candidate) -> [Action] {
        guard handed.updateValue(candidate.trust, forKey: candidate.address) != candidate.trust else { return [] }
        return [.hand(Finding(candidate, lifetime: lifetime(of: candidate.address)))]
    }

    private func lifetime(of address: IPAddress) -> Duration {
        var seconds: UInt32?
        for query in queries {
            for reply in query.replies where reply.claim.addresses.contains(address) {
                seconds = [seconds, reply.timeToLive].compactMap(\.self).min()
            }
        }
        return seconds.map { .seconds(Int64($0)) } ?? Finding.usualLifetime
    }

    /// A local proxy (Clash and its kin) answers every name from a range of its own. Whether it is one, and not a forger,
    /// this machine's own resolver says.
    private mutating func suspectProxy() -> [Action] {
        guard fallsBackOnSystem, case .unasked = system,
            queries.contains(where: { $0.replies.contains { $0.claim.addresses.contains(where: \.isFakeIP) } })
        else { return [] }
        system = .asked
        return [.askSystem]
    }

    /// Takes what this machine's own resolver says: the addresses of a local proxy are to be tried at once. It ends nothing:
    /// where no certificate bears that out, what the others say is still to be heard.
    mutating func takeSystemAnswer(_ candidates: [Candidate]) -> [Action] {
        system = .answered(candidates)
        let fakes = candidates.map(\.address).filter(\.isFakeIP)
        return fakes.flatMap { hand(Candidate(address: $0, trust: .trusted)) }
    }

    /// Where nothing is to be trusted, what this machine's own resolver says is as good as the rest.
    mutating func handSystemAnswers() -> [Action] {
        guard case .answered(let candidates) = system, !isProxied, !handed.values.contains(.trusted) else { return [] }
        return candidates.filter { handed[$0.address] == nil }
            .flatMap { hand(Candidate(address: $0.address, trust: .doubtful)) }
    }
}
