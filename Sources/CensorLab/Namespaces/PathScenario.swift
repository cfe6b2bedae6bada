import LabNet

/// A hostile path as a value: who stands on it and how each behaves. `NamespaceLab` makes it real.
///
/// These are the scenarios that loopback cannot have: single packets, hop limits, true resets and lost packets.
package struct PathScenario: Sendable {
    /// The name by which it is asked for.
    package var name: String
    /// What it is, in one line of English.
    package var explanation: String
    /// The devices that answer DNS queries on their way.
    package var injectors: [PathInjector] = []
    /// The box that reads names; nil where there is none.
    package var box: PacketBox.Rules?
    /// Where the censor stands.
    package var place = Topology.Place.border
    /// The longest IP packet that the path carries, in bytes; nil for what Ethernet carries. Nobody is told of longer ones.
    package var limit: Int?
    /// From the censor to the world, one way.
    package var distance: Duration = .milliseconds(30)
    /// From a query's arrival at a resolver to its answer.
    package var resolverDelay: Duration = .milliseconds(60)
    /// What the registry demands of a hello.
    package var registry = Scenario.RegistryManner.open

    /// A clear path.
    init(name: String, explanation: String) {
        self.name = name
        self.explanation = explanation
    }

    /// What stands on the path.
    package var censor: PathCensor { PathCensor(injectors: injectors, box: box, limit: limit) }
}

extension PathScenario {
    /// Every scenario there is.
    package static let all: [PathScenario] = [clear, poisoned] + boxes + paths

    /// The scenario of this name.
    package static func named(_ name: String) -> PathScenario? { all.first { $0.name == name } }

    private static let clear = PathScenario(
        name: "clear", explanation: "nobody interferes: the control to all the others")

    private static var poisoned: PathScenario {
        var scenario = PathScenario(
            name: "poisoned-dns",
            explanation: "three injectors answer before the resolvers do, one of them with the query's own hop limit")
        scenario.injectors = tripleCensors
        return scenario
    }

    private static var boxes: [PathScenario] {
        [
            boxed(
                "packet-box", "a box that looks at each packet alone and resets the client's end only; no residual",
                PacketBox.Rules(.packets, tls: rules(.segments, residual: nil), reset: .oneSided)),
            boxed(
                "segment-box", "a box that puts TCP segments together and reads the first TLS record; resets both ends",
                PacketBox.Rules(.sequence, tls: rules(.segments), reset: .second)),
            boxed(
                "arrival-box", "a box that puts TCP segments and TLS records together as they arrive; disorder passes",
                PacketBox.Rules(.arrival, tls: rules(.records), reset: .third)),
            closed(
                boxed(
                    "arrival-box-closed", "that box, and a registry that demands its name: disorder alone passes",
                    PacketBox.Rules(.arrival, tls: rules(.records), reset: .third))),
            firstHop(
                boxed(
                    "first-hop-box",
                    "arrival-box before the first router, where it sees what disorder hides: disorder loses",
                    PacketBox.Rules(.arrival, tls: rules(.records), reset: .third))),
            boxed(
                "sequence-box",
                "a box that puts segments together by number, and records: no name passes, none is needed",
                PacketBox.Rules(.sequence, tls: rules(.records), reset: .first)),
            boxed(
                "silent-box", "the same box, which swallows where the others reset",
                PacketBox.Rules(.sequence, tls: swallowing(rules(.records)))),
            closed(
                boxed(
                    "no-way",
                    "that box again, and a registry that demands its name: nothing that a client can say passes",
                    PacketBox.Rules(.sequence, tls: rules(.records), reset: .second))),
        ]
    }

    private static var paths: [PathScenario] {
        var narrow = PathScenario(
            name: "small-mtu", explanation: "packets of more than 1000 bytes are lost, and no ICMP says so; -mss helps")
        narrow.limit = 1_000
        var freezing = rules(.segments)
        freezing.names = []
        freezing.cut = TLSBox.Cut(afterBytes: 16_384, action: .blackhole)
        let freeze = boxed(
            "freeze", "streams from the registry freeze after 16 kB, whatever the name",
            PacketBox.Rules(.sequence, tls: freezing))
        var demo = boxed(
            "demo", "forged DNS, and a box that puts TCP segments together and resets both ends for three minutes",
            PacketBox.Rules(.sequence, tls: rules(.segments), reset: .second))
        demo.injectors = tripleCensors
        return [narrow, freeze, demo]
    }

    /// Three devices answer one query in any order, one of them twice (FOCI 2020, "Triplet Censors").
    private static var tripleCensors: [PathInjector] {
        let pool = Topology.Addresses.strangers.of([.ip4, .ip6])
        func device(_ milliseconds: Int, hopLimit: UInt8?) -> PathInjector {
            var injector = Injector(names: Scenario.censored, delay: .milliseconds(milliseconds), addresses: pool)
            injector.hopLimit = hopLimit
            return PathInjector(injector)
        }
        var (twice, authoritative, mirroring) = (
            device(12, hopLimit: 60), device(8, hopLimit: 120), device(27, hopLimit: nil)
        )
        twice.injector.count = 2
        authoritative.injector.flags = 0x8580
        authoritative.forbidsFragments = true
        mirroring.mirrorsHopLimit = true
        return [twice, authoritative, mirroring]
    }

    private static func boxed(_ name: String, _ explanation: String, _ box: PacketBox.Rules) -> PathScenario {
        var scenario = PathScenario(name: name, explanation: explanation)
        scenario.box = box
        return scenario
    }

    private static func firstHop(_ scenario: PathScenario) -> PathScenario {
        var scenario = scenario
        scenario.place = .firstHop
        return scenario
    }

    private static func closed(_ scenario: PathScenario) -> PathScenario {
        var scenario = scenario
        scenario.registry = .needsName
        return scenario
    }

    private static func rules(_ reader: Reading.Reader, residual: Duration? = .seconds(180)) -> TLSBox.Rules {
        var rules = TLSBox.Rules(reader: reader, names: Scenario.censored)
        rules.residual = residual
        return rules
    }

    private static func swallowing(_ rules: TLSBox.Rules) -> TLSBox.Rules {
        var rules = rules
        rules.action = .blackhole
        return rules
    }
}
