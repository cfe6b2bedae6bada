import CensorLab
import Glibc
import LabNet
import Puller

/// What the command prints: a line an event, at once, so that it can be followed through a pipe.
enum Show {
    static func line(_ text: String) {
        // One write a line: parties speak from several threads.
        let bytes = Array((text + "\n").utf8)
        _ = write(STDOUT_FILENO, bytes, bytes.count)
    }

    static func list(_ scenarios: [Scenario]) {
        let width = scenarios.map(\.name.count).max() ?? 0
        for scenario in scenarios {
            let gap = String(repeating: " ", count: width - scenario.name.count + 2)
            line(scenario.name + gap + scenario.explanation)
        }
        line("On loopback the boxes see streams; one that looks at single packets cannot stand there.")
    }

    static func description(of lab: Lab, image: LabImage, directory: String) {
        line("scenario \(lab.scenario.name): \(lab.scenario.explanation)")
        line("  resolvers  \(lab.resolvers.map(\.description).joined(separator: " "))")
        line(
            "  registry   \(lab.registry.map(\.description).joined(separator: " "))\(lab.scenario.box == nil ? "" : ", each a box before it")"
        )
        line("  strangers  \(lab.strangers.map(\.endpoint.description).joined(separator: " "))")
        line("  image      \(lab.imageName), \(image.size / 1_000_000) MB, \(image.root.digest)")
        line("  files      \(directory)/ca.pem \(directory)/environment")
        line("ready")
    }
}
