extension Scenario {
    /// The control, and networks where everything is done at once.
    static let whole = [
        Scenario(
            name: "clear", explanation: "nobody interferes: the control to all the others",
            resolvers: Resolver.abroad()),
        Scenario(
            name: "demo",
            explanation: "forged DNS, and a box that puts TCP segments and TLS records together and resets by name",
            resolvers: Resolver.abroad(injectors: tripleCensors), ways: Way.two(.byName(.records))),
        Scenario(
            name: "needs-name",
            explanation: "forged DNS, a box that puts TCP segments together, and a registry that demands its name",
            resolvers: Resolver.abroad(injectors: tripleCensors), ways: Way.two(.byName(.segments)),
            registry: .needsName),
        Scenario(
            name: "no-way",
            explanation:
                "a box that puts TLS records together, and a registry that demands its name: nothing gets through",
            resolvers: Resolver.abroad(injectors: tripleCensors), ways: Way.two(.byName(.records)),
            registry: .needsName),
    ]

    /// Three injectors answer one query in any order, some of them twice (FOCI 2020, "Triplet Censors").
    static let tripleCensors: [Injector] = {
        var twice = Injector(names: censored, delay: .milliseconds(12), addresses: [])
        twice.count = 2
        var authoritative = Injector(names: censored, delay: .milliseconds(8), addresses: [])
        authoritative.flags = 0x8580
        authoritative.hopLimit = 119
        let third = Injector(names: censored, delay: .milliseconds(27), addresses: [])
        return [twice, authoritative, third]
    }()
}

extension Scenario.Resolver {
    /// From queries to true answers, at the distances that have been measured across a border.
    static let distances: [Duration] = [.milliseconds(150), .milliseconds(165), .milliseconds(180)]

    /// Three resolvers across a border, with the same injectors before each.
    static func abroad(injectors: [Injector] = [], _ change: (inout Self) -> Void = { _ in }) -> [Self] {
        distances.map { delay in
            var resolver = Self(delay: delay, injectors: injectors)
            change(&resolver)
            return resolver
        }
    }
}

extension Scenario.Way {
    /// Two addresses of IPv4 with a box of one kind before each.
    static func two(_ box: TLSBox.Rules) -> [Self] { [Self(box: box), Self(box: box)] }
}

extension TLSBox.Rules {
    /// A box that kills the lab's names, and punishes for 180 s as has been measured.
    static func byName(_ reader: Reading.Reader, _ action: TLSBox.Action = .reset) -> Self {
        var rules = Self(reader: reader, names: Scenario.censored)
        rules.action = action
        rules.residual = .seconds(180)
        return rules
    }

    /// The rules with a change.
    func with(_ change: (inout Self) -> Void) -> Self {
        var rules = self
        change(&rules)
        return rules
    }
}
