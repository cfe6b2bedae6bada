import CensorLab
import Testing

@testable import LabNet

/// A thousand lookups over real sockets, a hundred at once, with three injectors before every resolver.
@Suite(.serialized) struct LookupLoadTests {
    private static let truth = Candidate(address: .v4(0x7f58_0a01), trust: .trusted)
    private static let lies: [IPAddress] = (1...9).map { .v4(0x7f58_4200 + $0) }

    private static func name(_ number: Int) -> String { "name\(number).lab.example" }

    private static var injectors: [Injector] {
        var first = Injector(names: ["lab.example"], delay: .milliseconds(4), addresses: lies)
        first.count = 2
        var second = Injector(names: ["lab.example"], delay: .milliseconds(9), addresses: lies.reversed())
        second.flags = 0x8580
        let third = Injector(names: ["lab.example"], delay: .milliseconds(20), addresses: lies)
        return [first, second, third]
    }

    @Test func aThousandLookupsBelieveNoLieAndLoseNoTruth() async throws {
        let zone = Zone(
            Dictionary(uniqueKeysWithValues: (0..<1000).map { (Self.name($0), .addresses([Self.truth.address])) }))
        let rules = ForgingDNS.Rules(truth: .zone(zone), delay: .milliseconds(150), injectors: Self.injectors)
        var servers: [ForgingDNS] = []
        for number in 1...3 {
            let place = Endpoint(address: .v4(0x7f36_0000 + UInt32(number) << 8 + 1), port: 0)
            servers.append(try await ForgingDNS.start(rules, at: place))
        }
        var configuration = TransportConfiguration()
        configuration.mode = .lab(ResolverList(asking: servers.map(\.endpoint)))
        configuration.family = .ip4
        let resolver = Resolver(configuration: configuration, hostsFile: "/dev/null", system: TableResolver([:]))
        // The first lookup of a run shows what the resolvers' paths are like.
        #expect(try await resolver.candidates(for: Self.name(0), observe: Observer()).first == Self.truth)
        var (forgedBelieved, truthLost) = (0, 0)
        for round in 0..<10 {
            try await withThrowingTaskGroup(of: [Candidate].self) { group in
                for number in 0..<100 {
                    group.addTask {
                        try await resolver.candidates(for: Self.name(round * 100 + number), observe: Observer())
                    }
                }
                for try await found in group {
                    let believed = found.filter { $0.trust == .trusted }
                    if believed.contains(where: { $0 != Self.truth }) { forgedBelieved += 1 }
                    if !believed.contains(Self.truth) { truthLost += 1 }
                }
            }
        }
        #expect((forgedBelieved, truthLost) == (0, 0))
        for server in servers {
            #expect(try Sockets.connected(to: server.endpoint) == 0)
            await server.stop()
        }
    }
}
