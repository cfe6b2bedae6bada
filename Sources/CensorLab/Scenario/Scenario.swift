package import LabNet

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
    /// What stands at the addresses that are forged.
    package var stranger = StrangerManner.tls
    /// What the registry demands of a hello.
    package var registry = RegistryManner.open

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

    /// One way to the registry, with an address of its own.
    package struct Way: Hashable, Sendable {
        /// The family of that address.
        package var family: IPAddress.Family
        /// The box on it.
        package var box: TLSBox.Rules

        /// A clear way of IPv4, unless said otherwise.
        package init(_ family: IPAddress.Family = .ip4, box: TLSBox.Rules = .clear()) {
            self.family = family
            self.box = box
        }
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

    /// What the registry makes of a hello.
    package enum RegistryManner: Hashable, Sendable {
        /// Shows its certificate, which is valid for all its hosts, name or no name.
        case open
        /// Demands a name of its own; the rest gets alert 112.
        case needsName
        /// The same, with a close without a word in place of the alert.
        case needsNameSilently
        /// Shows a certificate for another name to whoever does not give one of its own.
        case otherCertificate
        /// Serves those without a name; those with the name of somebody else get alert 112.
        case refusesStrangers
        /// The same, with a close without a word in place of the alert.
        case refusesStrangersSilently
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
    ]
}
