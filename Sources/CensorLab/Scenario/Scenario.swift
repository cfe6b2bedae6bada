/// A hostile network as a value: who stands in it and how each behaves. `Lab` makes it real.
package struct Scenario: Sendable {
    /// The name by which it is asked for.
    package var name: String
    /// What it is, in one line of English.
    package var explanation: String
    /// The resolvers that a client may ask, at least one.
    package var resolvers: [Resolver]
    /// The box on the path to the registry; nil where the path is clear.
    package var box: TLSBox.Rules?
    /// What stands at the addresses that injectors give out.
    package var stranger = StrangerManner.tls
    /// What the registry demands of a hello.
    package var registry = RegistryManner.open

    /// A resolver abroad.
    package struct Resolver: Sendable {
        /// From the query to the true answer.
        package var delay: Duration
        /// The injectors on the path to it, fastest first or not.
        package var injectors: [Forging] = []
        /// Whether DNS over TCP is reset on that path.
        package var resetsTCP = false
    }

    /// An injector whose addresses are the strangers of this lab.
    package struct Forging: Sendable {
        /// From the query to its first answer.
        package var delay: Duration
        /// How many answers it gives to one query.
        package var count = 1
        /// Whether it sets AA.
        package var isAuthoritative = false
    }

    /// What a stranger does with those who connect.
    package enum StrangerManner: Sendable {
        /// Accepts and says nothing.
        case silent
        /// Accepts and resets.
        case reset
        /// Speaks TLS, with a certificate for other names of another authority.
        case tls
    }

    /// What the registry demands of a hello.
    package enum RegistryManner: Sendable {
        /// Nothing: without a name it shows its certificate, which is valid for all its hosts.
        case open
        /// The true name; without it the answer is alert 112.
        case needsName
    }
}

extension Scenario {
    /// The names of the lab's registry, of its token server and of its storage: what a censor has on its list.
    package static let censored: NameList = ["lab.example"]

    /// Every scenario there is.
    package static let all: [Scenario] = [
        Scenario(
            name: "clear", explanation: "nobody interferes: the control to all the others",
            resolvers: abroad(injectors: [])),
        Scenario(
            name: "poisoned-dns",
            explanation: "three injectors answer before the true resolvers do; the path to the registry is clear",
            resolvers: abroad(injectors: tripleCensors)),
        Scenario(
            name: "sni-reset",
            explanation: "DNS is clear; a box that puts TCP segments together resets connections to blocked names",
            resolvers: abroad(injectors: []), box: box(.segments)),
        Scenario(
            name: "demo",
            explanation: "forged DNS, and a box that puts TCP segments and TLS records together and resets by name",
            resolvers: abroad(injectors: tripleCensors), box: box(.records)),
        Scenario(
            name: "needs-name",
            explanation: "forged DNS, a box that puts TCP segments together, and a registry that demands its name",
            resolvers: abroad(injectors: tripleCensors), box: box(.segments), registry: .needsName),
    ]

    /// The scenario of this name.
    package static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }

    /// Three resolvers at the distances that have been measured across a border.
    private static func abroad(injectors: [Forging]) -> [Resolver] {
        [150, 165, 180].map { Resolver(delay: .milliseconds($0), injectors: injectors) }
    }

    /// Three injectors answer one query in any order, some of them twice (FOCI 2020, "Triplet Censors").
    private static let tripleCensors = [
        Forging(delay: .milliseconds(12), count: 2),
        Forging(delay: .milliseconds(8), isAuthoritative: true),
        Forging(delay: .milliseconds(27)),
    ]

    private static func box(_ reader: Reading.Reader) -> TLSBox.Rules {
        var rules = TLSBox.Rules(reader: reader, names: censored)
        rules.residual = .seconds(180)
        return rules
    }
}
