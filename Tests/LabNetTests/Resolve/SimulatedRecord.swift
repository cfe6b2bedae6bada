@testable import LabNet

/// What came of many lookups.
struct SimulatedRecord {
    /// Lookups in which a forged claim was accepted at some moment, before contradiction took it back.
    var fooled = 0
    /// Lookups in which a forged claim was accepted at the end: where the resolver's true answer had come as well, and
    /// where it was lost on the way.
    var (deceived, deceivedWithoutTruth) = (0, 0)
    /// Lookups in which a true answer came whose resolver's baseline was known, and none was accepted at the end.
    var unresolved = 0
    /// Lookups in which a true answer came and was not even a doubtful candidate.
    var lost = 0
    /// For each lookup with an accepted true answer, the milliseconds from the first that could be judged.
    var waits: [Double] = []

    /// 95 of 100 waited no longer; in milliseconds.
    var waitAtP95: Double { waits.isEmpty ? 0 : waits.sorted()[waits.count * 95 / 100] }

    /// What the last lookup left.
    private var learned = Forger()

    /// All of it in one line.
    var summary: String {
        "deceived \(deceived), deceived where the truth was lost \(deceivedWithoutTruth), fooled for a moment \(fooled), "
            + "unresolved \(unresolved), lost \(lost), accepted \(waits.count), wait at p95 \(waitAtP95) ms"
    }

    /// Runs lookups one after another.
    ///
    /// - Parameter remembers: what is learned of the forger in one lookup is known in the next.
    init(_ path: SimulatedPath, lookups: Int, seed: UInt64, remembers: Bool = false) {
        var generator = SeededGenerator(state: seed)
        var known = Forger()
        for _ in 0..<lookups {
            var run = SimulatedRun(resolvers: path.resolvers, forger: known)
            run.take(SimulatedLookup(path, using: &generator).events)
            count(run)
            if remembers { known = learned }
        }
    }

    private mutating func count(_ run: SimulatedRun) {
        let verdicts = run.inquiry.verdicts
        learned = run.inquiry.forger
        learned.learn(verdicts)
        let truths = verdicts.filter { $0.reply.claim == SimulatedPath.truth }
        let lies = verdicts.filter { $0.outcome == .accepted && $0.reply.claim != SimulatedPath.truth }
        fooled += run.wasFooled ? 1 : 0
        let believed = Set(run.inquiry.handed.filter { $0.value == .trusted }.map(\.key))
        if !lies.isEmpty || !believed.isSubset(of: SimulatedPath.truth.addresses) {
            let told = Set(truths.map(\.resolver))
            let isDeceived = lies.isEmpty || lies.contains { told.contains($0.resolver) }
            deceived += isDeceived ? 1 : 0
            deceivedWithoutTruth += isDeceived ? 0 : 1
        }
        let isHanded = SimulatedPath.truth.addresses.isSubset(of: run.inquiry.handed.keys)
        lost += !truths.isEmpty && !isHanded ? 1 : 0
        guard let arrival = run.arrival else { return }
        unresolved += believed.isEmpty ? 1 : 0
        if let acceptance = run.acceptance { waits.append(acceptance - arrival) }
    }
}

/// One lookup as the shell runs it, on virtual time: what arrives, the steps and the window's end go into the inquiry, and
/// what it hands out is looked at each time. What it asks once more is not answered, nor what it asks over TCP.
struct SimulatedRun {
    private(set) var inquiry: Inquiry
    /// Whether a forged claim was ever handed out as trusted.
    private(set) var wasFooled = false
    /// When a true answer could first be judged, and when one was first accepted.
    private(set) var (arrival, acceptance) = (Double?.none, Double?.none)
    private let canary = Endpoint(address: .v4(0xc000_0235), port: 53)
    private var canaryQuery: Int?
    private var controls: [Int] = []
    private var answers: [Int] = []

    init(resolvers: Int, forger: Forger) {
        let name = DNSName("registry.example") ?? .root
        let addresses = (0..<resolvers).map { IPAddress.v4(0x0909_0909 + UInt32($0) << 16) }
        inquiry = Inquiry(
            name, types: [.a], resolvers: addresses.map { ResolverAddress(Endpoint(address: $0, port: 53)) },
            baselines: [:], forger: forger, fallsBackOnSystem: false)
        for case .ask(let query) in inquiry.begin(canaries: [(canary, DNSQuestion(name: name, type: .a))]) {
            switch query.purpose {
            case .canary: canaryQuery = query.id
            case .baseline: controls.append(query.id)
            case .answer: answers.append(query.id)
            }
        }
    }

    /// Plays all that happens in a window of two seconds.
    mutating func take(_ events: [SimulatedLookup.Event]) {
        let step = 250.0
        var (due, rest) = (step, events[...])
        while due <= 2000 {
            while let event = rest.first, event.milliseconds < due {
                hear(event)
                rest.removeFirst()
            }
            note(inquiry.take([due < 2000 ? .step : .windowEnded]), at: due)
            due += step
        }
    }

    private mutating func hear(_ event: SimulatedLookup.Event) {
        let heard: (reply: Reply, query: Int?)
        switch event.kind {
        case .control(let resolver, let reply): heard = (reply, controls[resolver])
        case .answer(let resolver, let reply): heard = (reply, answers[resolver])
        case .canary(let reply):
            inquiry.forger.learn(canary: reply, isControl: false)
            heard = (reply, canaryQuery)
        }
        guard let query = heard.query else { return }
        note(
            inquiry.take([
                .heard(
                    .arrived(Arrival(elapsed: heard.reply.elapsed ?? .zero, content: .replied(heard.reply))),
                    query: query)
            ]), at: event.milliseconds)
    }

    private mutating func note(_ actions: [Inquiry.Action], at milliseconds: Double) {
        for case .hand(let finding) in actions where finding.candidate.trust == .trusted {
            if SimulatedPath.truth.addresses.contains(finding.candidate.address) {
                acceptance = acceptance ?? milliseconds
            } else {
                wasFooled = true
            }
        }
        wasFooled =
            wasFooled
            || inquiry.verdicts.contains { $0.outcome == .accepted && $0.reply.claim != SimulatedPath.truth }
        let isJudgeable = inquiry.queries.contains { query in
            query.purpose == .answer && inquiry.baselines[query.resolver] != nil
                && query.replies.contains { $0.claim == SimulatedPath.truth }
        }
        if isJudgeable { arrival = arrival ?? milliseconds }
    }
}
