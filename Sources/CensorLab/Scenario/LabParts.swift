import LabNet

/// The parties of a lab while they are started, one kind after the other.
struct LabParts {
    let authority: CertificateAuthority
    let clock: WorldClock
    let journal: Journal
    var parties: [any Party] = []
    /// Where clients reach the registry, its token server and its storage.
    var entrances: [Endpoint] = []
    var tokenEntrances: [Endpoint] = []
    var storageEntrances: [Endpoint] = []
    var strangers: [IPAddress] = []
    /// The control over TLS, and its page over plain HTTP; a captive portal has the same ports.
    var control: Lab.Control?
    var portal: IPAddress?
    var mirror: Endpoint?
    var proxy: Endpoint?
    private(set) var resolvers: [ResolverAddress] = []
    private(set) var canaries: [Endpoint] = []
    /// The range of the servers' addresses.
    private let ground: UInt32

    init(_ scenario: Scenario, journal: Journal) throws {
        clock = scenario.clock
        authority = try CertificateAuthority(named: "censor-lab", by: clock)
        ground = scenario.isTunnel ? 198 << 24 | 18 << 16 : Self.machine
        self.journal = journal
    }

    /// Kinds of places in 127.88.0.0/16; all of 127.0.0.0/8 is this machine on Linux. Those of servers are in
    /// 198.18.0.0/16 where there is a tunnel.
    enum Quarter: UInt32 {
        case resolvers = 53
        case canaries = 54
        case path = 10
        case tokenPath = 11
        case storagePath = 12
        case servers = 20
        case control = 30
        case portal = 31
        case mirror = 40
        case proxy = 50

        fileprivate var isOfServers: Bool {
            switch self {
            case .path, .tokenPath, .storagePath, .control, .mirror: true
            case .resolvers, .canaries, .servers, .portal, .proxy: false
            }
        }
    }

    private static let machine: UInt32 = 127 << 24 | 88 << 16

    func address(_ quarter: Quarter, _ number: Int = 0) -> IPAddress {
        .v4((quarter.isOfServers ? ground : Self.machine) | quarter.rawValue << 8 | UInt32(number + 1))
    }

    /// 127.66.0.1, 127.67.0.1, …: forged addresses are in other networks than the true ones, and than each other.
    static func stranger(_ number: Int) -> IPAddress { .v4(127 << 24 | UInt32(66 + number) << 16 | 1) }

    /// Of IPv6, loopback has one address.
    static let loopback6 = IPAddress.v6(high: 0, low: 1)
}

// MARK: Resolvers

extension LabParts {
    /// The resolvers, who know where the ways to the registry begin, and the canaries.
    ///
    /// - Parameter real: whom honest resolvers ask in place of knowing themselves.
    mutating func startResolvers(_ scenario: Scenario, asking real: Endpoint?) async throws {
        for (number, resolver) in scenario.resolvers.enumerated() {
            let rules = rules(of: resolver, number, asking: real)
            let address = address(.resolvers, number)
            let place = Endpoint(address: address, port: 0)
            switch resolver.carrier {
            case .datagrams:
                let party = try await ForgingDNS.start(rules, at: place, journal: journal)
                parties.append(party)
                resolvers.append(ResolverAddress(party.endpoint))
            case .secure(let carrier):
                let door = TLSDoor(identity: try identity(CertificateRequest(addresses: [address])))
                let party = try await SecureResolver.start(
                    rules, over: carrier, behind: door, at: place, journal: journal)
                parties.append(party)
                resolvers.append(ResolverAddress(party.endpoint, over: carrier.address(of: .address(address))))
            }
        }
        for (number, canary) in scenario.canaries.enumerated() {
            let place = Endpoint(address: address(.canaries, number), port: 0)
            let party = try await ForgingDNS.start(
                rules(of: canary, number, asking: real), at: place, journal: journal)
            parties.append(party)
            canaries.append(party.endpoint)
        }
    }

    /// The resolver as a party; its injectors give out the strangers' addresses.
    private func rules(
        of resolver: Scenario.Resolver, _ number: Int, asking real: Endpoint?
    ) -> ForgingDNS.Rules {
        let injectors = resolver.injectors.map { injector in
            var injector = injector
            if injector.answer == .addresses([]) { injector.answer = .addresses(strangers) }
            return injector
        }
        var rules = ForgingDNS.Rules(
            truth: truth(of: resolver, number, asking: real), delay: resolver.delay, injectors: injectors)
        rules.resetsTCP = resolver.resetsTCP
        rules.answersCookies = resolver.answersCookies
        rules.hopLimit = resolver.hopLimit
        rules.loss = resolver.loss
        return rules
    }

    private func truth(of resolver: Scenario.Resolver, _ number: Int, asking real: Endpoint?) -> ForgingDNS.Truth {
        switch resolver.content {
        case .silence: return .nobody
        case .truth: return real.map { .upstream($0) } ?? .zone(Zone(registryEntries.merging(otherEntries) { $1 }))
        case .pollution(let alias): return lies(alias ? .alias(Lab.detour) : .addresses(strangers))
        case .scatteredPollution:
            let pool = strangers.filter { $0.family == .ip4 }
            return lies(.addresses(pool.isEmpty ? [] : [pool[number % pool.count]]))
        case .portal: return .zone(Zone([:], others: .addresses(portal.map { [$0] } ?? [])))
        }
    }

    private func lies(_ entry: Zone.Entry) -> ForgingDNS.Truth {
        .zone(Zone(otherEntries.merging(Lab.hosts.map { ($0, entry) }) { $1 }))
    }

    private var registryEntries: [String: Zone.Entry] {
        [
            Lab.registryHost: .addresses(entrances.map(\.address)),
            Lab.tokenHost: .addresses(tokenEntrances.map(\.address)),
            Lab.storageHost: .addresses(storageEntrances.map(\.address)),
        ]
    }

    /// Names that nobody has anything against.
    private var otherEntries: [String: Zone.Entry] {
        var entries = [Lab.detour: Zone.Entry.addresses(strangers)]
        entries[Lab.controlHost] = control.map { .addresses([$0.secure.address]) }
        entries[Lab.mirrorHost] = mirror.map { .addresses([$0.address]) }
        return entries
    }
}

extension SecureResolver.Carrier {
    /// As clients name it.
    fileprivate func address(of host: Host) -> ResolverAddress.Carrier {
        switch self {
        case .tls: .tls(host)
        case .https(let path): .https(host, path: path)
        }
    }
}
