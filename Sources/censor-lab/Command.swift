import ArgumentParser
import CensorLab
import LabNet

/// `censor-lab list`, `censor-lab SCENARIO`.
struct Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "censor-lab",
        abstract: "A hostile network in a box, on the loopback addresses of this machine.",
        discussion: """
            Forges DNS answers, reads names in TLS and kills connections, and serves an image behind it all. \
            "censor-lab list" explains the scenarios. Needs neither root nor the Internet. \
            "censor-lab netns" does it with packets, in network namespaces, as root.
            """)

    @Argument(help: "A scenario's name, or \"list\".")
    var scenario: String

    @Option(
        name: [.customLong("directory", withSingleDash: true), .customLong("directory")],
        help: "Where ca.pem and environment are written; made where it is missing.")
    var directory = "censor-lab"

    @Option(
        name: [.customLong("resolver", withSingleDash: true), .customLong("resolver")],
        help: ArgumentHelp(
            "A real resolver that tells the truth in this lab; it has to know the registry's names.",
            valueName: "address:port"))
    var resolver: String?

    mutating func validate() throws {
        if let resolver, Self.endpoint(resolver) == nil {
            throw ValidationError("-resolver takes ADDRESS:PORT, [ADDRESS]:PORT for IPv6; \"\(resolver)\" is neither")
        }
        guard scenario == "list" || Scenario.named(scenario) != nil else {
            throw ValidationError("there is no scenario \"\(scenario)\"; \"censor-lab list\" names them all")
        }
    }

    func run() async throws {
        guard let scenario = Scenario.named(scenario) else { return Show.list(Scenario.chapters) }
        let termination = Termination()
        Show.line("making an image from files of this machine")
        let image = try LabImage.madeHere()
        let journal = Journal { Show.line("\($0.party): \($0.event)") }
        let lab = try await Lab.start(
            scenario, image: image, journal: journal, resolver: resolver.flatMap(Self.endpoint))
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

    /// Reads `127.0.0.1:5353` or `[::1]:5353`.
    private static func endpoint(_ text: String) -> Endpoint? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0,
            case .address(let address) = Host(text[..<colon])
        else { return nil }
        return Endpoint(address: address, port: port)
    }
}
