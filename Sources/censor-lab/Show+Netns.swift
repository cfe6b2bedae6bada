import CensorLab
import LabNet

extension Show {
    static func list(_ scenarios: [PathScenario]) {
        let width = scenarios.map(\.name.count).max() ?? 0
        for scenario in scenarios {
            let gap = String(repeating: " ", count: width - scenario.name.count + 2)
            line(scenario.name + gap + scenario.explanation)
        }
        line(
            "Only here: boxes that look at single packets, disorder, hop limits, resets to both ends with their residual, "
                + "lost packets. On loopback (\"censor-lab list\") the boxes see streams.")
    }

    static func description(of scenario: PathScenario, on topology: Topology, directory: String) {
        let client = topology.name(of: .client)
        line("scenario \(scenario.name): \(scenario.explanation)")
        line("  path       \(topology.row.map(topology.name).joined(separator: " - "))")
        line("  resolvers  \(list(.resolvers, topology)), answering after \(scenario.resolverDelay)")
        line("  canaries   \(list(.canaries, topology)): nobody is there")
        line("  registry   \(list(.registry, topology)), port 443, round trip \(scenario.distance * 2)")
        line("  strangers  \(list(.strangers, topology))")
        line("  files      \(directory)/ca.pem \(directory)/environment")
        line("  run        . \(directory)/environment")
        line(
            "             ip netns exec \(client) docker-tar-lab -action pull -lab -no-memory -image \"$IMAGE\" -dns-servers \"$DNS\" "
                + "-ca-file \"$CA\"")
        line(
            "Real here, and not on loopback: packets and their hop limits, resets to both ends and their residual, disorder, "
                + "lost packets.")
    }

    private static func list(_ addresses: Topology.Addresses, _ topology: Topology) -> String {
        addresses.of(topology.families).map(\.description).joined(separator: " ")
    }
}
