import LabNet

/// The servers, and what stands before them.
extension LabParts {
    /// A certificate of the lab's own authority, by the clock of this lab.
    func identity(_ request: CertificateRequest) throws -> ServerIdentity {
        try ServerIdentity(authority.issue(request.dated(by: clock)))
    }

    /// The registry, and the ways to it and to its parts, which begin at the addresses that clients know. All have the
    /// registry's port, since an image's name, a realm and a redirect hold one.
    mutating func startWays(to image: LabImage, of scenario: Scenario) async throws {
        let door = try scenario.registry.door(identity(CertificateRequest(names: Lab.hosts)), issue: identity)
        var rules = LabRegistry.Rules(tls: door)
        rules.tokenHost = Lab.tokenHost
        rules.blobHost = Lab.storageHost
        rules.fault = scenario.fault
        rules.clock = clock
        let place = Endpoint(address: address(.servers), port: 0)
        let server = try await LabRegistry.start(rules, images: [image], at: place, journal: journal)
        parties.append(server)
        let registry = Origin(server: server.endpoint, rules: rules, image: image)
        entrances = try await open(scenario.ways, .path, to: registry)
        (tokenEntrances, storageEntrances) = (entrances, entrances)
        if let ways = scenario.tokenWays { tokenEntrances = try await open(ways, .tokenPath, to: registry) }
        if let ways = scenario.storageWays { storageEntrances = try await open(ways, .storagePath, to: registry) }
    }

    /// What ways lead to.
    private struct Origin {
        var server: Endpoint
        var rules: LabRegistry.Rules
        var image: LabImage
    }

    private mutating func open(_ ways: [Scenario.Way], _ quarter: Quarter, to origin: Origin) async throws -> [Endpoint]
    {
        var entrances: [Endpoint] = []
        for (number, way) in ways.enumerated() {
            let address = way.family == .ip4 ? address(quarter, number) : Self.loopback6
            let place = Endpoint(address: address, port: origin.server.port)
            entrances.append(place)
            switch way.end {
            case .server:
                parties.append(try await TLSBox.start(way.box, at: place, before: origin.server, journal: journal))
            case .nobody(let end): try await leave(place, to: end)
            case .interceptor: try await intercept(at: place, before: origin)
            }
        }
        return entrances
    }

    /// Nobody is there.
    private mutating func leave(_ place: Endpoint, to end: Scenario.DeadEnd) async throws {
        // A free port that nobody listens at refuses by itself.
        if end == .swallowed { parties.append(try await Abyss.start(at: place)) }
    }

    private mutating func intercept(at place: Endpoint, before origin: Origin) async throws {
        let authority = try CertificateAuthority(named: "Interceptor", by: clock)
        let request = CertificateRequest(names: Lab.hosts, commonName: Lab.registryHost).dated(by: clock)
        var rules = origin.rules
        rules.tls = TLSDoor(identity: try ServerIdentity(authority.issue(request)))
        parties.append(
            try await LabRegistry.start(
                rules, images: [origin.image], at: place, journal: journal, party: "interceptor"))
    }

    /// Three strangers of IPv4, and one of IPv6 where this machine has `::1` and nobody else needs it.
    mutating func startStrangers(_ scenario: Scenario) async throws {
        let manner = try scenario.stranger.manner
        let port = entrances.first?.port ?? 0
        for address in (0..<3).map(Self.stranger) {
            let place = Endpoint(address: address, port: port)
            parties.append(try await Stranger.start(manner, at: place, journal: journal))
            strangers.append(address)
        }
        guard ![entrances, tokenEntrances, storageEntrances].joined().contains(where: { $0.address == Self.loopback6 })
        else { return }
        // Without IPv6 there is no forged AAAA either: injectors are silent for a family that they have no address of.
        let place = Endpoint(address: Self.loopback6, port: port)
        if let stranger = try? await Stranger.start(manner, at: place, journal: journal) {
            parties.append(stranger)
            strangers.append(Self.loopback6)
        }
    }

    /// The mirror, and the proxy that is none.
    mutating func startOthers(_ image: LabImage, of scenario: Scenario) async throws {
        let port = entrances.first?.port ?? 0
        if let end = scenario.proxy {
            let place = Endpoint(address: address(.proxy), port: port)
            try await leave(place, to: end)
            proxy = place
        }
        guard let manner = scenario.mirror else { return }
        var rules = LabRegistry.Rules(tls: TLSDoor(identity: try identity(CertificateRequest(names: [Lab.mirrorHost]))))
        rules.fault = manner.fault
        rules.clock = clock
        let images =
            manner == .stale ? [try .compact(repository: image.repository, tag: image.tag, release: 0)] : [image]
        let place = Endpoint(address: address(.mirror), port: port)
        let server = try await LabRegistry.start(rules, images: images, at: place, journal: journal, party: "mirror")
        parties.append(server)
        mirror = server.endpoint
    }
}
