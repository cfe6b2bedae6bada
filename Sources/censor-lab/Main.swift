import ArgumentParser

/// Takes the verb off the command line. A scenario's name in its place is one on loopback.
@main
enum Main {
    // On the main thread, and not on the cooperative pool: the censor's part blocks until it is over.
    @MainActor
    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        let rest = Array(words.dropFirst())
        if words.first == "netns" { return await Netns.main(rest) }
        switch words.first.flatMap(NetnsVerb.init) {
        case .prepare: NetnsPrepare.main(rest)
        case .world: await NetnsWorld.main(rest)
        case .censor: NetnsCensor.main(rest)
        case nil: await Command.main(words)
        }
    }
}
