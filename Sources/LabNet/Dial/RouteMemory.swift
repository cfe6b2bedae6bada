/// What the dialler has learned about routes: what worked for a host, and what is in its penalty. Pure; the caller
/// says what time it is.
package struct RouteMemory: Sendable {
    /// How long a censor's box kills everything to an (address, port) after it has read a forbidden name there
    /// (measured: 180 s).
    package static let residual = Duration.seconds(180)

    private struct Key: Hashable {
        let host: Host
        let route: Route
    }

    private var worked: [Key: ServerNameStrategy] = [:]
    private var penalties: [Route: (since: Duration, failure: NetworkError)] = [:]

    /// Knows nothing.
    package init() {}

    /// Learns that a strategy led to a verified handshake.
    package mutating func worked(_ strategy: ServerNameStrategy, for host: Host, on route: Route) {
        worked[Key(host: host, route: route)] = strategy
    }

    /// Which of these routes have worked for the host, and with which strategy.
    package func whatWorked(for host: Host, on routes: [Route]) -> [Route: ServerNameStrategy] {
        routes.reduce(into: [:]) { found, route in found[route] = worked[Key(host: host, route: route)] }
    }

    /// Learns that a box has read the true name on this route.
    ///
    /// - Parameter now: since any fixed instant.
    package mutating func burn(_ route: Route, after failure: NetworkError, now: Duration) {
        penalties[route] = (now, failure)
    }

    /// The failure that put the route into its penalty; nil when it may be used.
    package func penalty(on route: Route, now: Duration) -> NetworkError? {
        guard let penalty = penalties[route], now - penalty.since < Self.residual else { return nil }
        return penalty.failure
    }
}
