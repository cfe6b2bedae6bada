/// Which route is tried next, and with which hello: the whole policy of dialling, without a clock or a socket.
///
/// - A way that has worked before goes first, and alone until it fails or falls quiet.
/// - Otherwise a route begins with the first rung of its ladder, which gives nothing away. Trusted routes come before
///   doubtful ones and those where a stream was cut last; the families take turns (RFC 8305 4).
/// - A server that declines a nameless hello (an alert, a close, an authority's certificate for another name) is alive and
///   wants the name: it gets it at once, in the strongest disguise that no other route is trying. One with a certificate of
///   nobody's may stand at a forged address, and gets it when no other route is left.
/// - A nameless hello that meets a reset or silence says little of its route (some addresses are dead), but two of them
///   say that a box drops such hellos. The route need not have failed for that: to have fallen quiet is enough.
/// - A hello with the true name that met a reset or silence was read by a box: the route is left alone, and no other route
///   repeats that rung. One that the server declined may climb on when no route is left that has not seen the name.
/// - Where nameless streams broke off, the true name is the better idea, as long as another route of the host is left and
///   no box has read the name at any: little that passes is better than one more route in its penalty.
/// - `plain`, as a rung of `auto`, waits until nothing else is left or under way.
package struct StrategyPlan: RacePlan {
    /// One route with one hello.
    package struct Attempt: Hashable, Sendable {
        /// The way.
        package var route: Route
        /// The hello; nil for plain HTTP.
        package var strategy: ServerNameStrategy?
    }

    /// Why an attempt failed, as far as the plan needs to know.
    package enum Failure: Error, Hashable, Sendable {
        /// It was made, and failed like this.
        case failed(NetworkError)
        /// It was not made: the route is in its penalty.
        case leftAlone(NetworkError)

        /// What to tell the user.
        package var error: NetworkError {
            switch self {
            case .failed(let error), .leftAlone(let error): error
            }
        }
    }

    /// What a plan learns while its attempts run.
    package enum News: Sendable {
        /// A way that has worked before: the route, and the hello that worked there.
        case known(Route, ServerNameStrategy)
        /// A route that the lookup has yielded, with the trust that it has earned; one that was heard of before may come
        /// again with another trust.
        case found(Route, Candidate.Trust, RouteRecord)
        /// The lookup has failed.
        case unresolved(NetworkError)
        /// Nothing has come back for longer than the way there and back explains; the attempt goes on.
        case quiet(Attempt, isConnected: Bool)
    }

    private let ladder: Ladder
    private var ways: [Way] = []
    private var killed: Set<ServerNameStrategy> = []
    private var lastFamily: IPAddress.Family?
    private var mayHearMore = true
    private var unresolved: NetworkError?
    private var failures: [NetworkError] = []

    /// Plans for an origin with this ladder; routes come as news.
    package init(ladder: Ladder) { self.ladder = ladder }
}

// MARK: What is next

extension StrategyPlan {
    /// See ``RacePlan``.
    package mutating func next() -> Attempt? {
        guard !ways.contains(where: \.isUnderWayAsKnown) else { return nil }
        if let index = ways.firstIndex(where: { $0.known != nil && $0.standing != .closed }) {
            return start(index, ways[index].known)
        }
        if let named = named(.wantsName) { return named }
        if isNamelessDropped, let named = named(.doubted) { return named }
        return opening() ?? resumption() ?? named(.doubted) ?? named(.declined) ?? strangers() ?? last()
    }

    /// A route where nameless streams broke off: with the name where that is no great risk, otherwise as before.
    private mutating func resumption() -> Attempt? {
        guard !mayHearMore else { return nil }
        let routes = ways.indices.filter { ways[$0].standing == .brokeOff }
        let isRisky = !killed.isEmpty || ways.contains(where: \.isBurnt) || (routes.count == 1 && ways.count > 1)
        if !isRisky, let named = named(.brokeOff) { return named }
        let best = routes.max { ways[$0].preference < ways[$1].preference }
        return best.map { start($0, .omit) }
    }

    /// Two nameless hellos that vanished on different routes: a box drops them, and others would vanish as well.
    private var isNamelessDropped: Bool { ways.count { $0.trust == .trusted && $0.hasVanished } > 1 }

    /// The best route that has not been tried, with the first of its rungs.
    private mutating func opening() -> Attempt? {
        let fresh = ways.indices.filter { ways[$0].standing == .fresh && !ways[$0].rungs(of: ladder).isEmpty }
        let best = fresh.map { ways[$0].preference }.max()
        // Where a stream was cut, the others that may still be found are worth waiting for.
        if mayHearMore, best?.lastTrouble != nil { return nil }
        let equals = fresh.filter { ways[$0].preference == best }
        let turn = equals.first { ways[$0].route.endpoint.address.family != lastFamily } ?? equals.first
        guard let turn, let rung = ways[turn].rungs(of: ladder).first else { return nil }
        return start(turn, rung)
    }

