import ArgumentParser
import CensorLab
import Glibc

/// What `censor-lab` runs inside the namespaces; nobody else asks for these.
enum NetnsVerb: String {
    case prepare = "netns-prepare"
    case world = "netns-world"
    case censor = "netns-censor"
}

/// Prepares the namespace that it runs in.
struct NetnsPrepare: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: NetnsVerb.prepare.rawValue, shouldDisplay: false)

    @Flag var forwards = false
    @Argument var interfaces: [String] = []

    func run() throws { try Preparation.run(forwards: forwards, interfaces: interfaces) }
}

/// The world's end of the path, until its input ends.
struct NetnsWorld: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: NetnsVerb.world.rawValue, shouldDisplay: false)

    @Argument var scenario: String
    @Option var directory: String
    @Option var client: String
    @OptionGroup var settings: NetnsSettings

    func run() async throws {
        guard let found = PathScenario.named(scenario) else { throw ValidationError(scenario) }
        let image = settings.small ? try LabImage.compact() : try LabImage.madeHere()
        let journal = Journal { Show.line("\($0.party): \($0.event)") }
        let world = try await World.start(
            settings.applied(to: found), image: image, families: NamespaceLab.families, journal: journal)
        try Handover(world: world, scenario: found, image: image, client: client).write(to: directory)
        Show.line("ready")
        await Termination.endOfInput()
        await world.stop()
    }
}

/// The censor on the path, until its input ends.
struct NetnsCensor: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: NetnsVerb.censor.rawValue, shouldDisplay: false)

    @Argument var scenario: String
    @OptionGroup var settings: NetnsSettings

    func run() throws {
        guard let found = PathScenario.named(scenario) else { throw ValidationError(scenario) }
        var wire = try Wire(
            inside: Topology.inward, outside: Topology.outward, censor: settings.applied(to: found).censor,
            distance: found.distance
        ) { Show.line($0.description) }
        Show.line("ready")
        wire.carry(until: STDIN_FILENO)
    }
}
