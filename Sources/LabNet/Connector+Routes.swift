/// A route to an origin, with the trust that it has earned.
struct FoundRoute: Hashable, Sendable {
    var route: Route
    var trust: Candidate.Trust
}

extension Connector {
    /// The ways to an origin that have worked before, in this run or an earlier one, the best first; empty where the user
    /// says himself where the host is, or a proxy is to be used.
    ///
    /// - Throws: `NetworkError` when the proxy's variable cannot be read.
    func knownWays(
        to origin: Origin, within reach: Reach = .anywhere
    ) async throws -> [(route: Route, strategy: ServerNameStrategy)] {
        guard case .name(let name) = origin.host, configuration.overrides[name] == nil,
            try await proxy(for: origin) == nil
        else { return [] }
        return await memory.whatWorked(for: origin.host, port: origin.port).filter {
            configuration.family.allows($0.route.endpoint.address.family) && reach.allows($0.route, to: origin.host)
        }
    }

    /// How far a request may go: no limit where the user says himself where its host is (`-resolve`).
    func reach(of request: HTTPRequest) -> Reach {
        guard case .name(let name) = request.url.origin.host, configuration.overrides[name] != nil else {
            return request.reach
        }
        return .anywhere
    }

    /// Hands out each way to an origin that is within reach, as soon as its candidate is found; returns when there are
    /// no more.
    ///
    /// - Throws: `NetworkError` when there was none, `.outOfReach` when there were others; `CancellationError`.
    func findRoutes(
        to origin: Origin, within reach: Reach, found: @escaping @Sendable (FoundRoute) -> Void
    ) async throws {
        let refused = Found<Route>()
        let usable = Found<Route>()
        try await findRoutes(to: origin) { item in
            guard reach.allows(item.route, to: origin.host) else { return refused.append(item.route) }
            usable.append(item.route)
            found(item)
        }
        guard usable.all.isEmpty, let first = refused.all.first else { return }
        throw NetworkError(step: .dial, host: origin.host.description, cause: .outOfReach(first.destination))
    }

    /// Hands out each way to an origin as soon as its candidate is found; returns when there are no more.
    ///
    /// - Throws: `NetworkError` when there was none; `CancellationError`.
    private func findRoutes(to origin: Origin, found: @escaping @Sendable (FoundRoute) -> Void) async throws {
        guard let proxy = try await proxy(for: origin) else {
            return try await find(origin.host) { candidate in
                let endpoint = Endpoint(address: candidate.address, port: origin.port)
                found(FoundRoute(route: Route(endpoint: endpoint), trust: candidate.trust))
            }
        }
        guard proxy.kind == .socks5 else {
            return try await findEntrances(of: proxy) { entrance in
                found(Self.route(to: origin.host, .trusted, port: origin.port, through: proxy, at: entrance))
            }
        }
        // This kind alone wants the target's address from us; every other takes the name and resolves it itself.
        let entrances = Found<Candidate>()
        try await findEntrances(of: proxy) { entrances.append($0) }
        try await find(origin.host) { target in
            for entrance in entrances.all {
                let host = Host.address(target.address)
                found(Self.route(to: host, target.trust, port: origin.port, through: proxy, at: entrance))
            }
        }
    }

    private static func route(
        to host: Host, _ trust: Candidate.Trust, port: UInt16, through proxy: ProxyServer, at entrance: Candidate
    ) -> FoundRoute {
        let greeting: ServerNameStrategy = entrance.trust == .trusted ? .plain : .omit
        let relay = Route.Relay(proxy: proxy, host: host, port: port, greeting: greeting)
        let endpoint = Endpoint(address: entrance.address, port: proxy.port)
        return FoundRoute(route: Route(endpoint: endpoint, relay: relay), trust: trust)
    }

    /// Where a proxy may be met. An address in doubt proves itself by its certificate, before it hears a name or a
    /// password; a proxy without TLS cannot, and is not met there.
    private func findEntrances(
        of proxy: ProxyServer, found: @escaping @Sendable (Candidate) -> Void
    ) async throws {
        let refused = Found<Candidate>()
        let usable = Found<Candidate>()
        try await find(proxy.host) { candidate in
            if proxy.kind == .https || candidate.trust == .trusted {
                usable.append(candidate)
                found(candidate)
            } else {
                refused.append(candidate)
            }
        }
        guard usable.all.isEmpty else { return }
        throw NetworkError(
            step: .resolve, host: proxy.host.description, cause: .onlyForgedAnswers(count: refused.all.count))
    }

    /// The proxy that an origin is reached through. Lab mode goes direct, and says so once, unless the user gave one.
    private func proxy(for origin: Origin) async throws -> ProxyServer? {
        switch configuration.proxy {
        case .none: return nil
        case .always(let proxy): return proxy
        case .environment:
            let proxy: ProxyServer?
            do {
                proxy = try proxies.proxy(for: origin)
            } catch {
                throw NetworkError(
                    step: .dial, host: origin.host.description, cause: .proxyProtocol("proxy variable: \(error)"))
            }
            guard isLab, proxy != nil else { return proxy }
            if await memory.isFirstProxyNotice() {
                observer.record(.notice(.proxyIgnoredInLabMode), host: origin.host.description, since: .now)
            }
            return nil
        }
    }

    /// Hands out a host's addresses of the families that are allowed; a literal is its own and beyond doubt, since the
    /// user or the registry gave it.
    private func find(_ host: Host, found: @escaping @Sendable (Candidate) -> Void) async throws {
        let usable = Found<Candidate>()
        let take: @Sendable (Candidate) -> Void = { [family = configuration.family] candidate in
            guard family.allows(candidate.address.family) else { return }
            usable.append(candidate)
            found(candidate)
        }
        switch host {
        case .address(let address): take(Candidate(address: address, trust: .trusted))
        case .name(let name): try await resolver.resolve(name, observe: observer, found: take)
        }
        guard usable.all.isEmpty else { return }
        throw NetworkError(step: .resolve, host: host.description, cause: .noAddressInFamily(configuration.family))
    }
}
