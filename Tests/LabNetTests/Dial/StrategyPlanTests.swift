import Testing

@testable import LabNet

/// Plays scripts against the plan: what is to be tried, and what each attempt meets.
@Suite struct StrategyPlanTests {
    private static let one = route("192.0.2.1")
    private static let two = route("192.0.2.2")
    private static let three = route("192.0.2.3")
    private static let name = Host.name("registry.example")

    private static func route(_ literal: String) -> Route {
        Route(endpoint: Endpoint(address: IPAddress(literal) ?? .v4(0), port: 443))
    }

    /// An attempt that is expected, and how it fails.
    private typealias Play = (Route, ServerNameStrategy?, NetworkError.Cause)

    private func failure(_ cause: NetworkError.Cause) -> StrategyPlan.Failure {
        let step: Step = [.refused, .unreachable(errno: 113)].contains(cause) ? .dial : .secure
        return .failed(NetworkError(step: step, host: "registry.example", cause: cause))
    }

    private func plan(
        _ routes: [(route: Route, trust: Candidate.Trust)], _ ladder: Ladder,
        worked: [Route: ServerNameStrategy] = [:], isWhole: Bool = true
    ) -> StrategyPlan {
        var plan = StrategyPlan(ladder: ladder)
        for item in routes {
            var record = RouteRecord()
            record.worked = worked[item.route]
            plan.hear(.found(item.route, item.trust, record))
        }
        if isWhole { plan.hearSourceEnded() }
        return plan
    }

    /// One attempt after the other, each failing before the next is asked for.
    private func play(
        _ routes: [(route: Route, trust: Candidate.Trust)], _ ladder: Ladder,
        worked: [Route: ServerNameStrategy] = [:], _ script: [Play],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var plan = plan(routes, ladder, worked: worked)
        play(&plan, script, sourceLocation: sourceLocation)
        #expect(plan.next() == nil, sourceLocation: sourceLocation)
    }

    private func play(
        _ plan: inout StrategyPlan, _ script: [Play], sourceLocation: SourceLocation = #_sourceLocation
    ) {
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
    }

    private func attempt(_ route: Route, _ strategy: ServerNameStrategy?) -> StrategyPlan.Attempt {
        StrategyPlan.Attempt(route: route, strategy: strategy)
    }

    private let auto = Ladder.hello(.auto, host: name)
    private let both: [(route: Route, trust: Candidate.Trust)] = [(one, .trusted), (two, .trusted)]
    private let all: [(route: Route, trust: Candidate.Trust)] = [
        (one, .trusted), (two, .trusted), (three, .trusted),
    ]

    // MARK: The ladder

    @Test func serverThatNeedsTheNameGetsTheStrongestDisguiseAtOnce() {
        play(
            both, auto,
            [
                (Self.one, .omit, .alert(40)), (Self.one, .disorder, .resetAfterHello),
                (Self.two, .omit, .alert(40)), (Self.two, .records, .resetAfterHello),
            ])
    }

    @Test func serverThatDeclinesEveryDisguiseGetsPlainLast() {
        play(
            both, auto,
            [
                (Self.one, .omit, .closedAfterHello), (Self.one, .disorder, .alert(50)), (Self.two, .omit, .refused),
                (Self.one, .records, .alert(50)), (Self.one, .recordsAndSegments, .alert(50)),
                (Self.one, .segments, .closedAfterHello), (Self.one, .plain, .alert(50)),
            ])
    }

    @Test func addressThatDeclinedClimbsWhenNoFreshOneIsLeft() {
        play(
            both, auto,
            [
                (Self.one, .omit, .alert(112)), (Self.one, .disorder, .alert(50)), (Self.two, .omit, .alert(112)),
                (Self.two, .records, .resetAfterHello), (Self.one, .recordsAndSegments, .resetAfterHello),
            ])
    }

    @Test func strangersCertificateWithoutNameIsAskedAgainWithIt() {
        let stranger = NetworkError.Cause.certificate(.init(code: 62, reason: "", names: [], fingerprint: nil))
        play([(Self.one, .trusted)], auto, [(Self.one, .omit, stranger), (Self.one, .disorder, stranger)])
    }

