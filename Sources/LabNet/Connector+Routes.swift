extension Connector {
    /// The ways to an origin, in dial order, with the trust that each has earned.
    ///
    /// - Throws: `NetworkError` of step `resolve`; `CancellationError`.
    func routes(to origin: Origin) async throws -> [(route: Route, trust: Candidate.Trust)] {
        guard let proxy = try await proxy(for: origin) else {
            return try await candidates(of: origin.host).map { candidate in
                (Route(endpoint: Endpoint(address: candidate.address, port: origin.port)), candidate.trust)
            }
        }
        let entrances = try await entrances(of: proxy)
        // `socks5` alone wants the target's address from us; every other kind takes the name and resolves it itself.
        let targets: [(host: Host, trust: Candidate.Trust)] =
            proxy.kind == .socks5
            ? try await candidates(of: origin.host).map { (.address($0.address), $0.trust) } : [(origin.host, .trusted)]
        return targets.flatMap { target in
            entrances.map { entrance in
                let relay = Route.Relay(
                    proxy: proxy, host: target.host, port: origin.port,
                    greeting: entrance.trust == .trusted ? .plain : .omit)
                return (
                    Route(endpoint: Endpoint(address: entrance.address, port: proxy.port), relay: relay), target.trust
                )
            }
        }
    }

    /// Where a proxy may be met. An address in doubt proves itself by its certificate, before it hears a name or a
    /// password; a proxy without TLS cannot, and is not met there.
    private func entrances(of proxy: ProxyServer) async throws -> [Candidate] {
        let found = try await candidates(of: proxy.host)
        let usable = proxy.kind == .https ? found : found.filter { $0.trust == .trusted }
        guard !usable.isEmpty else {
            throw NetworkError(
                step: .resolve, host: proxy.host.description, cause: .onlyForgedAnswers(count: found.count))
        }
        return usable
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

    /// A host's addresses in dial order; a literal is its own and beyond doubt, since the user or the registry gave it.
    private func candidates(of host: Host) async throws -> [Candidate] {
        let found =
            switch host {
            case .address(let address): [Candidate(address: address, trust: .trusted)]
            case .name(let name): try await resolver.candidates(for: name, observe: observer)
            }
        let plan = AddressPlan(found, family: configuration.family)
        guard !plan.candidates.isEmpty else {
            throw NetworkError(
                step: .resolve, host: host.description, cause: .noAddressInFamily(configuration.family))
        }
        return plan.candidates
    }
}
