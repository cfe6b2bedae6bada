import Testing

@testable import LabNet

/// Several attempts under way at once.
@Suite struct StrategyPlanConcurrencyTests {
    private static let name = Host.name("registry.example")
    private let one = Route(endpoint: Endpoint(address: .v4(0xC000_0201), port: 443))
    private let two = Route(endpoint: Endpoint(address: .v4(0xC000_0202), port: 443))
    private let three = Route(endpoint: Endpoint(address: .v4(0xC000_0203), port: 443))

    private func plan(_ routes: [Route], isWhole: Bool = true) -> StrategyPlan {
        var plan = StrategyPlan(ladder: .hello(.auto, host: Self.name))
        for route in routes { plan.hear(.found(route, .trusted, RouteRecord())) }
        if isWhole { plan.hearSourceEnded() }
        return plan
    }

    private func attempt(_ route: Route, _ strategy: ServerNameStrategy) -> StrategyPlan.Attempt {
        StrategyPlan.Attempt(route: route, strategy: strategy)
    }

    private func failed(
        _ plan: inout StrategyPlan, _ route: Route, _ strategy: ServerNameStrategy, _ cause: NetworkError.Cause
    ) {
        let step: Step = cause == .refused ? .dial : .secure
        plan.failed(
            attempt(route, strategy),
            .failed(NetworkError(step: step, host: "registry.example", strategy: strategy, cause: cause)))
    }

