internal import Glibc
package import LabNet
import NIOCore

/// A scenario that runs: its parties listen on loopback until it is stopped.
package final class Lab: Sendable {
    /// The scenario.
    package let scenario: Scenario
    /// The image's full name: what is pulled here.
    package let imageName: String
    /// Where the resolvers listen.
    package let resolvers: [Endpoint]
    /// The authority that has signed the registry's certificate, PEM.
    package let authority: String
    /// What has been seen and done.
    package let journal: Journal
    /// Whoever stands at the forged addresses.
    package let strangers: [Stranger]
    /// Where clients reach the registry: at the boxes, where there are some, and all at one port.
    package let registry: [Endpoint]
    private let parties: [any Party]

    /// The host of the registry.
    package static let registryHost = "registry.lab.example"
    /// The host of its token server.
    package static let tokenHost = "auth.lab.example"
    /// The host that its blobs are redirected to.
    package static let storageHost = "storage.lab.example"
    private static let hosts = [registryHost, tokenHost, storageHost]

    private init(
        scenario: Scenario, image: LabImage, authority: String, journal: Journal, port: UInt16,
        parties: [any Party]
    ) {
        self.scenario = scenario
        self.authority = authority
        self.journal = journal
        self.parties = parties
        registry = Self.entrances(of: parties)
        imageName = "\(Self.registryHost):\(port)/\(image.repository):\(image.tag)"
        strangers = parties.compactMap { $0 as? Stranger }
        resolvers = parties.compactMap { ($0 as? ForgingDNS)?.endpoint }
    }

    /// Starts every party of a scenario on free ports.
    ///
    /// - Throws: what the sockets or OpenSSL throw; nothing is left listening then.
    package static func start(
        _ scenario: Scenario, image: LabImage, journal: Journal = Journal()
    ) async throws -> Lab {
        var attemptsLeft = 8
        while true {
            var parties: [any Party] = []
            do {
                let authority = try CertificateAuthority(named: "censor-lab")
                let port = try await startWay(
                    to: image, of: scenario, authority: authority, journal: journal, into: &parties)
                let strangers = try await startStrangers(scenario, port: port, journal: journal, into: &parties)
                try await startResolvers(scenario, strangers: strangers, journal: journal, into: &parties)
                return Lab(
                    scenario: scenario, image: image, authority: authority.certificate, journal: journal, port: port,
                    parties: parties)
            } catch {
                for party in parties { await party.stop() }
                // The port that the registry was given is taken at another of the lab's addresses: try another one.
                attemptsLeft -= 1
                guard let error = error as? IOError, error.errnoCode == EADDRINUSE, attemptsLeft > 0 else {
                    throw error
                }
            }
        }
    }

    /// Stops every party, and returns when their sockets are closed.
    package func stop() async {
        for party in parties { await party.stop() }
    }
}

/// Whatever listens in a lab.
private protocol Party: Sendable {
    func stop() async
}

extension ForgingDNS: Party {}
extension TLSBox: Party {}
extension Stranger: Party {}
extension LabRegistry: Party {}

extension Lab {
    /// Kinds of places in 127.88.0.0/16; all of 127.0.0.0/8 is this machine on Linux.
    private enum Quarter: UInt32 {
        case resolvers = 53
        case path = 10
        case servers = 20
        case strangers = 66
    }

    private static func address(_ quarter: Quarter, _ number: Int) -> IPAddress {
        .v4(127 << 24 | 88 << 16 | quarter.rawValue << 8 | UInt32(number + 1))
    }

    /// The registry, and the boxes before it, which then have the addresses that clients know.
    ///
    /// - Returns: the one port of them all, since an image's name, a realm and a redirect hold one.
    private static func startWay(
        to image: LabImage, of scenario: Scenario, authority: CertificateAuthority, journal: Journal,
        into parties: inout [any Party]
    ) async throws -> UInt16 {
        let issued = try authority.issue(CertificateRequest(names: hosts))
        var door = TLSDoor(identity: try ServerIdentity(issued))
        if case .needsName = scenario.registry { door.names = Scenario.censored }
        var rules = LabRegistry.Rules(tls: door)
        rules.tokenHost = tokenHost
        rules.blobHost = storageHost
        let place = Endpoint(address: address(.servers, 0), port: 0)
        let server = try await LabRegistry.start(rules, images: [image], at: place, journal: journal)
        parties.append(server)
        guard let box = scenario.box else { return server.endpoint.port }
        for number in 0..<2 {
            let place = Endpoint(address: address(.path, number), port: server.endpoint.port)
            parties.append(try await TLSBox.start(box, at: place, before: server.endpoint, journal: journal))
        }
        return server.endpoint.port
    }

    /// Two strangers of IPv4, and one of IPv6 where this machine has `::1`.
    private static func startStrangers(
        _ scenario: Scenario, port: UInt16, journal: Journal, into parties: inout [any Party]
    ) async throws -> [IPAddress] {
        let manner = try scenario.stranger.manner
        var addresses = (0..<2).map { address(.strangers, $0) }
        for address in addresses {
            let place = Endpoint(address: address, port: port)
            parties.append(try await Stranger.start(manner, at: place, journal: journal))
        }
        let loopback = Endpoint(address: .v6(high: 0, low: 1), port: port)
        // Without IPv6 there is no forged AAAA either: injectors are silent for a family that they have no address of.
        if let stranger = try? await Stranger.start(manner, at: loopback, journal: journal) {
            parties.append(stranger)
            addresses.append(loopback.address)
        }
        return addresses
    }

    /// The resolvers, who know where the way to the registry begins.
    private static func startResolvers(
        _ scenario: Scenario, strangers: [IPAddress], journal: Journal, into parties: inout [any Party]
    ) async throws {
        let entries = hosts.map { ($0, Zone.Entry.addresses(entrances(of: parties).map(\.address))) }
        let zone = Zone(Dictionary(uniqueKeysWithValues: entries))
        for (number, resolver) in scenario.resolvers.enumerated() {
            let rules = resolver.rules(truth: zone, strangers: strangers)
            let place = Endpoint(address: address(.resolvers, number), port: 0)
            parties.append(try await ForgingDNS.start(rules, at: place, journal: journal))
        }
    }

    /// Where clients reach the registry.
    private static func entrances(of parties: [any Party]) -> [Endpoint] {
        let boxes = parties.compactMap { ($0 as? TLSBox)?.endpoint }
        return boxes.isEmpty ? parties.compactMap { ($0 as? LabRegistry)?.endpoint } : boxes
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

extension Scenario.Resolver {
    /// The resolver as a party; its injectors give out the strangers' addresses.
    fileprivate func rules(truth: Zone, strangers: [IPAddress]) -> ForgingDNS.Rules {
        let injectors = injectors.map { forging in
            var injector = Injector(names: Scenario.censored, delay: forging.delay, addresses: strangers)
            injector.count = forging.count
            if forging.isAuthoritative { injector.flags = 0x8580 }
            return injector
        }
        var rules = ForgingDNS.Rules(truth: .zone(truth), delay: delay, injectors: injectors)
        rules.resetsTCP = resetsTCP
        return rules
    }
}