    @Test func silenceToANamelessHelloWaitsForTheOtherRoutes() {
        play(
            both, auto,
            [
                (Self.one, .omit, .silenceAfterHello(.seconds(10))), (Self.two, .omit, .refused),
                (Self.one, .disorder, .resetAfterHello),
            ])
    }

    @Test func twoNamelessHellosThatVanishAreEnough() {
        play(
            all, auto,
            [
                (Self.one, .omit, .resetAfterHello), (Self.two, .omit, .resetAfterHello),
                (Self.one, .disorder, .resetAfterHello), (Self.two, .records, .resetAfterHello),
                (Self.three, .omit, .alert(112)), (Self.three, .recordsAndSegments, .resetAfterHello),
            ])
    }

    @Test func killedRungIsNotRepeatedOnAnotherRoute() {
        let alert = NetworkError.Cause.alert(112)
        play(
            all, auto,
            [
                (Self.one, .omit, alert), (Self.one, .disorder, .resetAfterHello),
                (Self.two, .omit, alert), (Self.two, .records, .silenceAfterHello(.seconds(10))),
                (Self.three, .omit, alert), (Self.three, .recordsAndSegments, alert), (Self.three, .segments, alert),
                (Self.three, .plain, .resetAfterHello),
            ])
    }

    @Test func oneStrategyIsOneAttemptPerRoute() {
        for cause in [NetworkError.Cause.alert(40), .resetAfterHello, .refused] {
            play(
                both, .hello(.always(.plain), host: Self.name),
                [(Self.one, .plain, cause), (Self.two, .plain, .resetAfterHello)])
        }
    }

    @Test func addressLiteralHasNoNameToShow() {
        play([(Self.one, .trusted)], .hello(.auto, host: .address(.v4(1))), [(Self.one, .omit, .alert(40))])
    }

    // MARK: Trust

    @Test(arguments: [NetworkError.Cause.alert(40), .closedAfterHello, .resetAfterHello, .refused])
    func routeInDoubtNeverSeesTheName(_ cause: NetworkError.Cause) {
        play([(Self.one, .doubtful)], auto, [(Self.one, .omit, cause)])
        play([(Self.one, .doubtful)], auto, worked: [Self.one: .plain], [(Self.one, .omit, cause)])
        for strategy in [ServerNameStrategy.plain, .records, .segments, .recordsAndSegments, .disorder, .omit] {
            play([(Self.one, .doubtful)], .hello(.always(strategy), host: Self.name), [(Self.one, .omit, cause)])
        }
        let alter = ServerNameStrategy.alter("example.org")
        play([(Self.one, .doubtful)], .hello(.always(alter), host: Self.name), [(Self.one, alter, cause)])
    }

    @Test func plainHTTPIsNotSpokenToARouteInDoubt() {
        play([(Self.one, .doubtful), (Self.two, .trusted)], .noHello, [(Self.two, nil, .refused)])
    }

    @Test func routeThatEarnsTrustClimbsOn() {
        var plan = plan([(Self.one, .doubtful)], auto, isWhole: false)
        play(&plan, [(Self.one, .omit, .alert(112))])
        #expect(plan.next() == nil)
        plan.hear(.found(Self.one, .trusted, RouteRecord()))
        #expect(plan.next() == attempt(Self.one, .disorder))
    }

    @Test func routeThatLosesTrustSeesNoName() {
        var plan = plan([(Self.one, .trusted)], auto, isWhole: false)
        guard let first = plan.next() else {
            Issue.record("no first attempt")
            return
        }
        plan.hear(.found(Self.one, .doubtful, RouteRecord()))
        plan.failed(first, failure(.alert(112)))
        plan.hearSourceEnded()
        #expect(plan.next() == nil)
    }

