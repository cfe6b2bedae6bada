import ArgumentParser
import CensorLab

/// `censor-lab list`, `censor-lab SCENARIO`.
@main
struct Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "censor-lab",
        abstract: "A hostile network in a box, on the loopback addresses of this machine.",
        discussion: """
            Forges DNS answers, reads names in TLS and kills connections, and serves an image behind it all. \
            "censor-lab list" explains the scenarios. Needs neither root nor the Internet.
            """)

    @Argument(help: "A scenario's name, or \"list\".")
    var scenario: String

    @Option(
        name: [.customLong("directory", withSingleDash: true), .customLong("directory")],
        help: "Where ca.pem and environment are written; made where it is missing.")
    var directory = "censor-lab"

    mutating func validate() throws {
        guard scenario == "list" || Scenario.named(scenario) != nil else {
            throw ValidationError("there is no scenario \"\(scenario)\"; \"censor-lab list\" names them all")
        }
    }

    func run() async throws {
        guard let scenario = Scenario.named(scenario) else { return Show.list(Scenario.all) }
        let termination = Termination()
        Show.line("making an image from files of this machine")
        let image = try LabImage.madeHere()
        let journal = Journal { Show.line("\($0.party): \($0.event)") }
        let lab = try await Lab.start(scenario, image: image, journal: journal)
        do {
            try Handover(lab: lab).write(to: directory)
            Show.description(of: lab, image: image, directory: directory)
            await termination.wait()
        } catch {
            await lab.stop()
            throw error
        }
        await lab.stop()
        Show.line("stopped")
    }
}
