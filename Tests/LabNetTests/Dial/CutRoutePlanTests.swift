import Testing

@testable import LabNet

/// Where the plan goes after streams were cut or froze.
@Suite struct CutRoutePlanTests {
    private typealias Known = (route: Route, worked: ServerNameStrategy?, brokeOff: Set<ServerNameStrategy>, cut: Int?)

    private static let one = RouteMemoryTests.route(1)
    private static let two = RouteMemoryTests.route(2)

    private func plan(_ routes: [Known], burnt: [Route] = [], isWhole: Bool = true) -> StrategyPlan {
        var plan = StrategyPlan(ladder: .hello(.auto, host: RouteMemoryTests.host))
        for known in routes {
            var record = RouteRecord()
            (record.worked, record.brokeOff) = (known.worked, known.brokeOff)
            record.lastTrouble = known.cut.map { .seconds($0) }
            record.isBurnt = burnt.contains(known.route)
            plan.hear(.found(known.route, .trusted, record))
        }
        if isWhole { plan.hearSourceEnded() }
        return plan
    }

    private func attempt(_ route: Route, _ strategy: ServerNameStrategy) -> StrategyPlan.Attempt {
        StrategyPlan.Attempt(route: route, strategy: strategy)
    }

    @Test func untroubledRouteGoesBeforeOneThatWorkedAndWasCut() {
        var plan = plan([(Self.one, .records, [], 1), (Self.two, nil, [], nil)])
        #expect(plan.next() == attempt(Self.two, .omit))
        #expect(plan.next() == attempt(Self.one, .records))
    }

    @Test func routeThatIsAloneBeginsWithWhatWorked() {
        var plan = plan([(Self.one, .records, [.omit], 1)])
        #expect(plan.next() == attempt(Self.one, .records))
    }

    @Test(arguments: [(1, 2), (2, 1)]) func routeThatWasCutLastGoesLast(_ first: Int, _ second: Int) {
        var plan = plan([(Self.one, .omit, [], first), (Self.two, .omit, [], second)])
        #expect(plan.next() == attempt(first < second ? Self.one : Self.two, .omit))
    }

    @Test func namelessHelloElsewhereGoesBeforeTheName() {
        var plan = plan([(Self.one, nil, [.omit], 1), (Self.two, nil, [], nil)])
        #expect(plan.next() == attempt(Self.two, .omit))
    }

    @Test func routeThatIsAloneIsShownTheNameWhereNamelessStreamsBreakOff() {
        var plan = plan([(Self.one, nil, [.omit], 1)])
        #expect(plan.next()?.strategy?.carriesTrueName == true)
    }

    @Test func routesThatMayYetBeFoundAreWaitedForWhereAStreamWasCut() {
        for brokeOff in [[], [.omit]] as [Set<ServerNameStrategy>] {
            var plan = plan([(Self.one, nil, brokeOff, 1)], isWhole: false)
            #expect(plan.next() == nil)
            plan.hear(.found(Self.two, .trusted, RouteRecord()))
            #expect(plan.next() == attempt(Self.two, .omit))
            #expect(plan.next() == nil)
            plan.hearSourceEnded()
            #expect(plan.next()?.route == Self.one)
        }
    }

    @Test func oneRouteIsKeptFreeOfTheName() {
        var plan = plan([(Self.one, nil, [.omit], 1), (Self.two, nil, [.omit], 2)])
        #expect(plan.next()?.strategy?.carriesTrueName == true)
        #expect(plan.next()?.strategy == .omit)
        #expect(plan.next() == nil)
    }

    @Test func whereABoxReadsNamesTheLittleThatPassesIsTaken() {
        var plan = plan([(Self.one, nil, [], nil), (Self.two, nil, [.omit], 2)], burnt: [Self.one])
        let first = attempt(Self.one, .omit)
        #expect(plan.next() == first)
        let failure = NetworkError(step: .secure, host: "a.example", cause: .leftAlone(.seconds(90)))
        plan.failed(first, .leftAlone(failure))
        #expect(plan.next() == attempt(Self.two, .omit))
    }
}
