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

    /// - Parameters:
    ///   - list: whom to ask, and the canaries.
    ///   - system: this machine's own resolver; nil for the servers of resolv.conf.
    init(
        _ list: ResolverList, _ configuration: TransportConfiguration, clock: any Clock<Duration>,
        datagrams: any DatagramAsking, streams: any StreamAsking, system: (any NameResolving)?
    ) {
        let policy = configuration.family
        resolvers = list.resolvers.filter { policy.allows($0.endpoint.address.family) }
        canaries = IPAddress.Family.allCases.filter(policy.allows).compactMap { family in
            list.canaries.first { $0.address.family == family }
        }
        fallsBackOnSystem = list.fallsBackOnSystem
        (self.policy, window, self.clock) = (policy, configuration.holdOnWindow, clock)
        (self.datagrams, self.streams) = (datagrams, streams)
        self.system = system ?? SystemResolver(servers: [], policy: policy)
        reconnaissance = Reconnaissance(clock: clock)
    }

    /// Hands out candidates as they are accepted, and the doubtful when the window has ended.
    ///
    /// - Throws: `NetworkError` when there was none; `CancellationError`.
    func resolve(_ host: String, observe: Observer, found: @Sendable (Finding) -> Void) async throws {
        guard let name = DNSName(host) else { throw NetworkError(step: .resolve, host: host, cause: .noSuchName) }
        let inquiry = try await inquire(host, name, isThorough: false, observe, found)
        if let failure = inquiry.failure(of: host, policy: policy, window: window) { throw failure }
    }

    /// The same, but asks the whole list and listens to the window's end; nothing of what was heard is lost. What nobody
    /// can have asked, since it is no name, has an empty record.
    ///
    /// - Throws: `CancellationError`.
    func survey(
        _ host: String, observe: Observer, found: @Sendable (Finding) -> Void
    ) async throws(CancellationError) -> LookupRecord {
        guard let name = DNSName(host) else {
            return LookupRecord(name: host, window: window, queries: [], failure: .noSuchName)
        }
        let inquiry = try await inquire(host, name, isThorough: true, observe, found)
        let failure = inquiry.failure(of: host, policy: policy, window: window)?.cause
        return inquiry.record(failure: failure, window: window)
    }

    /// Asks and listens until the inquiry is over.
    private func inquire(
        _ host: String, _ name: DNSName, isThorough: Bool, _ observe: Observer, _ found: @Sendable (Finding) -> Void
    ) async throws(CancellationError) -> Inquiry {
        let types = [policy.allows(.ip4) ? DNSRecordType.a : nil, policy.allows(.ip6) ? .aaaa : nil]
            .compactMap(\.self)
        var inquiry = Inquiry(
            name, types: types, resolvers: resolvers, baselines: reconnaissance.baselines,
            forger: reconnaissance.forger, fallsBackOnSystem: fallsBackOnSystem, isThorough: isThorough)
        let stopwatch = Stopwatch(clock)
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
                (inquiry.forger, inquiry.now) = (reconnaissance.forger, stopwatch.elapsed)
                perform(inquiry.take(events))
            }
            group.cancelAll()
        }
        inquiry.close(mailbox.rest())
        keepWhatWasLearned(in: inquiry)
        guard !Task.isCancelled else { throw CancellationError() }
        return inquiry
    }

    /// Leaves the run what was measured and rejected, where enough was heard to rest on: a lookup that was cancelled early
    /// may have heard only the forger, who comes first.
    private func keepWhatWasLearned(in inquiry: Inquiry) {
        guard inquiry.steps > 0 || inquiry.isOver else { return }
        for query in inquiry.queries where query.purpose == .baseline && query.hasReplies {
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
        guard case .heard(.arrived(let arrival), let id) = event, let reply = arrival.reply,
            inquiry.queries[id].purpose == .canary
        else { return false }
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
