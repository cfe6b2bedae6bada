/// Lookups in lab mode: carries out what each ``Inquiry`` asks for.
struct LabLookup: Sendable {
    /// Whom to ask, in the order of asking; those of families that may not be touched are left out.
    let resolvers: [ResolverAddress]
    /// Where nobody listens; one of each family that may be touched.
    let canaries: [Endpoint]
    /// Which families are asked for and touched.
    let policy: AddressFamilyPolicy
    /// How long answers are collected.
    let window: Duration
    /// Measures the window.
    let clock: any Clock<Duration>
    /// Asks over UDP.
    let datagrams: any DatagramAsking
    /// Asks over TCP, TLS and HTTPS.
    let streams: any StreamAsking
    /// This machine's own resolver.
    let system: any NameResolving
    /// Whether it is asked where nothing else suffices.
    let fallsBackOnSystem: Bool
    /// What the run knows.
    let reconnaissance: Reconnaissance

    /// From one wave to the next: about the way to another continent and back, and never so long that a short window has
    /// less than four waves.
    static func step(in window: Duration) -> Duration { min(.milliseconds(250), window / 4) }

    /// - Parameter list: whom to ask, and the canaries.
    init(
        _ list: ResolverList, policy: AddressFamilyPolicy, window: Duration, clock: any Clock<Duration>,
        datagrams: any DatagramAsking, streams: any StreamAsking, system: any NameResolving
    ) {
        resolvers = list.resolvers.filter { policy.allows($0.endpoint.address.family) }
        canaries = IPAddress.Family.allCases.filter(policy.allows).compactMap { family in
            list.canaries.first { $0.address.family == family }
        }
        fallsBackOnSystem = list.fallsBackOnSystem
        (self.policy, self.window, self.clock) = (policy, window, clock)
        (self.datagrams, self.streams, self.system) = (datagrams, streams, system)
        reconnaissance = Reconnaissance(clock: clock)
    }

    /// Hands out candidates as they are accepted, and the doubtful when the window has ended.
    ///
    /// - Throws: `NetworkError` when there was none; `CancellationError`.
    func resolve(_ host: String, observe: Observer, found: @Sendable (Finding) -> Void) async throws {
        guard let name = DNSName(host) else { throw NetworkError(step: .resolve, host: host, cause: .noSuchName) }
        let types = [policy.allows(.ip4) ? DNSRecordType.a : nil, policy.allows(.ip6) ? .aaaa : nil]
            .compactMap(\.self)
        var inquiry = Inquiry(
            name, types: types, resolvers: resolvers, baselines: reconnaissance.baselines,
            forger: reconnaissance.forger, fallsBackOnSystem: fallsBackOnSystem)
        let log = Log(host: host, observer: observe, start: .now)
        let mailbox = Mailbox<Inquiry.Event>()
        await withDiscardingTaskGroup { group in
            func perform(_ actions: [Inquiry.Action]) {
                for action in actions { carryOut(action, log, in: &group, mailbox, found) }
            }
            group.addTask { [clock, window] in
                do { try await clock.sleep(for: window) } catch { return }
                mailbox.put(.windowEnded)
            }
            group.addTask { [clock, step = Self.step(in: window)] in
                while true {
                    do { try await clock.sleep(for: step) } catch { return }
                    mailbox.put(.step)
                }
            }
            perform(inquiry.begin(canaries: canaryQuestions(name, types)))
            while !inquiry.isOver, let events = await mailbox.take() {
                for event in events where learn(from: event, of: inquiry) {
                    log.record(.notice(.resolversImpersonated))
                }
                inquiry.forger = reconnaissance.forger
                perform(inquiry.take(events))
            }
            group.cancelAll()
        }
        inquiry.close(mailbox.rest())
        keepWhatWasLearned(in: inquiry)
        try Task.checkCancellation()
        if let failure = inquiry.failure(of: host, policy: policy, window: window) { throw failure }
    }

