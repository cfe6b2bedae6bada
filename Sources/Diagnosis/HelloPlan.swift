import LabNet

/// Which hello goes to which address of a host next, so that no endpoint is burnt before the others have been asked, and the
/// last one that works is never put at risk. Pure: greetings out, results in.
///
/// A hello that carries the true name may put its endpoint into a penalty, in which nothing works there. So:
/// - Every address is asked without a name and with the control's name first.
/// - Then each rung of the ladder is tried once, the strongest disguise first, on as many addresses as can be. One goes out
///   only while another address that has been seen to work is left alone; where nothing works yet, one at a time.
/// - `plain` waits for its own phase, goes to one address, and to none once the name has been seen to kill.
struct HelloPlan: Sendable {
    /// The parts of the plan.
    enum Phase: Sendable {
        /// Whatever hides the name, one way or another.
        case disguised
        /// The plain name.
        case plain
    }

    private let host: Host
    private let decoy: ServerNameStrategy
    private let rungs: [ServerNameStrategy]
    private let patience: Duration
    private var phase = Phase.disguised
    private var spared: Set<Endpoint> = []
    private(set) var places: [Place]
    /// What has been started and has not come back.
    private var running: Set<Greeting> = []
    /// The rungs that have been started; one that was never sent comes out again.
    private var spent: Set<ServerNameStrategy> = []
    /// The maximum segment size that hellos need here; nil for the usual one.
    private(set) var segmentSize: Int?

    /// How often what matters is tried.
    static let trials = 3
    /// The segments that every path of IPv4 carries (RFC 9293 3.7.1).
    static let smallSegment = 536

    /// - Parameters:
    ///   - addresses: those that TCP reaches.
    ///   - decoy: the control's name.
    ///   - patience: how long a handshake may take beyond the way there and back.
    init(host: Host, addresses: [Address], decoy: String, patience: Duration) {
        self.host = host
        self.decoy = .alter(decoy)
        self.patience = patience
        places = addresses.map(Place.init)
        let ladder = Ladder(origin: Origin(scheme: .https, host: host), policy: .auto)
        rungs = ladder.rungs(.trusted).compactMap(\.self).filter { $0.carriesTrueName && $0 != ladder.lastResort }
    }

    private var isNamed: Bool { if case .name = host { true } else { false } }
}

// MARK: What is next

extension HelloPlan {
    /// Goes on to the plain name.
    ///
    /// - Parameter spared: endpoints that serve just now.
    mutating func beginPlain(sparing spared: Set<Endpoint>) {
        phase = .plain
        self.spared = spared
    }

    /// What can be sent now, beside what is under way; empty and nothing under way means the phase is over.
    mutating func next() -> [Greeting] {
        var greetings = phase == .disguised ? openings() : []
        greetings += repetitions()
        guard !isAsking else { return greetings }
        greetings += smallSegments()
        guard !isAsking, isNamed else { return greetings }
        while let greeting = phase == .disguised ? named() : plain() { greetings.append(greeting) }
        return greetings
    }

    /// Whether it is still open what some address makes of hellos that give nothing away.
    private var isAsking: Bool {
        running.contains { greeting in
            guard !greeting.strategy.carriesTrueName else { return false }
            let place = places.first { $0.address.endpoint == greeting.endpoint }
            return place?.outcomes[greeting.strategy]?.first?.isKilled ?? true
        }
    }

    private mutating func start(_ index: Int, _ strategy: ServerNameStrategy, segmentSize: Int? = nil) -> Greeting {
        let greeting = Greeting(
            host: host, endpoint: places[index].address.endpoint, strategy: strategy,
            segmentSize: segmentSize ?? self.segmentSize, patience: patience)
        running.insert(greeting)
        places[index].started.insert(strategy)
        return greeting
    }

    /// Without a name, and with the control's, which a forged address is not shown: there the certificate alone matters.
    private mutating func openings() -> [Greeting] {
        var greetings: [Greeting] = []
        for index in places.indices {
            guard !isBusy(places[index]) else { continue }
            if !places[index].started.contains(.omit) { greetings.append(start(index, .omit)) }
            let isWorthwhile =
                isNamed && (places[index].address.source.isOwn || places[index].address.source == .doubtful)
            if isWorthwhile, !places[index].started.contains(decoy) { greetings.append(start(index, decoy)) }
        }
        return greetings
    }

    /// Where every hello vanishes, large segments may be what is lost.
    private mutating func smallSegments() -> [Greeting] {
        guard segmentSize == nil else { return [] }
        var greetings: [Greeting] = []
        for index in places.indices where places[index].isMute && !places[index].hasTriedSmall {
            places[index].hasTriedSmall = true
            greetings.append(start(index, .omit, segmentSize: Self.smallSegment))
        }
        return greetings
    }

    /// The next rung on the address that has seen fewest, where none is put at risk that should not be.
    private mutating func named() -> Greeting? {
        guard let rung = rungs.first(where: { !spent.contains($0) }) else { return nil }
        let choice = places.indices.filter { mayShowName(at: $0) }
            .min { (places[$0].named, $0) < (places[$1].named, $1) }
        guard let choice else { return nil }
        spent.insert(rung)
        places[choice].named += 1
        return start(choice, rung)
    }

    private mutating func plain() -> Greeting? {
        guard !spent.contains(.plain), !hasKilled else { return nil }
        // Another host may be served by what is spared for this one, and the other way round: where nothing else is left, the
        // plain name goes to a control.
        let choice = places.indices.first { index in
            mayShowName(at: index) && hasOtherThatWorks(than: index)
                && !spared.contains(places[index].address.endpoint)
        }
        guard let choice else { return nil }
        spent.insert(.plain)
        return start(choice, .plain)
    }

