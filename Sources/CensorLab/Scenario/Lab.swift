internal import Glibc
package import LabNet
import NIOCore

/// A scenario that runs: its parties listen on loopback until it is stopped.
package final class Lab: Sendable {
    /// The scenario.
    package let scenario: Scenario
    /// The image's full name: what is pulled here.
    package let imageName: String
    /// The authority that has signed the certificates of the registry and of the resolvers, PEM.
    package let authority: String
    /// What has been seen and done.
    package let journal: Journal
    /// How clients ask the resolvers.
    package let resolverAddresses: [ResolverAddress]
    /// Where resolvers listen for datagrams.
    package let resolvers: [Endpoint]
    /// Where nobody listens but the injectors on the way.
    package let canaries: [Endpoint]
    /// Whoever stands at the forged addresses.
    package let strangers: [Stranger]
    /// Where clients reach the registry, all at one port: the boxes on the ways to it.
    package let registry: [Endpoint]
    /// Where they reach its token server; the same where that has no ways of its own.
    package let tokenServer: [Endpoint]
    /// Where they reach its storage, likewise.
    package let storage: [Endpoint]
    /// The host that nobody blocks: over TLS, and its page over plain HTTP. Behind a portal, the portal.
    package let control: Control
    /// The mirror, where the scenario has one.
    package let mirror: Endpoint?
    /// The proxy that the user has set, where the scenario has one.
    package let proxy: Endpoint?
    private let parties: [any Party]

    /// Where the control is.
    package struct Control: Hashable, Sendable {
        /// TLS.
        package var secure: Endpoint
        /// Plain HTTP.
        package var page: Endpoint
    }

    /// The host of the registry.
    package static let registryHost = "registry.lab.example"
    /// The host of its token server.
    package static let tokenHost = "auth.lab.example"
    /// The host that its blobs are redirected to.
    package static let storageHost = "storage.lab.example"
    /// A host that is on nobody's list.
    package static let controlHost = "control.example"
    /// The mirror's host, likewise.
    package static let mirrorHost = "mirror.example"
    /// The registry's names: what a real resolver behind a lab has to know.
    package static let hosts = [registryHost, tokenHost, storageHost]
    /// Where forged aliases lead: a name that is on no list, with the strangers' addresses.
    static let detour = "detour.example"

    private init(_ scenario: Scenario, image: LabImage, journal: Journal, parts: LabParts, control: Control) {
        self.scenario = scenario
        self.journal = journal
        authority = parts.authority.certificate
        resolverAddresses = parts.resolvers
        resolvers = parts.resolvers.filter { $0.carrier == .datagrams }.map(\.endpoint)
        canaries = parts.canaries
        strangers = parts.parties.compactMap { $0 as? Stranger }
        (registry, tokenServer, storage) = (parts.entrances, parts.tokenEntrances, parts.storageEntrances)
        self.control = control
        (mirror, proxy) = (parts.mirror, parts.proxy)
        parties = parts.parties
        let port = parts.entrances.first?.port ?? 443
        imageName = "\(Self.registryHost):\(port)/\(image.repository):\(image.tag)"
    }

    /// Starts every party of a scenario on free ports.
    ///
    /// - Parameter resolver: a real resolver that the lab's honest ones ask, in place of what they know themselves; it
    ///   has to know ``hosts`` at the addresses of ``registry``, which are the same in every run.
    /// - Throws: what the sockets or OpenSSL throw; nothing is left listening then.
    package static func start(
        _ scenario: Scenario, image: LabImage, journal: Journal = Journal(), resolver: Endpoint? = nil
    ) async throws -> Lab {
        var attemptsLeft = 8
        while true {
            var parts = try LabParts(scenario, journal: journal)
            do {
                try await parts.startWays(to: image, of: scenario)
                try await parts.startStrangers(scenario)
                let control = try await parts.startControl(scenario)
                try await parts.startOthers(image, of: scenario)
                try await parts.startResolvers(scenario, asking: resolver)
                return Lab(scenario, image: image, journal: journal, parts: parts, control: control)
            } catch {
                for party in parts.parties { await party.stop() }
                if scenario.isTunnel, (error as? IOError)?.errnoCode == EADDRNOTAVAIL {
                    throw LabFailure(
                        "198.18.0.0/15 is not this machine's: a namespace is wanted where it is "
                            + "(unshare -r -n, ip link set lo up, ip route add local 198.18.0.0/15 dev lo)")
                }
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
protocol Party: Sendable {
    func stop() async
}

extension ForgingDNS: Party {}
extension SecureResolver: Party {}
extension TLSBox: Party {}
extension Stranger: Party {}
extension LabRegistry: Party {}
extension WebServer: Party {}
extension Abyss: Party {}