    @Test func addressesFindOutDifferentThings() {
        var plan = plan([one, two, three])
        for route in [one, two, three] { #expect(plan.next() == attempt(route, .omit)) }
        for route in [one, two, three] { failed(&plan, route, .omit, .alert(112)) }
        #expect(plan.next() == attempt(one, .disorder))
        #expect(plan.next() == attempt(two, .records))
        #expect(plan.next() == attempt(three, .recordsAndSegments))
        #expect(plan.next() == nil)
    }

    @Test func quietNamelessHelloHoldsNothingUp() {
        var plan = plan([one, two])
        #expect(plan.next() == attempt(one, .omit))
        #expect(plan.next() == attempt(two, .omit))
        #expect(plan.next() == nil)
        plan.hear(.quiet(attempt(one, .omit), isConnected: true))
        #expect(plan.next() == attempt(one, .disorder))
        plan.hear(.quiet(attempt(two, .omit), isConnected: true))
        #expect(plan.next() == attempt(two, .records))
        #expect(plan.next() == nil)
    }

    @Test func routeThatIsNotConnectedSaysNothingOfHellos() {
        var plan = plan([one])
        #expect(plan.next() == attempt(one, .omit))
        plan.hear(.quiet(attempt(one, .omit), isConnected: false))
        #expect(plan.next() == nil)
        failed(&plan, one, .omit, .alert(112))
        #expect(plan.next() == attempt(one, .disorder))
    }

    @Test func answerThatComesLateEndsTheDoubt() {
        var plan = plan([one, two, three])
        for route in [one, two] {
            #expect(plan.next() == attempt(route, .omit))
            plan.hear(.quiet(attempt(route, .omit), isConnected: true))
        }
        failed(&plan, one, .omit, .alert(112))
        #expect(plan.next() == attempt(one, .disorder))
        #expect(plan.next() == attempt(three, .omit))
    }

    @Test func whereTheNameWasShownAndNothingCameBackNothingMoreIsSent() {
        var plan = plan([one])
        #expect(plan.next() == attempt(one, .omit))
        failed(&plan, one, .omit, .alert(112))
        #expect(plan.next() == attempt(one, .disorder))
        plan.hear(.quiet(attempt(one, .disorder), isConnected: true))
        #expect(plan.next() == nil)
        failed(&plan, one, .disorder, .silenceAfterHello(.seconds(10)))
        #expect(plan.next() == nil)
    }

    @Test func plainWaitsForWhatIsUnderWay() {
        for isQuiet in [true, false] {
            var plan = plan([one, two])
            #expect(plan.next() == attempt(one, .omit))
            #expect(plan.next() == attempt(two, .omit))
            failed(&plan, one, .omit, .alert(40))
            for strategy in [ServerNameStrategy.disorder, .records, .recordsAndSegments, .segments] {
                #expect(plan.next() == attempt(one, strategy))
                failed(&plan, one, strategy, .alert(40))
            }
            #expect(plan.next() == nil, "two is still under way")
            if isQuiet {
                plan.hear(.quiet(attempt(two, .omit), isConnected: false))
            } else {
                failed(&plan, two, .omit, .refused)
            }
            #expect(plan.next() == attempt(one, .plain))
        }
    }

    @Test func plainWaitsForTheLookup() {
        var plan = plan([one], isWhole: false)
        for strategy in [ServerNameStrategy.omit, .disorder, .records, .recordsAndSegments, .segments] {
            #expect(plan.next() == attempt(one, strategy))
            failed(&plan, one, strategy, .alert(40))
        }
        #expect(plan.next() == nil)
        plan.hearSourceEnded()
        #expect(plan.next() == attempt(one, .plain))
    }

    // MARK: Defeat

    @Test func defeatKeepsEveryAttempt() {
        var plan = plan([one, two])
        #expect(plan.next() == attempt(one, .omit))
        failed(&plan, one, .omit, .alert(40))
        #expect(plan.next() == attempt(one, .disorder))
        failed(&plan, one, .disorder, .resetAfterHello)
        #expect(plan.next() == attempt(two, .omit))
        let penalty = NetworkError(step: .secure, host: "registry.example", cause: .leftAlone(.seconds(90)))
        plan.failed(attempt(two, .omit), .leftAlone(penalty))
        let error = plan.defeat(host: Self.name)
        #expect(error.cause == .allAttemptsFailed && error.step == .secure)
        #expect(error.attempts.map(\.strategy) == [.omit, .disorder, nil])
        #expect(error.attempts.map(\.cause) == [.alert(40), .resetAfterHello, .leftAlone(.seconds(90))])
        #expect(error.showsInterference)
    }

    @Test func nameThatIsDeclinedInEveryDisguiseShowsInterference() {
        var plan = plan([one])
        for strategy in [ServerNameStrategy.omit, .disorder, .records, .recordsAndSegments, .segments, .plain] {
            #expect(plan.next() == attempt(one, strategy))
            failed(&plan, one, strategy, .alert(40))
        }
        #expect(plan.next() == nil)
        #expect(plan.defeat(host: Self.name).showsInterference)
        // A server that declines the one hello that it got may have its reasons.
        var single = StrategyPlan(ladder: .hello(.always(.plain), host: Self.name))
        for route in [one, two] { single.hear(.found(route, .trusted, RouteRecord())) }
        for route in [one, two] {
            #expect(single.next() == attempt(route, .plain))
            failed(&single, route, .plain, .alert(40))
        }
        #expect(!single.defeat(host: Self.name).showsInterference)
    }

    @Test func defeatWithoutARouteIsTheLookups() {
        var plan = StrategyPlan(ladder: .hello(.auto, host: Self.name))
        let unresolved = NetworkError(step: .resolve, host: "registry.example", cause: .noSuchName)
        plan.hear(.unresolved(unresolved))
        plan.hearSourceEnded()
        #expect(plan.next() == nil)
        #expect(plan.defeat(host: Self.name) == unresolved)
    }

    @Test func lookupThatFailsAfterAKnownWayIsToldToo() {
        var plan = StrategyPlan(ladder: .hello(.auto, host: Self.name))
        plan.hear(.known(one, .omit))
        #expect(plan.next() == attempt(one, .omit))
        failed(&plan, one, .omit, .refused)
        plan.hear(.unresolved(NetworkError(step: .resolve, host: "registry.example", cause: .noAnswer)))
        plan.hearSourceEnded()
        #expect(plan.next() == nil)
        #expect(plan.defeat(host: Self.name).attempts.map(\.cause) == [.refused, .noAnswer])
    }

    @Test func defeatWithoutAnAttemptNamesTheForgeries() {
        var plan = StrategyPlan(ladder: .noHello)
        plan.hear(.found(one, .doubtful, RouteRecord()))
        plan.hearSourceEnded()
        #expect(plan.next() == nil)
        #expect(plan.defeat(host: Self.name).cause == .onlyForgedAnswers(count: 1))
    }
}
