internal import FoundationEssentials

/// What the connections of one transport learn from each other, and from earlier runs.
actor DialMemory {
    private var routes = RouteMemory()
    private var hasNoticedProxy = false
    private var hasNoticedLocalProxy = false
    private var hasNoticedFailure = false
    private var stamp: MemoryFolder.Stamp?
    private let file: MemoryFile?
    private let observer: Observer
    private let now: @Sendable () -> Duration

    /// Begins with what is kept in a file, if there is one.
    ///
    /// - Parameters:
    ///   - observer: is told once when nothing can be kept.
    ///   - now: the time since 1970; it never goes back.
    init(
        file: MemoryFile? = nil, observer: Observer = Observer(),
        now: @escaping @Sendable () -> Duration = DialMemory.timeSince1970()
    ) {
        self.file = file
        self.observer = observer
        self.now = now
    }

    /// The wall clock as it stands now, carried on by a clock that nobody sets: no jump ends a penalty early.
    static func timeSince1970() -> @Sendable () -> Duration {
        let beginning = Duration.seconds(Date.now.timeIntervalSince1970)
        let start = ContinuousClock.now
        return { beginning + (.now - start) }
    }

    /// True once: for whoever is to say that lab mode ignores the proxy.
    func isFirstProxyNotice() -> Bool {
        defer { hasNoticedProxy = true }
        return !hasNoticedProxy
    }

    /// True once: for whoever is to say that a local proxy carries the connections.
    func isFirstLocalProxyNotice() -> Bool {
        defer { hasNoticedLocalProxy = true }
        return !hasNoticedLocalProxy
    }
}

// MARK: Learning

extension DialMemory {
    /// A strategy led to a verified handshake, or beyond.
    func worked(
        _ strategy: ServerNameStrategy, for host: Host, on route: Route, proof: RouteMemory.Proof = .handshake
    ) async {
        if routes.worked(strategy, for: host, on: route, proof: proof, now: now()) { await keep(for: host) }
    }

    /// A strategy led to a verified handshake.
    ///
    /// - Parameter isTrial: it was tried to see what comes of it. Then it is believed where nothing is known to work, and
    ///   does not displace what gives less away; and another name, which was made up for the trial, is none to go on with.
    func worked(_ strategy: ServerNameStrategy, for host: Host, on route: Route, isTrial: Bool) async {
        if isTrial {
            if case .alter = strategy { return }
            guard routes.record(of: route, for: host, now: now()).worked == nil else { return }
        }
        await worked(strategy, for: host, on: route)
    }

    /// A connection broke off before it had carried enough to prove its strategy.
    ///
    /// - Parameter age: how long ago the connection was made; what has broken off the route's others since then counts once.
    func demoted(
        _ strategy: ServerNameStrategy, for host: Host, on route: Route, age: Duration = .zero
    ) async {
        let now = now()
        if let trouble = routes.lastTrouble(on: route), trouble > now - age { return }
        if routes.demoted(strategy, for: host, on: route, now: now) { await keep(for: host) }
    }

    /// A stream was cut on this route: it goes last.
    func troubled(_ route: Route) { routes.troubled(route, now: now()) }

    /// A box has read the true name on this route, and kills whatever goes there for a while.
    func burn(_ route: Route, after failure: NetworkError) async {
        routes.burn(route, after: failure, now: now())
        if let host = Host(failure.host) { await keep(for: host) }
    }

    /// Writes down what there is to keep. Failing at that is no failure of anything else.
    private func keep(for host: Host) async {
        guard let file else { return }
        let (learned, time) = (routes, now())
        let outcome = await MemoryFile.blocking {
            Result { () throws(MemoryFailure) in
                try file.update(now: time) { kept in
                    var all = learned
                    all.merge(kept)
                    kept = all
                }
            }
        }
        switch outcome {
        case .success(let kept):
            routes.merge(kept.memory)
            stamp = kept.stamp
        case .failure(let failure):
            guard !hasNoticedFailure else { return }
            hasNoticedFailure = true
            observer.record(
                .notice(.memoryNotKept(errno: failure.errno)), host: host.description, since: .now)
        }
    }

    /// Hears what other processes have learned meanwhile.
    private func refresh() async {
        guard let file else { return }
        let known = stamp
        guard let kept = await MemoryFile.blocking({ try? file.read(unless: known) }) else { return }
        stamp = kept.stamp
        routes.merge(kept.memory.worthKeeping(now: now()))
    }
}

// MARK: Telling

extension DialMemory {
    /// The direct routes that have worked for the host at this port, in this run or an earlier one, the latest proof first.
    /// Neither those in their penalty are among them, nor those where a stream was cut.
    func whatWorked(for host: Host, port: UInt16) async -> [(route: Route, strategy: ServerNameStrategy)] {
        await refresh()
        return routes.whatWorked(for: host, port: port, now: now())
    }

    /// Whether the strategy has carried a stream to the host on this route, in this run.
    func isProven(_ strategy: ServerNameStrategy, for host: Host, on route: Route) -> Bool {
        routes.isProven(strategy, for: host, on: route)
    }

    /// What is known of a route to the host, for whoever is about to dial it.
    func record(of route: Route, for host: Host) async -> RouteRecord {
        await refresh()
        return routes.record(of: route, for: host, now: now())
    }

    /// The failure that put the route into its penalty, in this process or another; nil when it may be used.
    func penalty(on route: Route) async -> NetworkError? {
        await refresh()
        return routes.penalty(on: route, now: now())
    }

    /// How long the route's penalty still lasts; nil when it may be used.
    func penaltyLeft(on route: Route) async -> Duration? {
        await refresh()
        return routes.penaltyLeft(on: route, now: now())
    }
}
