import CensorLab
import LabNet

// Figures of the lab transport on this machine's loopback: lab-benchmark [ROUNDS]
// Each lookup stands beside a bare exchange with the same resolver, in turns, so that the machine's moods hit both.

let rounds = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 100
let benchmark = LookupBenchmark()

/// A resolver so far away, behind so many injectors.
func resolver(_ delay: Duration, injectors: Int) async throws -> ForgingDNS {
    let truth = ForgingDNS.Truth.zone(Zone([LookupBenchmark.name: .addresses([LookupBenchmark.truth])]))
    let forging = [12, 8, 27].prefix(injectors).map {
        Injector(names: ["lab.example"], delay: .milliseconds($0), addresses: LookupBenchmark.lies)
    }
    let place = Endpoint(address: .v4(127 << 24 | 88 << 16 | 53 << 8 | 1), port: 0)
    return try await ForgingDNS.start(.init(truth: truth, delay: delay, injectors: forging), at: place)
}

for (title, delay, injectors) in [
    ("clean, 20 ms away", 20, 0), ("clean, 150 ms away", 150, 0), ("three injectors, 150 ms away", 150, 3),
] {
    let far = try await resolver(.milliseconds(delay), injectors: injectors)
    let bare = try await benchmark.bare(far.endpoint, rounds: rounds)
    let lab = try await benchmark.lookups([ResolverAddress(far.endpoint)], rounds: rounds)
    print("\(title)")
    print("  bare exchange: \(bare.summary)")
    print("  lab lookup:    \(lab.summary)")
    print("  over the bare median: p95 \((lab.percentile(95) - bare.median).milliseconds) ms")
    await far.stop()
}

// Thirty that say nothing before five that do: worse than any shuffled list.
var list: [ResolverAddress] = []
var parties: [ForgingDNS] = []
for number in 1...35 {
    let place = Endpoint(address: .v4(127 << 24 | 88 << 16 | 54 << 8 | UInt32(number)), port: 0)
    let isDead = number <= 30
    let zone = Zone([LookupBenchmark.name: .addresses([LookupBenchmark.truth])])
    let rules = ForgingDNS.Rules(truth: isDead ? .nobody : .zone(zone), delay: .milliseconds(150))
    let party = try await ForgingDNS.start(rules, at: place)
    parties.append(party)
    list.append(ResolverAddress(party.endpoint))
}
print("35 resolvers 150 ms away, the first 30 of them dead")
print("  lab lookup:    \(try await benchmark.lookups(list, rounds: max(rounds / 10, 5)).summary)")
for party in parties { await party.stop() }
