internal import CAres
internal import Glibc

/// What the connections of one transport learn from each other.
actor DialMemory {
    private var routes = RouteMemory()
    private var hasNoticedProxy = false
    private let now: @Sendable () -> Duration

    /// Knows nothing yet.
    ///
    /// - Parameter now: the time since 1970; it never goes back.
    init(now: @escaping @Sendable () -> Duration = DialMemory.timeSince1970()) { self.now = now }

    /// The wall clock as it stands now, carried on by a clock that nobody sets: no jump ends a penalty early.
    static func timeSince1970() -> @Sendable () -> Duration {
        var wall = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        let beginning = Duration.seconds(wall.tv_sec) + .nanoseconds(wall.tv_nsec)
        let start = ContinuousClock.now
        return { beginning + (.now - start) }
    }

    /// A strategy led to a verified handshake, or beyond.
    func worked(
        _ strategy: ServerNameStrategy, for host: Host, on route: Route, proof: RouteMemory.Proof = .handshake
    ) {
        _ = routes.worked(strategy, for: host, on: route, proof: proof, now: now())
    }

    /// A connection broke off before it had carried enough to prove its strategy.
    func demoted(_ strategy: ServerNameStrategy, for host: Host, on route: Route) {
        _ = routes.demoted(strategy, for: host, on: route, now: now())
    }

    /// A stream was cut on this route: it goes last.
    func troubled(_ route: Route) { routes.troubled(route, now: now()) }

    /// Which of these routes have worked for the host, and with which strategy.
    func whatWorked(for host: Host, on routes: [Route]) -> [Route: ServerNameStrategy] {
        self.routes.whatWorked(for: host, on: routes)
    }

    /// The direct routes that have worked for the host at this port, in this run or an earlier one, the latest proof first.
    /// Neither those in their penalty are among them, nor those where a stream was cut.
    func whatWorked(for host: Host, port: UInt16) -> [(route: Route, strategy: ServerNameStrategy)] {
        routes.whatWorked(for: host, port: port, now: now())
    }

    /// Whether the strategy has carried a stream to the host on this route, in this run.
    func isProven(_ strategy: ServerNameStrategy, for host: Host, on route: Route) -> Bool {
        routes.isProven(strategy, for: host, on: route)
    }

    /// The strategies that broke off on each of these routes: to be tried there when no other is left. Routes without any
    /// are left out.
    func demotions(for host: Host, on routes: [Route]) -> [Route: Set<ServerNameStrategy>] {
        routes.reduce(into: [:]) { found, route in
            let demoted = self.routes.demotions(for: host, on: route)
            if !demoted.isEmpty { found[route] = demoted }
        }
    }

    /// What is known of a route, for whoever is about to dial it.
    func record(of route: Route, for host: Host) -> RouteRecord {
        var record = RouteRecord()
        record.worked = routes.whatWorked(for: host, on: [route])[route]
        record.brokeOff = routes.demotions(for: host, on: route)
        record.isTroubled = routes.lastTrouble(on: route) != nil
        return record
    }

    /// These routes, those where a stream was cut last, the latest trouble at the very end; otherwise in their order.
    func troubledLast<Trust>(_ routes: [(route: Route, trust: Trust)]) -> [(route: Route, trust: Trust)] {
        let troubled = routes.compactMap { item in
            self.routes.lastTrouble(on: item.route).map { (item: item, time: $0) }
        }
        return routes.filter { self.routes.lastTrouble(on: $0.route) == nil }
            + troubled.sorted { $0.time < $1.time }.map(\.item)
    }

    /// A box has read the true name on this route, and kills whatever goes there for a while.
    func burn(_ route: Route, after failure: NetworkError) { routes.burn(route, after: failure, now: now()) }

    /// The failure that put the route into its penalty; nil when it may be used.
    func penalty(on route: Route) -> NetworkError? { routes.penalty(on: route, now: now()) }

    /// How long the route's penalty still lasts; nil when it may be used.
    func penaltyLeft(on route: Route) -> Duration? { routes.penaltyLeft(on: route, now: now()) }

    /// True once: for whoever is to say that lab mode ignores the proxy.
    func isFirstProxyNotice() -> Bool {
        defer { hasNoticedProxy = true }
        return !hasNoticedProxy
    }
}
