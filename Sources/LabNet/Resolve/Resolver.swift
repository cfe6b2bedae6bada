internal import Synchronization

/// Name resolution as a transport needs it: what the user said, the hosts file, this machine's own names, and then the
/// resolvers, in lab mode or in the ordinary way. What was found is kept for its lifetime.
package struct Resolver: NameResolving {
    private let overrides: [String: [IPAddress]]
    private let policy: AddressFamilyPolicy
    private let hosts: HostsFile
    private let way: Way
    private let system: any NameResolving
    private let cache: LookupCache

    private enum Way: Sendable {
        case ordinary
        case lab(LabLookup)
    }

    /// Makes a resolver; nothing is opened before the first lookup.
    ///
    /// - Parameters:
    ///   - hostsFile: the path of the hosts file.
    ///   - clock: measures the hold-on window, the waves and how long anything is kept.
    ///   - datagrams: asks over UDP.
    ///   - streams: asks over TCP, TLS and HTTPS; nil for TCP alone.
    ///   - system: this machine's own resolver; by default the servers of resolv.conf, or those that the ordinary way names.
    package init(
        configuration: TransportConfiguration, hostsFile: String = "/etc/hosts",
        clock: any Clock<Duration> = ContinuousClock(), datagrams: any DatagramAsking = DatagramSockets(),
        streams: (any StreamAsking)? = nil, system: (any NameResolving)? = nil
    ) {
        switch configuration.mode {
        case .ordinary(let resolvers):
            let system = system ?? SystemResolver(servers: resolvers, policy: configuration.family)
            self.init(configuration, .ordinary, system, hostsFile, clock)
        case .lab(let list):
            let lookup = LabLookup(
                list, configuration, clock: clock, datagrams: datagrams,
                streams: streams ?? ResolverStreams(tls: nil, clock: clock), system: system)
            self.init(lookup, configuration: configuration, hostsFile: hostsFile, clock: clock)
        }
    }

    /// Makes a lab's resolver, whose lookup others may use as well.
    init(
        _ lookup: LabLookup, configuration: TransportConfiguration, hostsFile: String, clock: any Clock<Duration>
    ) {
        self.init(configuration, .lab(lookup), lookup.system, hostsFile, clock)
    }

    private init(
        _ configuration: TransportConfiguration, _ way: Way, _ system: any NameResolving, _ hostsFile: String,
        _ clock: any Clock<Duration>
    ) {
        overrides = configuration.overrides
        policy = configuration.family
        hosts = HostsFile(path: hostsFile)
        cache = LookupCache(clock: clock)
        (self.way, self.system) = (way, system)
    }

    /// Keeps what was found elsewhere, as a lookup of this name would have been kept; nothing where the user or this
    /// machine has the last word.
    func keep(_ findings: [Finding], of name: String) async {
        do {
            if try await known(name) == nil { cache.keep(findings, of: name) }
        } catch {
            // They have said that there is nothing.
        }
    }

    /// See ``NameResolving``.
    package func resolve(
        _ name: String, observe: Observer, found: @escaping @Sendable (Candidate) -> Void
    ) async throws {
        let name = name.lowercased()
        try await cache.resolve(name, found: found) { found in
            let start = ContinuousClock.now
            let all = Mutex<[Candidate]>([])
            do {
                try await look(up: name, observe) { finding in
                    all.withLock { all in
                        all.removeAll { $0.address == finding.candidate.address }
                        all.append(finding.candidate)
                    }
                    found(finding)
                }
                observe.record(.resolved(all.withLock(\.self), failure: nil), host: name, since: start)
            } catch let error as NetworkError {
                observe.record(.resolved([], failure: error.cause), host: name, since: start)
                throw error
            } catch {
                // Whoever asked has what he needs; that much was resolved.
                let found = all.withLock(\.self)
                if !found.isEmpty { observe.record(.resolved(found, failure: nil), host: name, since: start) }
                throw error
            }
        }
    }

    private func look(
        up name: String, _ observe: Observer, _ found: @escaping @Sendable (Finding) -> Void
    ) async throws {
        if let known = try await known(name) {
            for address in known {
                found(Finding(Candidate(address: address, trust: .trusted), lifetime: Finding.longestLifetime))
            }
            return
        }
        switch way {
        case .lab(let lookup) where !LocalName.matches(name):
            try await lookup.resolve(name, observe: observe, found: found)
        case .lab, .ordinary: try await system.resolve(name, observe: observe) { found(Finding($0)) }
        }
    }

    /// What the user or this machine says, which is believed; nil when neither says anything.
    private func known(_ name: String) async throws(NetworkError) -> [IPAddress]? {
        if let address = IPAddress(name) { return try allowed([address], name) }
        if let given = overrides[name] { return try allowed(given, name) }
        let listed = await hosts.addresses(of: name)
        // As with other programs, a name that the file lists in the other family only is still asked for.
        if listed.contains(where: { policy.allows($0.family) }) { return try allowed(listed, name) }
        return LocalName.isLocalhost(name) ? try allowed(LocalName.loopback, name) : nil
    }

    private func allowed(_ addresses: [IPAddress], _ name: String) throws(NetworkError) -> [IPAddress] {
        let allowed = addresses.filter { policy.allows($0.family) }
        guard !allowed.isEmpty else {
            throw NetworkError(step: .resolve, host: name, cause: .noAddressInFamily(policy))
        }
        return allowed
    }
}
