import LabNet

/// Examines one host, in stages: each is gone through once, and who asks for it again waits until it is over.
actor HostExamination {
    private(set) var findings: HostFindings
    private let surroundings: Surroundings
    private let turnstile = Turnstile()
    private var reached: Set<Stage> = []
    private var plan: HelloPlan?

    private enum Stage { case names, hellos, plain, control }

    /// How long TCP is given for one connection: a lost SYN is sent again after 1 s and 3 s (RFC 6298).
    private static let reachLimit = Duration.seconds(4)
    /// How long a hello is given beyond the way there and back.
    private static let patience = Duration.milliseconds(1500)

    init(_ origin: Origin, _ role: HostFindings.Role, in surroundings: Surroundings) {
        findings = HostFindings(origin: origin, role: role)
        self.surroundings = surroundings
    }

    private func once(
        _ stage: Stage, _ body: () async throws(CancellationError) -> Void
    ) async throws(CancellationError) {
        do {
            try await turnstile.pass {
                guard !reached.contains(stage) else { return }
                try await body()
                reached.insert(stage)
            }
        } catch {
            throw CancellationError()
        }
    }

    private func tell(_ stage: Progress.Stage) { surroundings.progress(.host(findings.origin, findings.role, stage)) }
}

// MARK: The stages

extension HostExamination {
    /// DNS: the lab's lookup, and the system's answer beside it.
    func names() async throws(CancellationError) {
        try await once(.names) { () throws(CancellationError) in try await askNames() }
    }

    /// TCP, and every hello that hides the name.
    func hellos() async throws(CancellationError) {
        try await names()
        try await once(.hellos) { () throws(CancellationError) in
            tell(.hellos)
            try await reach()
            let addresses = findings.reached.filter(\.isReached).map {
                Address(endpoint: $0.endpoint, source: $0.source)
            }
            guard findings.origin.scheme == .https else { return }
            plan = HelloPlan(
                host: findings.origin.host, addresses: addresses,
                decoy: surroundings.setting.control.host.description, patience: Self.patience)
            try await greet()
        }
    }

    /// The true name in the plain: at one of the host's own addresses where another one works, otherwise at an endpoint that
    /// has nothing to do with it.
    ///
    /// - Parameter spared: endpoints that serve just now.
    func plain(
        sparing spared: Set<Endpoint>, or elsewhere: ControlEndpoints
    ) async throws(CancellationError) {
        try await once(.plain) { () throws(CancellationError) in
            plan?.beginPlain(sparing: spared)
            try await greet()
            if let plan, !plan.hasShownPlain, !plan.hasKilled, case .name = findings.origin.host {
                try await greet(at: elsewhere)
            }
            await noteBurnt()
            tell(.done)
        }
    }

    /// For the control host: its name hides from nobody, so it is said at once.
    func asControl() async throws(CancellationError) {
        try await names()
        try await once(.control) { () throws(CancellationError) in
            tell(.hellos)
            try await reach()
            let own = findings.reached.filter { $0.isReached && $0.source.isOwn }
            let host = findings.origin.host
            let results = try await concurrently(own) { [self] reach throws(CancellationError) in
                let greeting = Greeting(
                    host: host, endpoint: reach.endpoint, strategy: .plain, patience: Self.patience)
                return (greeting, reach.source, try await greeted(greeting))
            }
            for (greeting, source, result) in results { keep(greeting, source, .own, result) }
        }
    }

    /// Whether an exchange with the host has any prospect, and does no harm: some address is there, and hellos get through as
    /// the transport sends them.
    var isWorthAsking: Bool {
        findings.reached.contains(where: \.isReached) && plan?.segmentSize == nil
    }

    /// Where the control host has answered as itself.
    var provenEndpoints: [Endpoint] {
        findings.greetings.filter { $0.results.contains(where: \.outcome.isVerified) }.map(\.greeting.endpoint)
    }
}

// MARK: DNS and TCP

extension HostExamination {
    private func askNames() async throws(CancellationError) {
        guard case .name(let name) = findings.origin.host else { return }
        tell(.names)
        let (transport, since) = (surroundings.transport, surroundings.since)
        let start = since.elapsed
        async let survey = outcome { () throws(CancellationError) in try await transport.survey(name) }
        async let system = outcome { () throws(CancellationError) in try await transport.systemAnswer(to: name) }
        var (lookup, answer) = (try await survey.get(), try await system.get())
        (lookup.start, answer.start) = (lookup.start ?? start, answer.start ?? start)
        (findings.lookup, findings.system) = (lookup, answer)
    }

