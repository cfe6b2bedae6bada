import CensorLab
import LabNet

extension LookupBenchmark {
    private static let rounds = 50

    /// Each lookup stands beside a bare exchange with the same resolver, in turns, so that the machine's moods hit both.
    @Sendable static func run() async throws {
        let table = Table(
            "Lookup of a name, to the first trusted address", "resolvers", "what", "rounds", "median", "p95", "most",
            "p95 over the bare median")
        let benchmark = LookupBenchmark()
        for (title, delay, injectors) in [
            ("clean, 20 ms away", 20, 0), ("clean, 150 ms away", 150, 0), ("three injectors, 150 ms away", 150, 3),
        ] {
            let far = try await resolver(.milliseconds(delay), injectors: injectors)
            let bare = try await benchmark.bare(far.endpoint, rounds: rounds)
            let lab = try await benchmark.lookups([ResolverAddress(far.endpoint)], rounds: rounds)
            table.row([title, "bare exchange"] + bare.figures)
            table.row([title, "lab lookup"] + lab.figures + ["\((lab.percentile(95) - bare.median).milliseconds) ms"])
            await far.stop()
        }
        let list = try await listOfTheDead()
        let lookups = try await benchmark.lookups(list.map { ResolverAddress($0.endpoint) }, rounds: rounds / 10)
        table.row(["35 of them 150 ms away, the first 30 dead", "lab lookup"] + lookups.figures)
        for party in list { await party.stop() }
    }

    /// A resolver so far away, behind so many injectors.
    private static func resolver(_ delay: Duration, injectors: Int) async throws -> ForgingDNS {
        let truth = ForgingDNS.Truth.zone(Zone([name: .addresses([Self.truth])]))
        let forging = [12, 8, 27].prefix(injectors).map {
            Injector(names: ["lab.example"], delay: .milliseconds($0), addresses: lies)
        }
        let place = Endpoint(address: .v4(127 << 24 | 88 << 16 | 53 << 8 | 1), port: 0)
        return try await ForgingDNS.start(.init(truth: truth, delay: delay, injectors: forging), at: place)
    }

    /// Thirty that say nothing before five that do: worse than any shuffled list.
    private static func listOfTheDead() async throws -> [ForgingDNS] {
        var parties: [ForgingDNS] = []
        for number in 1...35 {
            let place = Endpoint(address: .v4(127 << 24 | 88 << 16 | 54 << 8 | UInt32(number)), port: 0)
            let zone = Zone([name: .addresses([truth])])
            let rules = ForgingDNS.Rules(truth: number <= 30 ? .nobody : .zone(zone), delay: .milliseconds(150))
            parties.append(try await ForgingDNS.start(rules, at: place))
        }
        return parties
    }
}
