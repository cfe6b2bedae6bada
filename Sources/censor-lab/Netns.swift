import ArgumentParser
import CensorLab
import FoundationEssentials
import LabNet

/// `censor-lab netns list`, `censor-lab netns SCENARIO`: the hostile path in network namespaces.
struct Netns: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "censor-lab netns",
        abstract:
            "A hostile path in network namespaces of its own: client, router, censor, world. Needs root and iproute2.",
        discussion: """
            Here the censor sees packets: hop limits, resets to both ends and their residual, boxes that look at single \
            packets, and lost packets are real. Nothing leaves the namespaces. "censor-lab netns list" explains the scenarios.
            """)

    @Argument(help: "A scenario's name, or \"list\".")
    var scenario = "demo"

    @Option(
        name: [.customLong("directory", withSingleDash: true), .customLong("directory")],
        help: "Where ca.pem and environment are written; made where it is missing.")
    var directory = "censor-lab"

    @OptionGroup var settings: NetnsSettings

    mutating func validate() throws {
        guard scenario == "list" || PathScenario.named(scenario) != nil else {
            throw ValidationError(
                "there is no scenario \"\(scenario)\"; \"censor-lab netns list\" names them all")
        }
    }

    func run() async throws {
        guard let found = PathScenario.named(scenario) else { return Show.list(PathScenario.all) }
        let termination = Termination()
        let place = settings.place(of: found)
        let lab = try await NamespaceLab.start(place: place, crew: try crew()) { Show.line($0) }
        Show.description(of: found, on: lab.topology, directory: directory)
        Show.line("ready")
        await termination.wait()
        await lab.stop()
        Show.line("stopped")
    }

    private func crew() throws -> NamespaceLab.Crew {
        let words = settings.words
        let (scenario, directory) = (scenario, Handover.absolute(directory))
        return NamespaceLab.Crew(
            program: try Self.program(),
            prepare: { [NetnsVerb.prepare.rawValue] + ($0 ? ["--forwards"] : []) + $1 },
            world: { [NetnsVerb.world.rawValue, scenario, "--directory", directory, "--client", $0] + words },
            censor: [NetnsVerb.censor.rawValue, scenario] + words)
    }

    /// This program's own file, for it to be run inside the namespaces.
    private static func program() throws -> String {
        guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
            throw LabFailure("/proc/self/exe cannot be read")
        }
        return path
    }
}

/// What may be said about a scenario, to all who take part in it.
struct NetnsSettings: ParsableArguments {
    @Option(
        name: [.customLong("residual", withSingleDash: true), .customLong("residual")],
        help: "Seconds for which a box punishes a client at an endpoint, where it does at all.")
    var residual = 180

    @Flag(
        name: [.customLong("first-hop", withSingleDash: true), .customLong("first-hop")],
        help: "Puts the censor before the first router, whatever the scenario says.")
    var firstHop = false

    @Flag(
        name: [.customLong("small", withSingleDash: true), .customLong("small")],
        help: "Serves an image of a few kilobytes in place of one of this machine's files.")
    var small = false

    func validate() throws {
        guard (1...86_400).contains(residual) else {
            throw ValidationError("-residual takes 1 to 86400 seconds")
        }
    }

    /// The same again, as arguments.
    var words: [String] {
        ["--residual", "\(residual)"] + (firstHop ? ["--first-hop"] : []) + (small ? ["--small"] : [])
    }

    func place(of scenario: PathScenario) -> Topology.Place { firstHop ? .firstHop : scenario.place }

    /// The scenario as it is wanted.
    func applied(to scenario: PathScenario) -> PathScenario {
        var scenario = scenario
        scenario.place = place(of: scenario)
        if scenario.box?.tls.residual != nil { scenario.box?.tls.residual = .seconds(residual) }
        return scenario
    }
}