    private var addresses: [Address] {
        let setting = surroundings.setting
        var given: [IPAddress]?
        switch findings.origin.host {
        case .address(let address): given = [address]
        case .name(let name): given = setting.overrides[name]
        }
        return Address.choice(
            of: findings.lookup, findings.system, given: given, port: findings.origin.port, family: setting.family)
    }

    private func reach() async throws(CancellationError) {
        let host = findings.origin.host
        let (transport, since, clock) = (surroundings.transport, surroundings.since, surroundings.clock)
        findings.reached = try await concurrently(addresses) { address throws(CancellationError) in
            let trials = [Int](1...(address.source.isOwn ? HelloPlan.trials : 1))
            let results = try await concurrently(trials) { _ throws(CancellationError) in
                let start = since.elapsed
                let result = try await limited(to: Self.reachLimit, clock: clock) { () throws(CancellationError) in
                    try await transport.reach(address.endpoint, for: host)
                }
                var reached = result ?? Reached(failure: .timedOut(Self.reachLimit), elapsed: since.elapsed - start)
                reached.start = reached.start ?? start
                return reached
            }
            return HostFindings.Reach(endpoint: address.endpoint, source: address.source, trials: results)
        }
    }
}

// MARK: TLS

extension HostExamination {
    /// Greets as the plan says, until it has nothing more to say.
    private func greet() async throws(CancellationError) {
        await withTaskGroup(of: (Greeting, Greeted)?.self) { group in
            repeat {
                for greeting in plan?.next() ?? [] {
                    group.addTask { try? await (greeting, self.greeted(greeting)) }
                }
                guard let (greeting, result) = await group.next() ?? nil else { break }
                plan?.hear(greeting, result)
                let address = plan?.places.first { $0.address.endpoint == greeting.endpoint }?.address
                keep(greeting, address?.source ?? .system, .own, result)
            } while !Task.isCancelled
            group.cancelAll()
        }
        if Task.isCancelled { throw CancellationError() }
    }

    /// Without the name first, to have something to hold the answer to the name against.
    private func greet(at elsewhere: ControlEndpoints) async throws(CancellationError) {
        guard let endpoint = try await elsewhere.take() else { return }
        let host = findings.origin.host
        var isKilled = false
        for strategy in [ServerNameStrategy.omit, .plain, .plain, .plain] where !isKilled {
            let greeting = Greeting(host: host, endpoint: endpoint, strategy: strategy, patience: Self.patience)
            let result = try await greeted(greeting)
            keep(greeting, .given, .control, result)
            isKilled = result.outcome.isKilled || result.outcome.isLeftAlone
        }
        if !isKilled { await elsewhere.putBack(endpoint) }
    }

    private nonisolated func greeted(_ greeting: Greeting) async throws(CancellationError) -> Greeted {
        let start = surroundings.since.elapsed
        var result = try await surroundings.transport.greet(greeting)
        result.start = result.start ?? start
        return result
    }

    private func keep(
        _ greeting: Greeting, _ source: HostFindings.Source, _ place: HostFindings.Trials.Place, _ result: Greeted
    ) {
        let index = findings.greetings.firstIndex { $0.greeting == greeting && $0.place == place }
        if let index {
            findings.greetings[index].results.append(result)
        } else {
            findings.greetings.append(
                HostFindings.Trials(greeting: greeting, source: source, place: place, results: [result]))
        }
    }

    private func noteBurnt() async {
        var endpoints = findings.reached.map(\.endpoint)
        for greeting in findings.greetings.map(\.greeting) where !endpoints.contains(greeting.endpoint) {
            endpoints.append(greeting.endpoint)
        }
        findings.burnt = []
        for endpoint in endpoints {
            guard let left = await surroundings.transport.penaltyLeft(on: endpoint) else { continue }
            findings.burnt.append(HostFindings.Burnt(endpoint: endpoint, left: left))
        }
    }
}

extension HostFindings.Reach {
    /// Whether any connection was made.
    package var isReached: Bool { trials.contains { $0.failure == nil } }
}
