import LabNet

/// The parties of a lab while they are started, one kind after the other.
struct LabParts {
    let authority: CertificateAuthority
    let journal: Journal
    private(set) var parties: [any Party] = []
    /// Where clients reach the registry.
    private(set) var entrances: [Endpoint] = []
    private(set) var strangers: [IPAddress] = []
    private(set) var resolvers: [ResolverAddress] = []
    private(set) var canaries: [Endpoint] = []

    init(journal: Journal) throws {
        authority = try CertificateAuthority(named: "censor-lab")
        self.journal = journal
    }

    /// Kinds of places in 127.88.0.0/16; all of 127.0.0.0/8 is this machine on Linux.
    private enum Quarter: UInt32 {
        case resolvers = 53
        case canaries = 54
        case path = 10
        case servers = 20
        case strangers = 66
    }

    private static func address(_ quarter: Quarter, _ number: Int) -> IPAddress {
        .v4(127 << 24 | 88 << 16 | quarter.rawValue << 8 | UInt32(number + 1))
    }

    /// Of IPv6, loopback has one address.
    private static let loopback6 = IPAddress.v6(high: 0, low: 1)

    /// The registry, and the boxes before it, which have the addresses that clients know. All have the registry's port,
    /// since an image's name, a realm and a redirect hold one.
    mutating func startWays(to image: LabImage, of scenario: Scenario) async throws {
        let issued = try authority.issue(CertificateRequest(names: Lab.hosts))
        let door = try scenario.registry.door(ServerIdentity(issued), authority: authority)
        var rules = LabRegistry.Rules(tls: door)
        rules.tokenHost = Lab.tokenHost
        rules.blobHost = Lab.storageHost
        let place = Endpoint(address: Self.address(.servers, 0), port: 0)
        let server = try await LabRegistry.start(rules, images: [image], at: place, journal: journal)
        parties.append(server)
        for (number, way) in scenario.ways.enumerated() {
            let address = way.family == .ip4 ? Self.address(.path, number) : Self.loopback6
            let place = Endpoint(address: address, port: server.endpoint.port)
            let box = try await TLSBox.start(way.box, at: place, before: server.endpoint, journal: journal)
            parties.append(box)
            entrances.append(box.endpoint)
        }
    }

    /// Two strangers of IPv4, and one of IPv6 where this machine has `::1` and nobody else needs it.
    mutating func startStrangers(_ scenario: Scenario) async throws {
        let manner = try scenario.stranger.manner
        let port = entrances.first?.port ?? 0
        for address in [Self.address(.strangers, 0), Self.address(.strangers, 1)] {
            let place = Endpoint(address: address, port: port)
            parties.append(try await Stranger.start(manner, at: place, journal: journal))
            strangers.append(address)
        }
        guard !entrances.contains(where: { $0.address == Self.loopback6 }) else { return }
        // Without IPv6 there is no forged AAAA either: injectors are silent for a family that they have no address of.
        let place = Endpoint(address: Self.loopback6, port: port)
        if let stranger = try? await Stranger.start(manner, at: place, journal: journal) {
            parties.append(stranger)
            strangers.append(Self.loopback6)
        }
    }

    /// The resolvers, who know where the ways to the registry begin, and the canaries.
    ///
    /// - Parameter real: whom honest resolvers ask in place of knowing themselves.
    mutating func startResolvers(_ scenario: Scenario, asking real: Endpoint?) async throws {
        for (number, resolver) in scenario.resolvers.enumerated() {
            let rules = rules(of: resolver, asking: real)
            let address = Self.address(.resolvers, number)
            let place = Endpoint(address: address, port: 0)
            switch resolver.carrier {
            case .datagrams:
                let party = try await ForgingDNS.start(rules, at: place, journal: journal)
                parties.append(party)
                resolvers.append(ResolverAddress(party.endpoint))
            case .secure(let carrier):
                let door = TLSDoor(
                    identity: try ServerIdentity(authority.issue(CertificateRequest(addresses: [address]))))
                let party = try await SecureResolver.start(
                    rules, over: carrier, behind: door, at: place, journal: journal)
                parties.append(party)
                resolvers.append(ResolverAddress(party.endpoint, over: carrier.address(of: .address(address))))
            }
        }
        for (number, canary) in scenario.canaries.enumerated() {
            let place = Endpoint(address: Self.address(.canaries, number), port: 0)
            let party = try await ForgingDNS.start(rules(of: canary, asking: real), at: place, journal: journal)
            parties.append(party)
            canaries.append(party.endpoint)
        }
    }

    /// The resolver as a party; its injectors give out the strangers' addresses.
    private func rules(of resolver: Scenario.Resolver, asking real: Endpoint?) -> ForgingDNS.Rules {
        let injectors = resolver.injectors.map { injector in
            var injector = injector
            if injector.answer == .addresses([]) { injector.answer = .addresses(strangers) }
            return injector
        }
        var rules = ForgingDNS.Rules(
            truth: truth(of: resolver, asking: real), delay: resolver.delay, injectors: injectors)
        rules.resetsTCP = resolver.resetsTCP
        rules.answersCookies = resolver.answersCookies
        rules.hopLimit = resolver.hopLimit
        rules.loss = resolver.loss
        return rules
    }

    private func truth(of resolver: Scenario.Resolver, asking real: Endpoint?) -> ForgingDNS.Truth {
        var entries = [Lab.detour: Zone.Entry.addresses(strangers)]
        switch resolver.content {
        case .silence: return .nobody
        case .truth:
            if let real { return .upstream(real) }
            for host in Lab.hosts { entries[host] = .addresses(entrances.map(\.address)) }
        case .pollution(let alias):
            for host in Lab.hosts { entries[host] = alias ? .alias(Lab.detour) : .addresses(strangers) }
        }
        return .zone(Zone(entries))
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

extension Scenario.StrangerManner {
    /// The manner with what it takes: a certificate of somebody else, signed by somebody else.
    fileprivate var manner: Stranger.Manner {
        get throws {
            switch self {
            case .silent: return .silent
            case .reset: return .reset
            case .tls:
                let request = CertificateRequest(names: ["stranger.example"], commonName: "stranger.example")
                return .tls(try ServerIdentity(CertificateAuthority(named: "Somebody else").issue(request)))
            }
        }
    }
}

extension Scenario.RegistryManner {
    /// The door of a registry of this manner.
    func door(_ identity: ServerIdentity, authority: CertificateAuthority) throws -> TLSDoor {
        var door = TLSDoor(identity: identity, names: Scenario.censored)
        switch self {
        case .open: return TLSDoor(identity: identity)
        case .needsName: (door.nameless, door.unknown) = (.refused(.alert(112)), .refused(.alert(112)))
        case .needsNameSilently: (door.nameless, door.unknown) = (.refused(.close), .refused(.close))
        case .refusesStrangers: (door.nameless, door.unknown) = (.served, .refused(.alert(112)))
        case .refusesStrangersSilently: (door.nameless, door.unknown) = (.served, .refused(.close))
        case .otherCertificate:
            let request = CertificateRequest(names: ["default.example"], commonName: "default.example")
            let other = try ServerIdentity(authority.issue(request))
            (door.nameless, door.unknown) = (.shown(other), .shown(other))
        }
        return door
    }
}