    /// Whether the plain name was said to an address of the host.
    var hasShownPlain: Bool { spent.contains(.plain) }

    /// Whether a hello with the true name was killed.
    var hasKilled: Bool { places.contains(where: \.isBurnt) }

    private func mayShowName(at index: Int) -> Bool {
        let place = places[index]
        // What is out to the same address without the name would die with it, and seem to have been killed itself.
        guard place.address.source.isOwn, !place.isBurnt, !isBusy(place) else { return false }
        // An address that is mute is asked only where all are: a box may drop whatever has no name.
        guard !place.isMute || places.allSatisfy({ $0.isMute || !$0.address.source.isOwn }) else { return false }
        if places.contains(where: { $0.works && !$0.isBurnt }) { return hasOtherThatWorks(than: index) }
        return !running.contains { $0.strategy.carriesTrueName }
    }

    private func hasOtherThatWorks(than index: Int) -> Bool {
        places.indices.contains { other in
            other != index && places[other].works && !places[other].isBurnt && !isShowingName(at: places[other])
        }
    }

    private func isBusy(_ place: Place) -> Bool {
        running.contains { $0.endpoint == place.address.endpoint }
    }

    private func isShowingName(at place: Place) -> Bool {
        running.contains { $0.endpoint == place.address.endpoint && $0.strategy.carriesTrueName }
    }
}

// MARK: Trials

extension HelloPlan {
    /// Once more what works, and what vanishes without a name: a lost packet must not decide. What was killed for its name is
    /// not repeated: it would cost an address.
    private mutating func repetitions() -> [Greeting] {
        var greetings: [Greeting] = []
        for index in places.indices where places[index].address.source.isOwn {
            for (strategy, outcomes) in places[index].outcomes.sorted(by: { "\($0.key)" < "\($1.key)" }) {
                guard outcomes.count < Self.trials, isWorthRepeating(strategy, outcomes, at: index) else { continue }
                let greeting = start(index, strategy)
                greetings.append(greeting)
            }
        }
        return greetings
    }

    private func isWorthRepeating(
        _ strategy: ServerNameStrategy, _ outcomes: [Greeted.Outcome], at index: Int
    ) -> Bool {
        let place = places[index]
        guard !isBusy(place), !place.isBurnt, let first = outcomes.first else { return false }
        if first.isKilled {
            return !strategy.carriesTrueName && outcomes.allSatisfy(\.isKilled) && !place.hasTriedSmall
        }
        guard first.isVerified, outcomes.allSatisfy(\.isVerified) else { return false }
        if strategy == .plain { return true }
        return best.map { $0.index == index && $0.strategy == strategy } ?? false
    }

    /// The first address and hello that worked, without a name where that works at all.
    private var best: (index: Int, strategy: ServerNameStrategy)? {
        for strategy in [.omit] + rungs {
            let index = places.firstIndex { place in
                place.address.source.isOwn && place.outcomes[strategy]?.first?.isVerified == true
            }
            if let index { return (index, strategy) }
        }
        return nil
    }
}

// MARK: What came of it

extension HelloPlan {
    /// Takes in what came of a greeting.
    mutating func hear(_ greeting: Greeting, _ result: Greeted) {
        running.remove(greeting)
        guard let index = places.firstIndex(where: { $0.address.endpoint == greeting.endpoint }) else { return }
        if case .failed(_, .leftAlone) = result.outcome {
            places[index].isBurnt = true
            if greeting.strategy.carriesTrueName { spent.remove(greeting.strategy) }
            return
        }
        if greeting.segmentSize != segmentSize {
            guard greeting.segmentSize != nil, !result.outcome.isKilled else { return }
            segmentSize = greeting.segmentSize
            // What is known of larger segments says nothing of these.
            for index in places.indices { places[index].forgetSilence() }
        }
        places[index].started.insert(greeting.strategy)
        places[index].outcomes[greeting.strategy, default: []].append(result.outcome)
        if greeting.strategy.carriesTrueName, result.outcome.isKilled { places[index].isBurnt = true }
    }

    /// One address, and what it has answered.
    struct Place: Sendable {
        let address: Address
        var started: Set<ServerNameStrategy> = []
        var outcomes: [ServerNameStrategy: [Greeted.Outcome]] = [:]
        /// How many rungs it has seen.
        var named = 0
        var isBurnt = false
        var hasTriedSmall = false

        init(_ address: Address) { self.address = address }

        /// Whether a hello led to the host's own certificate.
        var works: Bool { outcomes.values.contains { $0.contains(where: \.isVerified) } }

        /// Whether all that gives nothing away has vanished.
        var isMute: Bool { !outcomes.isEmpty && outcomes.values.allSatisfy { $0.allSatisfy(\.isKilled) } }

        mutating func forgetSilence() {
            outcomes = outcomes.filter { !$0.value.allSatisfy(\.isKilled) }
            started = started.filter { outcomes[$0] != nil }
        }
    }
}

extension Greeted.Outcome {
    /// Whether the host's own certificate came.
    package var isVerified: Bool { if case .verified = self { true } else { false } }

    /// Whether nothing was sent, because the endpoint was in its penalty.
    package var isLeftAlone: Bool { if case .failed(_, .leftAlone) = self { true } else { false } }

    /// Whether the handshake was cut off from outside, as far as one can see: a reset or silence.
    package var isKilled: Bool {
        if case .failed(.secure, let cause) = self { cause.meansKilled } else { false }
    }
}
