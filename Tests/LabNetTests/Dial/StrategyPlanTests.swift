import Testing

@testable import LabNet

/// Plays scripts against the plan: what is to be tried, and what each attempt meets.
@Suite struct StrategyPlanTests {
    private static let one = Route(endpoint: Endpoint(address: .v4(0xC000_0201), port: 443))
    private static let two = Route(endpoint: Endpoint(address: .v4(0xC000_0202), port: 443))
    private static let three = Route(endpoint: Endpoint(address: .v4(0xC000_0203), port: 443))
    private static let name = Host.name("registry.example")

    /// An attempt that is expected, and how it fails.
    private typealias Play = (Route, ServerNameStrategy?, NetworkError.Cause)

    private func failure(_ cause: NetworkError.Cause) -> StrategyPlan.Failure {
        let step: Step = [.refused, .unreachable(errno: 113)].contains(cause) ? .dial : .secure
        return .failed(NetworkError(step: step, host: "registry.example", cause: cause))
    }

    /// One attempt after the other, each failing before the next is asked for.
    private func play(
        _ routes: [(route: Route, trust: Candidate.Trust)], _ ladder: Ladder,
        remembered: [Route: ServerNameStrategy] = [:], _ script: [Play],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var plan = StrategyPlan(routes, ladder: ladder, remembered: remembered)
        for (index, (route, strategy, cause)) in script.enumerated() {
            guard let attempt = plan.next() else {
                Issue.record("no attempt \(index)", sourceLocation: sourceLocation)
                return
            }
            #expect(
                attempt == StrategyPlan.Attempt(route: route, strategy: strategy), "attempt \(index)",
                sourceLocation: sourceLocation)
            plan.failed(attempt, failure(cause))
        }
        #expect(plan.next() == nil, sourceLocation: sourceLocation)
    }

    private let auto = Ladder.hello(.auto, host: name)

    @Test func serverThatNeedsTheNameGetsTheStrongestDisguiseAtOnce() {
        play(
            [(Self.one, .trusted), (Self.two, .trusted)], auto,
            [
                (Self.one, .omit, .alert(40)), (Self.one, .recordsAndSegments, .resetAfterHello),
                (Self.two, .omit, .alert(40)), (Self.two, .segments, .resetAfterHello),
            ])
    }

    @Test func serverThatDeclinesEveryDisguiseGetsPlainLast() {
        play(
            [(Self.one, .trusted), (Self.two, .trusted)], auto,
            [
                (Self.one, .omit, .closedAfterHello), (Self.one, .recordsAndSegments, .alert(50)),
                (Self.one, .segments, .alert(50)), (Self.one, .records, .closedAfterHello),
                (Self.two, .omit, .refused), (Self.one, .plain, .alert(50)),
            ])
    }

    @Test func strangersCertificateWithoutNameIsAskedAgainWithIt() {
        let stranger = NetworkError.Cause.certificate(.init(code: 62, reason: "", names: [], fingerprint: nil))
        play(
            [(Self.one, .trusted)], auto,
            [(Self.one, .omit, stranger), (Self.one, .recordsAndSegments, stranger)])
    }

    @Test func silenceToANamelessHelloWaitsForTheOtherRoutes() {
        play(
            [(Self.one, .trusted), (Self.two, .trusted)], auto,
            [
                (Self.one, .omit, .silenceAfterHello(.seconds(10))), (Self.two, .omit, .refused),
                (Self.one, .recordsAndSegments, .resetAfterHello),
            ])
    }

    @Test(arguments: [NetworkError.Cause.alert(40), .closedAfterHello, .resetAfterHello, .refused])
    func routeInDoubtNeverSeesTheName(_ cause: NetworkError.Cause) {
        play([(Self.one, .doubtful)], auto, [(Self.one, .omit, cause)])
        play([(Self.one, .doubtful)], auto, remembered: [Self.one: .plain], [(Self.one, .omit, cause)])
        for strategy in [ServerNameStrategy.plain, .records, .segments, .recordsAndSegments, .omit] {
            play([(Self.one, .doubtful)], .hello(.always(strategy), host: Self.name), [(Self.one, .omit, cause)])
        }
        let alter = ServerNameStrategy.alter("example.org")
        play([(Self.one, .doubtful)], .hello(.always(alter), host: Self.name), [(Self.one, alter, cause)])
    }

    @Test func plainHTTPIsNotSpokenToARouteInDoubt() {
        play([(Self.one, .doubtful), (Self.two, .trusted)], .noHello, [(Self.two, nil, .refused)])
    }

    @Test func oneStrategyIsOneAttemptPerRoute() {
        play(
            [(Self.one, .trusted), (Self.two, .trusted)], .hello(.always(.plain), host: Self.name),
            [(Self.one, .plain, .alert(40)), (Self.two, .plain, .resetAfterHello)])
    }

    @Test func addressLiteralHasNoNameToShow() {
        play([(Self.one, .trusted)], .hello(.auto, host: .address(.v4(1))), [(Self.one, .omit, .alert(40))])
    }

    @Test func whatWorkedComesFirst() {
        play(
            [(Self.one, .trusted), (Self.two, .trusted)], auto, remembered: [Self.two: .records],
            [(Self.two, .records, .resetAfterHello), (Self.one, .omit, .refused)])
        play(
            [(Self.one, .trusted)], auto, remembered: [Self.one: .plain],
            [(Self.one, .plain, .alert(80)), (Self.one, .omit, .refused)])
    }

    @Test func routeInItsPenaltyIsLeftAlone() {
        var plan = StrategyPlan([(Self.one, .trusted), (Self.two, .trusted)], ladder: auto)
        let error = NetworkError(step: .secure, host: "other.example", cause: .resetAfterHello)
        guard let first = plan.next() else { return #expect(Bool(false), "no first attempt") }
        plan.failed(first, .leftAlone(after: error))
        #expect(plan.next()?.route == Self.two)
        #expect(plan.next() == nil)
    }

    @Test func plainWaitsForWhatIsUnderWay() {
        var plan = StrategyPlan([(Self.one, .trusted), (Self.two, .trusted)], ladder: auto)
        guard let one = plan.next(), let two = plan.next() else { return #expect(Bool(false), "no attempts") }
        #expect(one.route == Self.one && two.route == Self.two)
        plan.failed(one, failure(.alert(40)))
        for _ in 0..<3 {
            guard let named = plan.next() else { return #expect(Bool(false), "no rung") }
            #expect(named.route == Self.one && named.strategy != .plain)
            plan.failed(named, failure(.alert(40)))
        }
        #expect(plan.next() == nil, "two is still under way")
        plan.failed(two, failure(.refused))
        #expect(plan.next() == StrategyPlan.Attempt(route: Self.one, strategy: .plain))
    }

    @Test func killedRungIsNotRepeatedOnAnotherRoute() {
        let alert = NetworkError.Cause.alert(112)
        play(
            [(Self.one, .trusted), (Self.two, .trusted), (Self.three, .trusted)], auto,
            [
                (Self.one, .omit, alert), (Self.one, .recordsAndSegments, .resetAfterHello),
                (Self.two, .omit, alert), (Self.two, .segments, .silenceAfterHello(.seconds(10))),
                (Self.three, .omit, alert), (Self.three, .records, alert), (Self.three, .plain, .resetAfterHello),
            ])
    }
}
