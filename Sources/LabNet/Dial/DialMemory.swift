/// What the connections of one transport learn from each other.
actor DialMemory {
    private var routes = RouteMemory()
    private var hasNoticedProxy = false
    private let epoch = ContinuousClock.now

    /// See ``RouteMemory``.
    func worked(_ strategy: ServerNameStrategy, for host: Host, on route: Route) {
        routes.worked(strategy, for: host, on: route)
    }

    /// See ``RouteMemory``.
    func whatWorked(for host: Host, on routes: [Route]) -> [Route: ServerNameStrategy] {
        self.routes.whatWorked(for: host, on: routes)
    }

    /// See ``RouteMemory``.
    func burn(_ route: Route, after failure: NetworkError) {
        routes.burn(route, after: failure, now: .now - epoch)
    }

    /// See ``RouteMemory``.
    func penalty(on route: Route) -> NetworkError? { routes.penalty(on: route, now: .now - epoch) }

    /// True once: for whoever is to say that lab mode ignores the proxy.
    func isFirstProxyNotice() -> Bool {
        defer { hasNoticedProxy = true }
        return !hasNoticedProxy
    }
}
