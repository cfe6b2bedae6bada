/// What the dialler has learned about routes: what worked for a host, what broke off, and what is in its penalty.
///
/// Pure; the caller says what time it is. Times count from 1970, so that they mean the same to another process.
package struct RouteMemory: Hashable, Sendable {
    /// How long a censor's box kills everything to an (address, port) after it has read a forbidden name there
    /// (measured: 180 s).
    package static let residual = Duration.seconds(180)

    /// How well a strategy has done on a route, from least to best.
    package enum Proof: Int, Hashable, Sendable, Comparable {
        /// The handshake was verified. Some boxes let it pass and freeze the stream behind it.
        case handshake
        /// A body came through whole, but less than ``stream`` takes: a box that counts may still be ahead.
        case whole
        /// A connection has carried 64 KiB of bodies.
        case stream

        /// Less proof comes first.
        package static func < (one: Proof, other: Proof) -> Bool { one.rawValue < other.rawValue }
    }

    /// Whom a route led to.
    struct Way: Hashable, Sendable {
        var host: Host
        var route: Route
    }

    /// What worked on a way, how well, and when it was last seen.
    struct Success: Hashable, Sendable {
        var strategy: ServerNameStrategy
        var proof: Proof
        var time: Duration
    }

    /// What put a route into its penalty, and when.
    struct Penalty: Hashable, Sendable {
        var failure: NetworkError
        var time: Duration
    }

    var successes: [Way: Success] = [:]
    var penalties: [Route: Penalty] = [:]
    var setbacks: [Way: [ServerNameStrategy: Duration]] = [:]
    private var troubles: [Route: Duration] = [:]

    /// Knows nothing.
    package init() {}
}

// MARK: Learning

extension RouteMemory {
    /// How much older than `now` the last sign of a success has to be for the next to be news.
    private static let refresh = Duration.seconds(3600)

    /// Learns that a strategy did well on a route.
    ///
    /// What broke off before comes back into favour by a stream alone: small bodies pass where large ones freeze.
    /// - Returns: whether that is worth keeping beyond this run.
    package mutating func worked(
        _ strategy: ServerNameStrategy, for host: Host, on route: Route, proof: Proof, now: Duration
    ) -> Bool {
        let way = Way(host: host, route: route)
        if proof == .stream {
            setbacks[way]?[strategy] = nil
            troubles[route] = nil
        } else if setbacks[way]?[strategy] != nil {
            return false
        }
        let before = successes[way].flatMap { $0.strategy == strategy ? $0 : nil }
        successes[way] = Success(strategy: strategy, proof: max(proof, before?.proof ?? proof), time: now)
        guard proof > .handshake else { return false }
        guard let before, before.proof > .handshake else { return true }
        return now - before.time >= Self.refresh
    }

    /// Learns that a connection broke off before it had carried enough to prove its strategy.
    ///
    /// A strategy that has proved itself in this run gets a second chance: streams break for other reasons, too.
    /// - Returns: whether that changes what was kept beyond this run.
    package mutating func demoted(
        _ strategy: ServerNameStrategy, for host: Host, on route: Route, now: Duration
    ) -> Bool {
        let way = Way(host: host, route: route)
        troubles[route] = now
        let success = successes[way].flatMap { $0.strategy == strategy ? $0 : nil }
        if success?.proof == .stream {
            successes[way]?.proof = .whole
            return false
        }
        setbacks[way, default: [:]][strategy] = now
        if success != nil { successes[way] = nil }
        return success.map { $0.proof > .handshake } ?? false
    }

    /// Learns that a stream was cut on this route.
    package mutating func troubled(_ route: Route, now: Duration) { troubles[route] = now }

    /// Learns that a box has read the true name on this route.
    package mutating func burn(_ route: Route, after failure: NetworkError, now: Duration) {
        penalties[route] = Penalty(failure: failure, time: now)
    }
}

// MARK: Telling

extension RouteMemory {
    /// What is known of a route to the host, for whoever is about to dial it.
    package func record(of route: Route, for host: Host, now: Duration) -> RouteRecord {
        let way = Way(host: host, route: route)
        var record = RouteRecord()
        record.worked = successes[way]?.strategy
        record.brokeOff = Set(setbacks[way, default: [:]].keys)
        record.lastTrouble = troubles[route]
        record.isBurnt = penalty(on: route, now: now) != nil
        return record
    }

    /// The direct routes that have worked for the host at this port, the latest first; neither those in their penalty nor
    /// those where a stream was cut.
    package func whatWorked(
        for host: Host, port: UInt16, now: Duration
    ) -> [(route: Route, strategy: ServerNameStrategy)] {
        successes.filter { way, _ in
            way.host == host && way.route.relay == nil && way.route.endpoint.port == port
                && troubles[way.route] == nil && penalty(on: way.route, now: now) == nil
        }
        .sorted {
            ($0.value.time, $1.key.route.endpoint.description) > ($1.value.time, $0.key.route.endpoint.description)
        }
        .map { ($0.key.route, $0.value.strategy) }
    }

    /// Whether the strategy has carried a stream to the host on this route, in this run.
    package func isProven(_ strategy: ServerNameStrategy, for host: Host, on route: Route) -> Bool {
        let success = successes[Way(host: host, route: route)]
        return success?.strategy == strategy && success?.proof == .stream
    }

    /// When a stream was last cut on this route; nil for never, or for one that has done well since.
    package func lastTrouble(on route: Route) -> Duration? { troubles[route] }

    /// The failure that put the route into its penalty; nil when it may be used.
    package func penalty(on route: Route, now: Duration) -> NetworkError? {
        penaltyLeft(on: route, now: now).flatMap { _ in penalties[route]?.failure }
    }

    /// How long the route's penalty still lasts; nil when it may be used.
    package func penaltyLeft(on route: Route, now: Duration) -> Duration? {
        guard let penalty = penalties[route] else { return nil }
        let left = Self.residual - (now - penalty.time)
        return left > .zero ? left : nil
    }
}