    /// Leaves the run what was measured and rejected, where enough was heard to rest on: a lookup that was cancelled early
    /// may have heard only the forger, who comes first.
    private func keepWhatWasLearned(in inquiry: Inquiry) {
        guard inquiry.steps > 0 || inquiry.isOver else { return }
        for query in inquiry.queries where query.purpose == .baseline && !query.replies.isEmpty {
            reconnaissance.keep(inquiry.baselines[query.resolver], of: query.resolver)
        }
        _ = reconnaissance.learn { $0.learn(inquiry.verdicts) }
    }

    /// What every canary may be asked now: the real questions, and the control question, to which an answer shows that all
    /// of port 53 is in somebody's hands.
    private func canaryQuestions(
        _ name: DNSName, _ types: [DNSRecordType]
    ) -> [(canary: Endpoint, question: DNSQuestion)] {
        let questions = types.map { DNSQuestion(name: name, type: $0) } + [.control]
        return canaries.flatMap { canary in
            questions.filter { reconnaissance.mayAsk(canary, $0) }.map { (canary, $0) }
        }
    }

    /// Whatever answers a canary is a forger, and shows himself; true when he has now turned out to answer for everybody.
    private func learn(from event: Inquiry.Event, of inquiry: Inquiry) -> Bool {
        guard case .heard(.replied(let reply), let id) = event, inquiry.queries[id].purpose == .canary else {
            return false
        }
        let question = inquiry.queries[id].question
        return reconnaissance.learn { $0.learn(canary: reply, isControl: question == .control) }
    }
}

// MARK: - Actions

extension LabLookup {
    /// Where a lookup's observations go.
    private struct Log: Sendable {
        let host: String
        let observer: Observer
        let start: ContinuousClock.Instant

        func record(_ event: Observation.Event, _ endpoint: Endpoint? = nil) {
            observer.record(event, host: host, endpoint: endpoint, since: start)
        }
    }

    private func carryOut(
        _ action: Inquiry.Action, _ log: Log, in group: inout DiscardingTaskGroup,
        _ mailbox: Mailbox<Inquiry.Event>, _ found: @Sendable (Finding) -> Void
    ) {
        switch action {
        case .ask(let query):
            let conversation = conversation(query, log)
            group.addTask {
                await conversation.run { mailbox.put(.heard($0, query: query.id)) }
            }
        case .askSystem:
            group.addTask { mailbox.put(.systemAnswered(await systemAnswer(log))) }
        case .hand(let finding): found(finding)
        case .judged(let verdict): log.record(.verdict(detail: verdict.description), verdict.resolver.endpoint)
        case .measured(let resolver, let baseline):
            log.record(
                .query(detail: baseline?.description ?? "no baseline: control answers differ"), resolver.endpoint)
        }
    }

    private func conversation(_ query: Inquiry.Query, _ log: Log) -> DNSConversation {
        let prefix =
            switch (query.purpose, query.resolver.carrier) {
            case (.canary, _): "canary: "
            case (_, .datagrams): ""
            case (_, .stream): "TCP: "
            case (_, .tls): "TLS: "
            case (_, .https): "HTTPS: "
            }
        return DNSConversation(
            resolver: query.resolver, question: query.question,
            cookie: query.resolver.carrier == .datagrams ? reconnaissance.cookie(for: query.resolver.endpoint) : nil,
            window: window, datagrams: datagrams, streams: streams,
            journal: DNSConversation.Journal(
                host: log.host, observer: log.observer, endpoint: query.resolver.endpoint, prefix: prefix))
    }

    /// What this machine's own resolver says, within one more window; nothing where it fails, for the lookup's own failure
    /// tells more.
    private func systemAnswer(_ log: Log) async -> [Candidate] {
        let answer = try? await withDeadline(window, clock: clock) { [system] in
            try await system.candidates(for: log.host, observe: log.observer)
        }
        return (answer ?? []).filter { policy.allows($0.address.family) }
    }
}