    /// RFC 8305 4: the families take turns; the trusted come first.
    @Test(arguments: [
        ("192.0.2.1 192.0.2.2 2001:db8::1", "192.0.2.1 2001:db8::1 192.0.2.2"),
        ("2001:db8::1 2001:db8::2 192.0.2.1", "2001:db8::1 192.0.2.1 2001:db8::2"),
        ("192.0.2.1 192.0.2.2", "192.0.2.1 192.0.2.2"),
        ("?192.0.2.1 192.0.2.2 ?2001:db8::1 192.0.2.3", "192.0.2.2 192.0.2.3 2001:db8::1 192.0.2.1"),
        ("?192.0.2.1 192.0.2.1 192.0.2.2", "192.0.2.1 192.0.2.2"),
        ("", ""),
    ])
    func familiesTakeTurns(given: String, expected: String) {
        let routes = given.split(separator: " ").map { item in
            (
                route: Self.route(String(item.drop { $0 == "?" })),
                trust: item.hasPrefix("?") ? Candidate.Trust.doubtful : .trusted
            )
        }
        var plan = plan(routes, .hello(.always(.omit), host: Self.name))
        var order: [String] = []
        while let next = plan.next() { order.append(next.route.endpoint.address.description) }
        #expect(order.joined(separator: " ") == expected)
    }

    // MARK: What is known

    @Test func whatWorkedComesFirst() {
        play(
            both, auto, worked: [Self.two: .records],
            [(Self.two, .records, .resetAfterHello), (Self.one, .omit, .refused)])
        play(
            [(Self.one, .trusted)], auto, worked: [Self.one: .plain],
            [(Self.one, .plain, .alert(80)), (Self.one, .omit, .refused)])
    }

    @Test func whatWorkedGoesAloneUntilItFallsQuiet() {
        for isConnected in [true, false] {
            var plan = StrategyPlan(ladder: auto)
            plan.hear(.known(Self.one, .disorder))
            #expect(plan.next() == attempt(Self.one, .disorder))
            plan.hear(.found(Self.two, .trusted, RouteRecord()))
            #expect(plan.next() == nil)
            plan.hear(.quiet(attempt(Self.one, .disorder), isConnected: isConnected))
            #expect(plan.next() == attempt(Self.two, .omit))
        }
    }

    @Test func knownHelloThatThePolicyForbidsIsNotSaid() {
        var plan = StrategyPlan(ladder: .hello(.always(.omit), host: Self.name))
        plan.hear(.known(Self.one, .plain))
        #expect(plan.next() == nil)
    }

    @Test func whatBrokeOffIsTriedLast() {
        var record = RouteRecord()
        record.brokeOff = [.omit, .disorder]
        var plan = StrategyPlan(ladder: auto)
        plan.hear(.found(Self.one, .trusted, record))
        plan.hearSourceEnded()
        let alert = NetworkError.Cause.alert(50)
        play(
            &plan,
            [
                (Self.one, .records, alert), (Self.one, .recordsAndSegments, alert), (Self.one, .segments, alert),
                (Self.one, .disorder, alert), (Self.one, .plain, alert), (Self.one, .omit, alert),
            ])
        #expect(plan.next() == nil)
    }

    @Test func routeWhereAStreamWasCutGoesLast() {
        var record = RouteRecord()
        record.lastTrouble = .seconds(1)
        var plan = StrategyPlan(ladder: auto)
        plan.hear(.found(Self.one, .trusted, record))
        plan.hear(.found(Self.two, .trusted, RouteRecord()))
        plan.hearSourceEnded()
        #expect(plan.next() == attempt(Self.two, .omit))
        #expect(plan.next() == attempt(Self.one, .omit))
    }

    @Test func routeInItsPenaltyIsLeftAlone() {
        var plan = plan(both, auto)
        let error = NetworkError(step: .secure, host: "registry.example", cause: .leftAlone(.seconds(90)))
        guard let first = plan.next() else {
            Issue.record("no first attempt")
            return
        }
        plan.failed(first, .leftAlone(error))
        #expect(plan.next()?.route == Self.two)
        #expect(plan.next() == nil)
    }
}
