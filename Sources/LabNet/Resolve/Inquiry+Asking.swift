extension Inquiry {
    /// Puts a query on the list, unless there are too many.
    mutating func ask(
        _ resolver: ResolverAddress, _ question: DNSQuestion, for purpose: Query.Purpose = .answer, depth: Int = 0,
        parent: Int? = nil, isRepeated: Bool = false
    ) -> [Action] {
        guard queries.count < Self.maximumQueries else { return [] }
        let query = Query(
            id: queries.count, resolver: resolver, question: question, purpose: purpose, step: steps,
            sent: now, depth: depth, parent: parent, isRepeated: isRepeated)
        queries.append(query)
        return [.ask(query)]
    }

    /// Asks the next wave for what is not settled yet.
    mutating func askWave() -> [Action] {
        // Doubling ends where a list does.
        let size = min(Self.firstWave << min(steps, 8), waiting.count)
        return (0..<size).flatMap { _ in askNext() }
    }

    /// Asks the next resolver of the list: the real questions, and beside them the control question where its path is not
    /// known. Over streams there is no path to be known.
    private mutating func askNext() -> [Action] {
        guard let resolver = waiting.popFirst() else { return [] }
        var actions: [Action] = []
        if resolver.carrier == .datagrams, baselines[resolver] == nil {
            actions += ask(resolver, .control, for: .baseline)
        }
        for type in types where isWanted(type) { actions += ask(resolver, DNSQuestion(name: name, type: type)) }
        return actions
    }

    /// Lets the next of the list take the place of a resolver that cannot be asked, once.
    mutating func replace(_ resolver: ResolverAddress) -> [Action] {
        let failures = queries.count { $0.resolver == resolver && $0.isOver && $0.failure != nil }
        return failures == 1 && !isEnough ? askNext() : []
    }

    /// Asks once more, from another socket, what no answer has been accepted to for two steps: a datagram may be lost, and a
    /// forger answers in any case, be it that something did not fit. The second query has an ID and evidence of its own: a
    /// resolver answers each query once, and a second answer to one is the sign of a forger.
    mutating func repeatUnanswered() -> [Action] {
        let due = queries.filter { query in
            query.resolver.carrier == .datagrams && !query.isRepeated && !query.isOver && query.step + 2 <= steps
                && isUnanswered(query)
        }
        return due.flatMap { query -> [Action] in
            queries[query.id].isRepeated = true
            return ask(
                query.resolver, query.question, for: query.purpose, depth: query.depth, parent: query.parent,
                isRepeated: true)
        }
    }

    private func isUnanswered(_ query: Query) -> Bool {
        switch query.purpose {
        case .canary: false
        case .baseline: !query.hasReplies && !isEnough
        case .answer:
            isWanted(query.question.type) && !outcomes[query.id, default: []].contains(.accepted)
        }
    }

    /// Asks over TCP what did not fit. What a forger of the TC bit wins is a question over TCP, to which he cannot answer
    /// without the sequence numbers.
    mutating func askByStream(_ query: Query) -> [Action] {
        let stream = ResolverAddress(query.resolver.endpoint, over: .stream)
        guard query.purpose == .answer, query.resolver.carrier == .datagrams,
            !queries.contains(where: { $0.resolver == stream && $0.question == query.question })
        else { return [] }
        return ask(stream, query.question, depth: query.depth, parent: query.parent)
    }

    /// Asks on, at the same resolver, for the names that its answers end in without an address.
    ///
    /// At once where the answer is accepted; what is held is followed from the first step on, and is believed no further
    /// than the answer that led there.
    mutating func followAliases() -> [Action] {
        var left = Self.maximumAliasQueries - queries.count(where: \.isOnAlias)
        var held: [Int: Int] = [:]
        for query in queries { if let parent = query.parent { held[parent, default: 0] += 1 } }
        var actions: [Action] = []
        for (verdict, id) in zip(verdicts, answeredIDs) where left > 0 {
            guard case .alias(let target) = verdict.reply.claim, queries[id].depth < Self.maximumAliases else {
                continue
            }
            let mayFollow = verdict.outcome == .held && steps > 0 && held[id, default: 0] < Self.maximumHeldAliases
            guard verdict.outcome == .accepted || mayFollow else { continue }
            let (resolver, question) = (queries[id].resolver, DNSQuestion(name: target, type: verdict.type))
            guard !queries.contains(where: { $0.resolver == resolver && $0.question == question }) else { continue }
            actions += ask(resolver, question, depth: queries[id].depth + 1, parent: id)
            held[id, default: 0] += 1
            left -= 1
        }
        return actions
    }
}
