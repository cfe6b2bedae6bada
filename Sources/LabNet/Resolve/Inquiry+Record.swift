extension Inquiry {
    /// All that was asked and heard, with the last verdicts: for whoever wants to see the whole.
    ///
    /// - Parameter failure: why nothing was found.
    func record(failure: NetworkError.Cause?, window: Duration) -> LookupRecord {
        // There is one verdict for each reply to a real question, in the order of the queries.
        var rest = verdicts[...]
        var seen: Set<Place> = []
        let all = queries.map { query in
            let arrivals = query.arrivals.map { arrival in
                let isJudged = query.purpose == .answer && arrival.reply != nil
                return LookupRecord.Arrival(arrival, isJudged ? rest.popFirst() : nil)
            }
            return LookupRecord.Query(
                resolver: query.resolver, purpose: query.purpose, name: query.question.name.description,
                type: query.question.type, isRepeated: !seen.insert(Place(query)).inserted, sent: query.sent,
                arrivals: arrivals, failure: query.failure ?? lateness(of: query))
        }
        let asked = Set(queries.map(\.resolver))
        return LookupRecord(
            name: name.description, window: window, queries: all,
            baselines: baselines.filter { asked.contains($0.key) }, candidates: outcome, failure: failure,
            notices: notices)
    }

    private struct Place: Hashable {
        let resolver: ResolverAddress
        let question: DNSQuestion

        init(_ query: Query) { (resolver, question) = (query.resolver, query.question) }
    }

    /// A datagram may always be lost; a stream on which nothing came had not been opened, or answered, in all that time.
    private func lateness(of query: Query) -> NetworkError.Cause? {
        let isLate = query.resolver.carrier != .datagrams && !query.isOver && query.arrivals.isEmpty
        return isLate ? .timedOut(now - query.sent) : nil
    }

    /// What was handed out, with its last trust, the trusted first and the best of them before the others.
    private var outcome: [Candidate] {
        let ranked = Conclusion(verdicts, types: types, unreadable: 0, policy: .ip).candidates.map(\.address)
        let others = Set(handed.keys).subtracting(ranked).sorted { $0.description < $1.description }
        let all = (ranked + others).compactMap { address in
            handed[address].map { Candidate(address: address, trust: $0) }
        }
        return all.filter { $0.trust == .trusted } + all.filter { $0.trust != .trusted }
    }

    private var notices: [Observation.Notice] {
        var notices: [Observation.Notice] = forger.impersonatesResolvers ? [.resolversImpersonated] : []
        if case .answered(let candidates) = system, let proxys = candidates.map(\.address).first(where: \.isFakeIP) {
            notices.append(.localProxy(proxys))
        }
        return notices
    }
}

extension LookupRecord.Arrival {
    fileprivate init(_ arrival: Arrival, _ verdict: Verdict?) {
        let content: Content =
            switch arrival.content {
            case .replied(let reply): .answer(LookupRecord.Answer(reply))
            case .truncated(let flags, let keepsCase):
                .answer(
                    LookupRecord.Answer(
                        flags: flags, records: 0, claim: nil, hasOPT: false, cookie: .absent, keepsCase: keepsCase))
            case .unreadable(let error): .unreadable(error.description)
            case .disturbed(let failure): .disturbed(errno: failure.errno)
            }
        self.init(
            elapsed: arrival.elapsed, hopLimit: arrival.hopLimit, content: content,
            judgement: verdict.map(LookupRecord.Judgement.init))
    }
}

extension LookupRecord.Answer {
    fileprivate init(_ reply: Reply) {
        self.init(
            flags: reply.flags, records: reply.records, claim: reply.isTruncated ? nil : reply.claim,
            hasOPT: reply.hasOPT, cookie: reply.cookie, keepsCase: reply.keepsCase, timeToLive: reply.timeToLive)
    }
}

extension LookupRecord.Judgement {
    fileprivate init(_ verdict: Verdict) {
        self.init(
            outcome: verdict.outcome, signs: verdict.signs, isContradicted: verdict.isContradicted,
            basis: verdict.basis)
    }
}
