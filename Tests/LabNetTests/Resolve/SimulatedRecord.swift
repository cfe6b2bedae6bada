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
            for event in SimulatedLookup(path, using: &generator).events { run.take(event) }
            count(run)
            if remembers { known = learned }
        }
    }

    private mutating func count(_ run: SimulatedRun) {
        let verdicts = Verdict.judge(run.evidence, forger: run.forger, isFinal: true)
        learned = run.forger
        learned.learn(verdicts)
        let truths = verdicts.filter { $0.reply.claim == SimulatedPath.truth }
        let lies = verdicts.filter { $0.outcome == .accepted && $0.reply.claim != SimulatedPath.truth }
        fooled += run.wasFooled ? 1 : 0
        if !lies.isEmpty {
            let told = Set(truths.map(\.resolver))
            let isDeceived = lies.contains { told.contains($0.resolver) }
            deceived += isDeceived ? 1 : 0
            deceivedWithoutTruth += isDeceived ? 0 : 1
        }
        lost += !truths.isEmpty && truths.allSatisfy { $0.outcome == .rejected } ? 1 : 0
        guard let arrival = run.arrival else { return }
        unresolved += truths.contains { $0.outcome == .accepted } ? 0 : 1
        if let acceptance = run.acceptance { waits.append(acceptance - arrival) }
    }
}

/// One lookup as the shell runs it: after each datagram the verdicts on all that has come so far.
struct SimulatedRun {
    private(set) var forger: Forger
    private(set) var evidence: [Evidence]
    private var controls: [[Reply]]
    /// Whether a forged claim was ever accepted.
    private(set) var wasFooled = false
    /// When a true answer could first be judged, and when one was first accepted.
    private(set) var (arrival, acceptance) = (Double?.none, Double?.none)

    init(resolvers: Int, forger: Forger) {
        self.forger = forger
        controls = Array(repeating: [], count: resolvers)
        evidence = (0..<resolvers).map { number in
            let address = IPAddress.v4(0x0909_0909 + UInt32(number) << 16)
            let resolver = ResolverAddress(Endpoint(address: address, port: 53))
            return Evidence(resolver: resolver, type: .a, baseline: nil, replies: [])
        }
    }

    mutating func take(_ event: SimulatedLookup.Event) {
        switch event.kind {
        case .control(let resolver, let reply):
            controls[resolver].append(reply)
            evidence[resolver].baseline = Baseline(control: controls[resolver])
        case .answer(let resolver, let reply): evidence[resolver].replies.append(reply)
        case .canary(let reply): forger.learn(canary: reply, isControl: false)
        }
        let accepted = Verdict.judge(evidence, forger: forger, isFinal: false).filter { $0.outcome == .accepted }
        wasFooled = wasFooled || accepted.contains { $0.reply.claim != SimulatedPath.truth }
        let isJudgeable = evidence.contains { query in
            query.baseline != nil && query.replies.contains { $0.claim == SimulatedPath.truth }
        }
        if isJudgeable { arrival = arrival ?? event.milliseconds }
        if accepted.contains(where: { $0.reply.claim == SimulatedPath.truth }) {
            acceptance = acceptance ?? event.milliseconds
        }
    }
}
