/// Name resolution as a transport needs it: what the user said, the hosts file, this machine's own names, and then the
/// resolvers, in lab mode or in the ordinary way. Each name is looked up once in the resolver's life.
package struct Resolver: NameResolving {
    private let overrides: [String: [IPAddress]]
    private let policy: AddressFamilyPolicy
    private let hosts: HostsFile
    private let way: Way
    private let cache = LookupCache()

    private enum Way: Sendable {
        case ordinary(SystemResolver)
        case lab(LabLookup)
    }

    /// Makes a resolver; nothing is opened before the first lookup.
    ///
    /// - Parameters:
    ///   - hostsFile: the path of the hosts file.
    ///   - clock: measures the hold-on window.
    ///   - datagrams: asks over UDP.
    ///   - streams: asks over TCP, TLS and HTTPS; nil for TCP alone.
    package init(
        configuration: TransportConfiguration, hostsFile: String = "/etc/hosts",
        clock: any Clock<Duration> = ContinuousClock(), datagrams: any DatagramAsking = DatagramSockets(),
        streams: (any StreamAsking)? = nil
    ) {
        overrides = configuration.overrides
        policy = configuration.family
        hosts = HostsFile(path: hostsFile)
        way =
            switch configuration.mode {
            case .ordinary(let resolvers): .ordinary(SystemResolver(servers: resolvers, policy: policy))
            case .lab(let list):
                .lab(
                    LabLookup(
                        resolvers: list.resolvers.map(\.endpoint), policy: policy, window: configuration.holdOnWindow,
                        clock: clock,
                        datagrams: datagrams, streams: streams ?? ResolverStreams(tls: nil, clock: clock)))
            }
    }

    /// See ``NameResolving``.
    package func resolve(
        _ name: String, observe: Observer, found: @escaping @Sendable (Candidate) -> Void
    ) async throws {
        for candidate in try await all(name.lowercased(), observe) { found(candidate) }
    }

    private func all(_ name: String, _ observe: Observer) async throws -> [Candidate] {
        try await cache.candidates(for: name) {
            let start = ContinuousClock.now
            do {
                let candidates = try await look(up: name, observe)
                observe.record(.resolved(candidates, failure: nil), host: name, since: start)
                return candidates
            } catch let error as NetworkError {
                observe.record(.resolved([], failure: error.cause), host: name, since: start)
                throw error
            }
        }
    }

    private func look(up name: String, _ observe: Observer) async throws -> [Candidate] {
        if let address = IPAddress(name) { return try allowed([address], name) }
        if let given = overrides[name] { return try allowed(given, name) }
        let listed = hosts.addresses(of: name)
        // As with other programs, a name that the file lists in the other family only is still asked for.
        if listed.contains(where: { policy.allows($0.family) }) { return try allowed(listed, name) }
        if LocalName.isLocalhost(name) { return try allowed(LocalName.loopback, name) }
        switch way {
        case .ordinary(let system): return try await system.candidates(for: name, observe: observe)
        case .lab where LocalName.matches(name):
            return try await SystemResolver(servers: [], policy: policy).candidates(for: name, observe: observe)
        case .lab(let lookup): return try await lookup.candidates(for: name, observe: observe)
        }
    }

    /// What the user or this machine says is believed.
    private func allowed(_ addresses: [IPAddress], _ name: String) throws(NetworkError) -> [Candidate] {
        let allowed = addresses.filter { policy.allows($0.family) }
        guard !allowed.isEmpty else {
            throw NetworkError(step: .resolve, host: name, cause: .noAddressInFamily(policy))
        }
        return allowed.map { Candidate(address: $0, trust: .trusted) }
    }
}