    /// A route of this standing with the true name, in the strongest disguise that is free.
    private mutating func named(_ standing: Way.Standing) -> Attempt? {
        let taken = Set(ways.flatMap(\.running.keys).compactMap(\.self)).union(killed)
        let declined = ways.reduce(into: Set<ServerNameStrategy>()) { $0.formUnion($1.declined) }
        for index in ways.indices where ways[index].standing == standing {
            let rungs = ways[index].rungs(of: ladder).compactMap(\.self).filter {
                $0.carriesTrueName && $0 != ladder.lastResort && !taken.contains($0)
            }
            if let rung = rungs.first(where: { !declined.contains($0) }) ?? rungs.first { return start(index, rung) }
        }
        return nil
    }

    /// A server may have a default certificate that nobody has signed, and its true one behind the name. But so does whoever
    /// stands at a forged address that was believed: he is shown the name only when nobody else is left to ask.
    private mutating func strangers() -> Attempt? {
        guard !mayHearMore, !ways.contains(where: \.isAwaited) else { return nil }
        return named(.stranger)
    }

    /// What is left when every better idea has failed, and nothing is under way that could still answer.
    private mutating func last() -> Attempt? {
        guard !mayHearMore, !ways.contains(where: \.isAwaited) else { return nil }
        // Where nothing came back, nothing more is sent: a box may have read the name, or nobody is there.
        let answering: Set<Way.Standing> = [.doubted, .wantsName, .stranger, .declined]
        for index in ways.indices where answering.contains(ways[index].standing) {
            // Here nothing but what broke off before and the last resort can be left.
            let rungs = ways[index].rungs(of: ladder).compactMap(\.self).filter { !killed.contains($0) }
            if let rung = rungs.first(where: { !$0.carriesTrueName || $0 == ladder.lastResort }) {
                return start(index, rung)
            }
        }
        return nil
    }

    private mutating func start(_ index: Int, _ rung: ServerNameStrategy?) -> Attempt {
        if ways[index].standing == .fresh { lastFamily = ways[index].route.endpoint.address.family }
        ways[index].start(rung)
        return Attempt(route: ways[index].route, strategy: rung)
    }
}

// MARK: What has happened

extension StrategyPlan {
    /// See ``RacePlan``.
    package mutating func hear(_ news: News) {
        switch news {
        case .known(let route, let strategy):
            // It was verified then; it will be again, whatever is known of it.
            guard ladder.rungs(.trusted).contains(strategy) else { return }
            let index = index(of: route, .trusted)
            ways[index].knows(strategy)
        case .found(let route, let trust, let record):
            let index = index(of: route, trust)
            ways[index].hear(trust, record, ladder)
        case .unresolved(let error): unresolved = error
        case .quiet(let attempt, let isConnected):
            guard let index = ways.firstIndex(where: { $0.route == attempt.route }) else { return }
            ways[index].fellQuiet(attempt.strategy, isConnected: isConnected)
        }
    }

    private mutating func index(of route: Route, _ trust: Candidate.Trust) -> Int {
        if let index = ways.firstIndex(where: { $0.route == route }) { return index }
        ways.append(Way(route: route, trust: trust))
        return ways.count - 1
    }

    /// See ``RacePlan``.
    package mutating func hearSourceEnded() { mayHearMore = false }

    /// See ``RacePlan``.
    package mutating func failed(_ attempt: Attempt, _ failure: Failure) {
        failures.append(failure.error)
        guard let index = ways.firstIndex(where: { $0.route == attempt.route }) else { return }
        ways[index].failed(attempt.strategy, failure)
        guard case .failed(let error) = failure, error.step == .secure, error.cause.meansKilled,
            let strategy = attempt.strategy, strategy.carriesTrueName
        else { return }
        killed.insert(strategy)
    }

    /// What to say when no attempt is left: every failure, in its order.
    package func defeat(host: Host) -> NetworkError {
        var all = failures + [unresolved].compactMap(\.self)
        // Addresses in doubt were not shown the name, so that a server's own among them has declined for the want of it.
        let isAllDoubt = !ways.isEmpty && ways.allSatisfy { $0.trust == .doubtful }
        if isAllDoubt, !failures.isEmpty, unresolved == nil {
            let cause = NetworkError.Cause.onlyForgedAnswers(count: ways.count)
            all.append(NetworkError(step: .resolve, host: host.description, cause: cause))
        }
        if let only = all.first, all.count == 1 { return only }
        // Nothing was tried: each route was in doubt, and a plain request would have shown the name to it.
        if all.isEmpty {
            return NetworkError(
                step: .resolve, host: host.description, cause: .onlyForgedAnswers(count: ways.count))
        }
        let step: Step = all.contains { $0.step == .secure } ? .secure : .dial
        return NetworkError(step: step, host: host.description, cause: .allAttemptsFailed, attempts: all)
    }
}

extension NetworkError.Cause {
    /// Whether a handshake that ended like this was cut off from outside, as far as one can see: a reset or silence.
    package var meansKilled: Bool {
        switch self {
        case .resetAfterHello, .silenceAfterHello, .reset, .timedOut: true
        default: false
        }
    }
}
