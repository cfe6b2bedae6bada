import LabNet
import Testing

@testable import Diagnosis

/// The order of hellos against networks of every kind: what is asked, and above all what is not.
struct HelloPlanTests {
    /// A network as a function of what is said where, with the residual of 180 s that real boxes have.
    struct Network: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// Whether some hello leads to the host's certificate at an address that nobody has burnt.
        var isPassable = true
        let answer: @Sendable (Greeting) -> Greeted.Outcome

        init(_ words: String, isPassable: Bool = true, _ answer: @escaping @Sendable (Greeting) -> Greeted.Outcome) {
            (testDescription, self.isPassable, self.answer) = (words, isPassable, answer)
        }
    }

    static let networks = [
        Network("clear") { _ in Sample.verified },
        Network("the server wants its name") { $0.strategy.carriesTrueName ? Sample.verified : Sample.alert(112) },
        Network("the server closes on foreign names") {
            if case .alter = $0.strategy { Sample.closed } else { Sample.verified }
        },
        Network("the name is reset in every disguise") {
            $0.strategy.carriesTrueName ? Sample.reset : Sample.verified
        },
        Network("the plain name is swallowed") { $0.strategy == .plain ? Sample.silence : Sample.verified },
        Network("segments do not deceive") {
            [.plain, .segments].contains($0.strategy) ? Sample.reset : Sample.verified
        },
        Network("nameless hellos vanish") { $0.strategy == .omit ? Sample.silence : Sample.verified },
        Network("the server wants its name, and records alone deceive", isPassable: false) {
            $0.strategy == .records
                ? Sample.verified : $0.strategy.carriesTrueName ? Sample.reset : Sample.alert(112)
        },
        Network("the server wants its name, and it is reset", isPassable: false) {
            $0.strategy.carriesTrueName ? Sample.reset : Sample.alert(112)
        },
        Network("nothing is answered", isPassable: false) { _ in Sample.silence },
        Network("large segments are lost") { $0.segmentSize == 536 ? Sample.verified : Sample.silence },
    ]

    /// Runs both phases of a plan, one answer at a time, and the last first: order must not matter.
    static func run(
        _ network: Network, addresses: [Address], sparing: Set<Endpoint> = []
    ) -> (log: [(Greeting, Greeted.Outcome)], burnt: Set<Endpoint>, plan: HelloPlan) {
        var plan = HelloPlan(host: Sample.name, addresses: addresses, decoy: "control.example", patience: .seconds(1))
        var (log, burnt): ([(Greeting, Greeted.Outcome)], Set<Endpoint>) = ([], [])
        for phase in [HelloPlan.Phase.disguised, .plain] {
            if case .plain = phase { plan.beginPlain(sparing: sparing) }
            var waiting = plan.next()
            while let greeting = waiting.popLast(), log.count < 500 {
                let outcome = burnt.contains(greeting.endpoint) ? Sample.leftAlone : network.answer(greeting)
                log.append((greeting, outcome))
                if greeting.strategy.carriesTrueName, outcome.isKilled { burnt.insert(greeting.endpoint) }
                plan.hear(greeting, Greeted(roundTrip: .zero, elapsed: .zero, outcome: outcome))
                waiting += plan.next()
            }
        }
        return (log, burnt, plan)
    }

    static func addresses(_ count: Int, _ source: HostFindings.Source = .trusted) -> [Address] {
        (1...count).map { Address(endpoint: Sample.endpoint("203.0.113.\($0)"), source: source) }
    }

    @Test(arguments: networks, [1, 2, 3, 6]) func rules(network: Network, count: Int) {
        let (log, burnt, plan) = Self.run(network, addresses: Self.addresses(count))
        // It ends.
        #expect(log.count < 500)
        // The last address that works is never burnt.
        if network.isPassable {
            let working = log.filter { $0.1.isVerified && !burnt.contains($0.0.endpoint) }
            #expect(!working.isEmpty)
        }
        // Nothing is sent to what is burnt.
        #expect(!log.contains { $0.1 == Sample.leftAlone })
        // What is killed for its name is not repeated anywhere, and `plain` goes to one address.
        for (strategy, hellos) in Dictionary(grouping: log.filter { $0.0.strategy.carriesTrueName }, by: \.0.strategy) {
            #expect(Set(hellos.map(\.0.endpoint)).count == 1, "\(strategy)")
            #expect(hellos.count == 1 || hellos.allSatisfy { $0.1.isVerified })
        }
        // No more trials than matter.
        for (greeting, trials) in Dictionary(grouping: log, by: \.0) {
            #expect(trials.count <= HelloPlan.trials, "\(greeting)")
        }
        // Every address is asked without its name before any is shown it.
        let firstName = log.firstIndex { $0.0.strategy.carriesTrueName } ?? log.endIndex
        #expect(Set(log[..<firstName].map(\.0.endpoint)).count == count)
        // The plain name comes last, and not where the name has killed before.
        if let plain = log.firstIndex(where: { $0.0.strategy == .plain }) {
            #expect(log[plain...].allSatisfy { $0.0.strategy == .plain })
            #expect(!log[..<plain].contains { $0.0.strategy.carriesTrueName && $0.1.isKilled })
        }
        #expect(plan.hasKilled == !burnt.isEmpty)
    }

    private func strategies(_ log: [(Greeting, Greeted.Outcome)]) -> Set<ServerNameStrategy> {
        Set(log.map(\.0.strategy))
    }

    @Test func everyRungIsTriedOnAClearNetwork() {
        let (log, _, plan) = Self.run(Self.networks[0], addresses: Self.addresses(2))
        #expect(
            strategies(log) == [
                .omit, Sample.decoy, .disorder, .records, .recordsAndSegments, .segments, .plain,
            ])
        #expect(plan.hasShownPlain)
    }

    /// Its one address works: no name is said there.
    @Test func theOnlyAddressIsSpared() {
        let (log, burnt, plan) = Self.run(Self.networks[3], addresses: Self.addresses(1))
        #expect(strategies(log) == [.omit, Sample.decoy])
        #expect(burnt.isEmpty && !plan.hasShownPlain)
    }

    /// Where the server wants its name, the only address has to hear it: there is no other way to find one.
    @Test func theOnlyAddressHearsTheNameWhereItMust() {
        let (log, _, plan) = Self.run(Self.networks[1], addresses: Self.addresses(1))
        #expect(strategies(log) == [.omit, Sample.decoy, .disorder])
        #expect(!plan.hasShownPlain)
    }

    @Test func whatServesJustNowHearsThePlainNameLast() {
        let addresses = Self.addresses(3)
        let busy: Set = [addresses[0].endpoint, addresses[1].endpoint]
        let (log, _, _) = Self.run(Self.networks[0], addresses: addresses, sparing: busy)
        #expect(Set(log.filter { $0.0.strategy == .plain }.map(\.0.endpoint)) == [addresses[2].endpoint])
    }

    /// A forged address is somebody's who reads along: neither the true name nor the control's is said there.
    @Test(arguments: [HostFindings.Source.forged, .system, .doubtful]) func noNameAtForgedAddresses(
        source: HostFindings.Source
    ) {
        let forged = Address(endpoint: Sample.stranger, source: source)
        let (log, _, _) = Self.run(Self.networks[0], addresses: Self.addresses(2) + [forged])
        let said = Set(log.filter { $0.0.endpoint == Sample.stranger }.map(\.0.strategy))
        #expect(said == (source == .doubtful ? [.omit, Sample.decoy] : [.omit]))
    }

    @Test func aLostPacketDoesNotDecide() {
        var plan = HelloPlan(
            host: Sample.name, addresses: Self.addresses(1), decoy: "control.example", patience: .seconds(1))
        var waiting = plan.next()
        var count = 0
        while let greeting = waiting.popLast() {
            count += 1
            let outcome = count == 1 ? Sample.silence : Sample.verified
            plan.hear(greeting, Greeted(roundTrip: .zero, elapsed: .zero, outcome: outcome))
            waiting += plan.next()
        }
        #expect(plan.segmentSize == nil)
        #expect(plan.places[0].works)
    }

    @Test func smallSegmentsAreKeptTo() {
        let (log, burnt, plan) = Self.run(Self.networks[10], addresses: Self.addresses(2))
        #expect(plan.segmentSize == 536)
        #expect(burnt.isEmpty)
        #expect(log.filter { $0.0.strategy.carriesTrueName }.allSatisfy { $0.0.segmentSize == 536 })
    }

    /// An endpoint in its penalty from before is left alone, and the rung goes elsewhere.
    @Test func aPenaltyOfAnEarlierRun() {
        let addresses = Self.addresses(3)
        let (first, others) = (addresses[0].endpoint, Self.networks[1])
        let network = Network("burnt") { $0.endpoint == first ? Sample.leftAlone : others.answer($0) }
        let (log, _, _) = Self.run(network, addresses: addresses)
        #expect(!log.contains { $0.0.endpoint == first && $0.0.strategy.carriesTrueName })
        #expect(log.contains { $0.0.strategy == .disorder && $0.1.isVerified })
    }

    @Test func aLiteralHasNoName() {
        let address = Address(endpoint: Sample.a, source: .given)
        var plan = HelloPlan(
            host: .address(Sample.a.address), addresses: [address], decoy: "control.example", patience: .seconds(1))
        #expect(plan.next().map(\.strategy) == [.omit])
    }
}
