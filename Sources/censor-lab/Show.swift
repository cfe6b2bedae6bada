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

    static func list(_ chapters: [Scenario.Chapter]) {
        let width = chapters.flatMap(\.scenarios).map(\.name.count).max() ?? 0
        for chapter in chapters {
            line("\(chapter.title):")
            for scenario in chapter.scenarios {
                let gap = String(repeating: " ", count: width - scenario.name.count + 2)
                line("  " + scenario.name + gap + scenario.explanation)
            }
        }
        line(limits)
    }

    static func description(of lab: Lab, image: LabImage, directory: String) {
        line("scenario \(lab.scenario.name): \(lab.scenario.explanation)")
        line("  resolvers  \(lab.resolverAddresses.map(\.description).joined(separator: " "))")
        if !lab.canaries.isEmpty {
            line("  canaries   \(lab.canaries.map(\.description).joined(separator: " "))")
        }
        line("  registry   \(lab.registry.map(\.description).joined(separator: " ")), each a box before it")
        line("  names      \(Lab.hosts.joined(separator: " "))")
        line(
            "  control    \(Lab.controlHost) at \(lab.control.secure), its page over plain HTTP at \(lab.control.page)")
        if let mirror = lab.mirror { line("  mirror     \(Lab.mirrorHost) at \(mirror)") }
        if let proxy = lab.proxy { line("  proxy      \(proxy)") }
        line("  strangers  \(lab.strangers.map(\.endpoint.description).joined(separator: " "))")
        line("  image      \(lab.imageName), \(image.size / 1_000_000) MB, \(image.root.digest)")
        line("  files      \(directory)/ca.pem \(directory)/environment")
        line(limits)
        line("ready")
    }

    private static let limits = """
        On loopback the boxes see streams: one that looks at single packets, and a client's "disorder", which is made \
        for it, mean something in network namespaces only.
        """
}
