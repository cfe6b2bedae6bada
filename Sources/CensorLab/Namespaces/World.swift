package import LabNet

/// What stands behind a censored path: honest resolvers, the registry, and strangers at the addresses that injectors
/// answer. It has a namespace of its own, where every port is free.
package final class World: Sendable {
    /// Where resolvers listen.
    package let resolvers: [Endpoint]
    /// The authority that has signed the registry's certificate, PEM.
    package let authority: String
    private let stops: [@Sendable () async -> Void]

    private init(resolvers: [Endpoint], authority: String, stops: [@Sendable () async -> Void]) {
        self.resolvers = resolvers
        self.authority = authority
        self.stops = stops
    }

    /// Starts every party.
    ///
    /// - Throws: what the sockets or OpenSSL throw; the parties that have started end with the process.
    package static func start(
        _ scenario: PathScenario, image: LabImage, families: [IPAddress.Family], journal: Journal
    ) async throws -> World {
        var stops: [@Sendable () async -> Void] = []
        let authority = try CertificateAuthority(named: "censor-lab")
        let rules = try registry(scenario, authority: authority)
        for address in Topology.Addresses.registry.of(families) {
            let place = Endpoint(address: address, port: 443)
            let registry = try await LabRegistry.start(rules, images: [image], at: place, journal: journal)
            stops.append { await registry.stop() }
        }
        let request = CertificateRequest(names: ["stranger.example"], commonName: "stranger.example")
        let identity = try ServerIdentity(CertificateAuthority(named: "Somebody else").issue(request))
        for address in Topology.Addresses.strangers.of(families) {
            let place = Endpoint(address: address, port: 443)
            let stranger = try await Stranger.start(.tls(identity), at: place, journal: journal)
            stops.append { await stranger.stop() }
        }
        let control = try ServerIdentity(authority.issue(CertificateRequest(names: [Lab.controlHost])))
        for address in Topology.Addresses.control.of(families) {
            for (port, door) in [(UInt16(80), nil), (443, TLSDoor(identity: control))] {
                let server = try await WebServer.start(
                    WebPage(), behind: door, at: Endpoint(address: address, port: port), journal: journal,
                    party: "control")
                stops.append { await server.stop() }
            }
        }
        let truth = Zone.Entry.addresses(Topology.Addresses.registry.of(families))
        var zone = Zone(Dictionary(uniqueKeysWithValues: Lab.hosts.map { ($0, truth) }))
        zone.entries[Lab.controlHost] = .addresses(Topology.Addresses.control.of(families))
        var resolvers: [Endpoint] = []
        for address in Topology.Addresses.resolvers.of(families) {
            var rules = ForgingDNS.Rules(truth: .zone(zone), delay: scenario.resolverDelay)
            rules.answersCookies = true
            let resolver = try await ForgingDNS.start(rules, at: Endpoint(address: address, port: 53), journal: journal)
            stops.append { await resolver.stop() }
            resolvers.append(resolver.endpoint)
        }
        return World(resolvers: resolvers, authority: authority.certificate, stops: stops)
    }

    /// One set of rules for all its addresses: a token of one is good at the others.
    private static func registry(
        _ scenario: PathScenario, authority: CertificateAuthority
    ) throws -> LabRegistry.Rules {
        let identity = try ServerIdentity(authority.issue(CertificateRequest(names: Lab.hosts)))
        let door = try scenario.registry.door(identity) { try ServerIdentity(authority.issue($0)) }
        var rules = LabRegistry.Rules(tls: door)
        rules.tokenHost = Lab.tokenHost
        rules.blobHost = Lab.storageHost
        return rules
    }

    /// Stops every party, and returns when their sockets are closed.
    package func stop() async {
        for stop in stops { await stop() }
    }
}
