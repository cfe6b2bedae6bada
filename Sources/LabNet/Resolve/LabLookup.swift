/// One lookup in lab mode: asks all resolvers at once, hears everybody out until the window ends, and judges all answers
/// together.
struct LabLookup: Sendable {
    /// Whom to ask; those of families that may not be touched are left alone.
    let resolvers: [Endpoint]
    /// Which families are asked for and touched.
    let policy: AddressFamilyPolicy
    /// How long answers are collected.
    let window: Duration
    /// Measures the window.
    let clock: any Clock<Duration>
    /// Asks over UDP.
    let datagrams: any DatagramAsking
    /// Asks again over TCP what did not fit.
    let streams: any StreamAsking

    /// The candidates, best first.
    ///
    /// - Throws: `NetworkError`; `CancellationError`.
    func candidates(for name: String, observe: Observer) async throws -> [Candidate] {
        guard let wanted = DNSName(name) else {
            throw NetworkError(step: .resolve, host: name, cause: .noSuchName)
        }
        let start = ContinuousClock.now
        let outcomes = await ask(about: wanted, DNSConversation.Journal(host: name, observer: observe))
        try Task.checkCancellation()

        let baselines = baselines(in: outcomes)
        for resolver in allowedResolvers {
            let detail = baselines[resolver]?.description ?? "no baseline"
            observe.record(.query(detail: detail), host: name, endpoint: resolver, since: start)
        }
        let verdicts = Verdict.judge(evidence(in: outcomes, baselines), isFinal: true)
        for verdict in verdicts {
            observe.record(
                .verdict(detail: verdict.description), host: name, endpoint: verdict.resolver.endpoint, since: start)
        }
        let unreadable = outcomes.lazy.filter { $0.question != .control }.map(\.unreadable).reduce(0, +)
        let conclusion = Conclusion(verdicts, unreadable: unreadable, policy: policy)
        guard let failure = conclusion.failure else { return conclusion.candidates }
        throw NetworkError(step: .resolve, host: name, cause: failure, attempts: attempts(name, outcomes))
    }

    private var allowedResolvers: [Endpoint] { resolvers.filter { policy.allows($0.address.family) } }

    /// Asks every resolver the control question and the real ones, until the window ends or nobody is left to hear.
    private func ask(about name: DNSName, _ journal: DNSConversation.Journal) async -> [DNSConversation.Outcome] {
        let types: [DNSRecordType] = [policy.allows(.ip4) ? .a : nil, policy.allows(.ip6) ? .aaaa : nil].compactMap(
            \.self)
        let questions = [.control] + types.map { DNSQuestion(name: name, type: $0) }
        return await withTaskGroup(of: [DNSConversation.Outcome]?.self) { group in
            var open = 0
            for resolver in allowedResolvers {
                for question in questions {
                    let conversation = DNSConversation(
                        resolver: resolver, question: question, window: window, clock: clock, datagrams: datagrams,
                        streams: streams, journal: journal)
                    group.addTask { await conversation.run() }
                    open += 1
                }
            }
            group.addTask { [clock, window] in
                try? await clock.sleep(for: window)
                return nil
            }
            var all: [DNSConversation.Outcome] = []
            while open > 0, let outcomes = await group.next() {
                guard let outcomes else {
                    group.cancelAll()
                    continue
                }
                all += outcomes
                open -= 1
            }
            group.cancelAll()
            return all
        }
    }

    /// What the first control query that was answered shows of each resolver.
    private func baselines(in outcomes: [DNSConversation.Outcome]) -> [Endpoint: Baseline] {
        let controls = outcomes.filter { $0.question == .control && !$0.replies.isEmpty }
        let first = Dictionary(controls.map { ($0.resolver, $0.replies) }, uniquingKeysWith: { first, _ in first })
        return first.compactMapValues { Baseline(control: $0) }
    }

    /// Joins what was heard to each resolver's baseline.
    private func evidence(
        in outcomes: [DNSConversation.Outcome], _ baselines: [Endpoint: Baseline]
    ) -> [Evidence] {
        outcomes.filter { $0.question != .control && !$0.replies.isEmpty }.map {
            Evidence(
                resolver: ResolverAddress($0.resolver), type: $0.question.type, baseline: baselines[$0.resolver],
                replies: $0.replies)
        }
    }

    /// One failure for each resolver that said nothing.
    private func attempts(_ name: String, _ outcomes: [DNSConversation.Outcome]) -> [NetworkError] {
        allowedResolvers.compactMap { resolver in
            let own = outcomes.filter { $0.resolver == resolver && $0.question != .control }
            guard own.allSatisfy({ $0.replies.isEmpty && $0.unreadable == 0 }) else { return nil }
            let cause = own.lazy.compactMap(\.failure).first ?? .timedOut(window)
            return NetworkError(step: .resolve, host: name, endpoint: resolver, cause: cause)
        }
    }
}
