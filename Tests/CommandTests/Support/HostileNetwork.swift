import CensorLab
import Foundation
import LabNet

/// Forging resolvers before a real dnsmasq, strangers at the forged addresses, and a real registry behind nginx that
/// refuses hellos without its name: the setting of a censored pull out of other people's programs.
struct HostileNetwork {
    /// From the query to the true answer, and to the forged one before it.
    static let truth = Duration.milliseconds(150)
    static let forgery = Duration.milliseconds(8)
    private static let forged = ["127.66.6.6", "127.66.6.7"]

    let registry: SecureRegistry
    let resolvers: [ForgingDNS]
    let journal: Journal
    private let strangers: [Stranger]
    private let dnsmasq: Server

    /// - Parameter forging: how many of the three resolvers' answers are raced by a forged one.
    init(forging: Int, repositories: [String] = ["demo/big"], families: [String] = ["127.0.0.1"]) async throws {
        registry = try await SecureRegistry(addresses: families, repositories: repositories, needsName: true)
        journal = Journal()
        let port = try Loopback.freePort()
        dnsmasq = try await RealServer.dnsmasq([registry.name: families], port: port)
        guard let loopback = IPAddress("127.0.0.1") else { throw SettingFailed(description: "no 127.0.0.1") }
        let upstream = Endpoint(address: loopback, port: UInt16(port))
        let registryPort = UInt16(registry.port)
        let pool = Self.forged.compactMap { IPAddress($0) }
        var resolvers: [ForgingDNS] = []
        for number in 0..<3 {
            let injectors = Injector(names: ["lab.test"], delay: Self.forgery, addresses: pool)
            let rules = ForgingDNS.Rules(
                truth: .upstream(upstream), delay: Self.truth, injectors: number < forging ? [injectors] : [])
            guard let address = IPAddress("127.0.53.\(number + 1)") else { continue }
            resolvers.append(
                try await ForgingDNS.start(rules, at: Endpoint(address: address, port: 0), journal: journal))
        }
        self.resolvers = resolvers
        var strangers: [Stranger] = []
        for address in pool {
            strangers.append(
                try await Stranger.start(
                    .silent, at: Endpoint(address: address, port: registryPort), journal: journal))
        }
        self.strangers = strangers
    }

    /// What `-dns-servers` takes.
    var servers: String { resolvers.map(\.endpoint.description).joined(separator: ",") }

    /// Whether any forged address was shown the registry's name, in whatever protocol.
    var strangersSawTheName: Bool {
        strangers.flatMap(\.shown).contains { bytes in
            // A name that is cut across records shows only in the message that they carry.
            [bytes, ClientHello.message(in: bytes) ?? []].contains { text in
                String(decoding: text, as: UTF8.self).lowercased().contains("registry")
            }
        }
    }

    func stop() async {
        for resolver in resolvers { await resolver.stop() }
        for stranger in strangers { await stranger.stop() }
    }
}
