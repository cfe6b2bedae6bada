/// A hostile network as a value: who stands in it and how each behaves. `Lab` makes it real.
package struct Scenario: Sendable {
    /// The name by which it is asked for.
    package var name: String
    /// What it is, in one line of English.
    package var explanation: String
    /// The resolvers that a client may ask, at least one.
    package var resolvers: [Resolver]
    /// Addresses beside the resolvers, with the same path and nobody there: what answers is forged.
    package var canaries: [Resolver] = []
    /// The ways to the registry, at least one, and at most one of IPv6: loopback has one address of that family.
    package var ways = [Way()]
    /// The ways to the token server; nil where it shares the registry's.
    package var tokenWays: [Way]?
    /// The ways to the storage host; nil where it shares the registry's.
    package var storageWays: [Way]?
    /// What stands at the addresses that are forged.
    package var stranger = StrangerManner.tls
    /// What the registry demands of a hello.
    package var registry = RegistryManner.open
    /// What is wrong with the registry itself; nil for nothing.
    package var fault: LabRegistry.Fault?
    /// The control: a host that nobody blocks.
    package var control = ControlManner.served
    /// A mirror of the registry, at an address of its own with a clear way; nil where there is none.
    package var mirror: MirrorManner?
    /// The proxy that this machine's user has configured, which is dead like this; nil where there is none.
    package var proxy: DeadEnd?
    /// The clock of every server and authority.
    package var clock = WorldClock()
    /// Whether a local proxy answers names from 198.18.0.0/15 and carries the connections: all servers have addresses
    /// of that range, which has to be this machine's.
    package var isTunnel = false

    /// A resolver abroad, and the path to it.
    package struct Resolver: Sendable {
        /// From the query to its own answer.
        package var delay: Duration
        /// The injectors on the path, fastest first or not. One that gives out addresses and has none is given the
        /// strangers'. They see datagrams only.
        package var injectors: [Injector] = []
        /// What it answers itself.
        package var content = Content.truth
        /// How it is spoken to.
        package var carrier = Carrier.datagrams
        /// Whether DNS over TCP is reset on the path.
        package var resetsTCP = false
        /// Whether it answers cookies (RFC 7873).
        package var answersCookies = true
        /// The hop limit with which its own datagrams leave; nil for this machine's own.
        package var hopLimit: UInt8?
        /// What the path loses; nil for nothing.
        package var loss: Loss?
    }

    /// What a resolver answers.
    package enum Content: Hashable, Sendable {
        /// The way to the registry.
        case truth
        /// The strangers' addresses, behind an alias or not, and the truth about everything else: a resolver that is
        /// polluted itself, or whoever answers in its place.
        case pollution(alias: Bool)
        /// One of the strangers' addresses, another one at each resolver, and the truth about everything else.
        case scatteredPollution
        /// The portal's address, whatever the name.
        case portal
        /// Nothing: nobody is there.
        case silence
    }

    /// How a resolver is spoken to.
    package enum Carrier: Hashable, Sendable {
        /// UDP, and TCP beside it.
        case datagrams
        /// Inside TLS, with a certificate for its address.
        case secure(SecureResolver.Carrier)
    }
}

extension Scenario {
    /// The names of the lab's registry, of its token server and of its storage: what a censor has on its list.
    package static let censored: NameList = ["lab.example"]

    /// Every scenario there is, in the order of ``chapters``.
    package static let all: [Scenario] = chapters.flatMap(\.scenarios)

    /// The scenario of this name.
    package static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }

    /// Scenarios that belong together.
    package struct Chapter: Sendable {
        /// What they have in common, in a few words of English.
        package var title: String
        /// The scenarios.
        package var scenarios: [Scenario]
    }

    /// The table of scenarios.
    package static let chapters = [
        Chapter(title: "Nobody, and everybody at once", scenarios: whole),
        Chapter(title: "Forged and missing answers of DNS; the path to the registry is clear", scenarios: names),
        Chapter(title: "Boxes that read hellos; DNS is clear", scenarios: boxes),
        Chapter(title: "Servers behind a box that puts TCP segments together; DNS is clear", scenarios: servers),
        Chapter(title: "Paths to the registry; DNS is clear", scenarios: paths),
        Chapter(title: "Servers that fail, parts that are blocked alone, mirrors; DNS is clear", scenarios: parts),
        Chapter(title: "This machine and its line", scenarios: lines),
    ]
}
