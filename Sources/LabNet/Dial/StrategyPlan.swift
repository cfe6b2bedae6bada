/// Which route is tried next, and with which hello: the whole policy of dialling, without a clock or a socket.
///
/// - A route in answer to whose nameless hello the server declined (an alert, a close, a stranger's certificate) is
///   alive and wants the name: it climbs to its next rung at once.
/// - A hello with the true name that met a reset or silence was read by a box: the route is left alone, and the other
///   routes of the host do not repeat that rung.
/// - A nameless hello that met a reset or silence says little (some boxes drop those, some addresses are dead): the
///   route is kept for when all others have been asked.
/// - `plain`, as a rung of `auto`, waits until nothing else is left or under way.
package struct StrategyPlan: RacePlan {
    /// One route with one hello.
    package struct Attempt: Hashable, Sendable {
        /// The way.
        package var route: Route
        /// The hello; nil for plain HTTP.
        package var strategy: ServerNameStrategy?
    }

    /// Why an attempt failed, as far as the plan needs to know.
    package enum Failure: Error, Hashable, Sendable {
        /// It was made, and failed like this.
        case failed(NetworkError)
        /// It was not made: the route is in the penalty that this earlier failure brought upon it.
        case leftAlone(after: NetworkError)

        /// What to tell the user.
        package var error: NetworkError {
            switch self {
            case .failed(let error), .leftAlone(after: let error): error
            }
        }
    }

    private enum Standing { case wantsName, fresh, doubted, busy, closed }

    private struct Way {
        let route: Route
        var rungs: [ServerNameStrategy?]
        let proven: ServerNameStrategy?
        var standing = Standing.fresh
    }

    private var ways: [Way]
    private let lastResort: ServerNameStrategy?
    private var killed: Set<ServerNameStrategy> = []

    /// Plans for routes in dial order.
    ///
    /// - Parameter remembered: what has worked before on a route; those routes and strategies come first.
    package init(
        _ routes: [(route: Route, trust: Candidate.Trust)], ladder: Ladder,
        remembered: [Route: ServerNameStrategy] = [:]
    ) {
        let ways = routes.map { route, trust in
            let rungs = ladder.rungs(trust)
            let proven = remembered[route].flatMap { rungs.contains($0) ? $0 : nil }
            return Way(
                route: route, rungs: rungs.filter { $0 == proven } + rungs.filter { $0 != proven }, proven: proven)
        }
        self.ways = ways.filter { $0.proven != nil } + ways.filter { $0.proven == nil }
        lastResort = ladder.lastResort
    }

    /// See ``RacePlan``.
    package mutating func next() -> Attempt? {
        for standing in [Standing.wantsName, .fresh, .doubted] {
            for index in ways.indices where ways[index].standing == standing {
                let way = ways[index]
                let rung = way.rungs.firstIndex { rung in
                    guard let rung, rung != way.proven else { return true }
                    return rung != lastResort && !killed.contains(rung)
                }
                if let rung { return climb(way: index, rung: rung) }
            }
        }
        guard let lastResort, !killed.contains(lastResort), !ways.contains(where: { $0.standing == .busy }) else {
            return nil
        }
        for index in ways.indices where ways[index].standing != .closed {
            if let rung = ways[index].rungs.firstIndex(of: lastResort) { return climb(way: index, rung: rung) }
        }
        return nil
    }

    private mutating func climb(way index: Int, rung: Int) -> Attempt {
        ways[index].standing = .busy
        return Attempt(route: ways[index].route, strategy: ways[index].rungs.remove(at: rung))
    }

    /// See ``RacePlan``.
    package mutating func failed(_ attempt: Attempt, _ failure: Failure) {
        guard let index = ways.firstIndex(where: { $0.route == attempt.route }) else { return }
        ways[index].standing = .closed
        guard case .failed(let error) = failure, error.step == .secure, let strategy = attempt.strategy else { return }
        switch error.cause {
        case .alert, .closedAfterHello:
            ways[index].standing = .wantsName
        case .certificate:
            // To a hello with the name the true server would have shown its own certificate.
            if !strategy.carriesTrueName { ways[index].standing = .wantsName }
        case let cause where cause.meansKilled:
            if strategy.carriesTrueName { killed.insert(strategy) } else { ways[index].standing = .doubted }
        default:
            break
        }
    }
}

extension NetworkError.Cause {
    /// Whether a handshake that ended like this was cut off from outside, as far as one can see: a reset or silence.
    package var meansKilled: Bool {
        switch self {
        case .resetAfterHello, .silenceAfterHello, .reset, .timedOut: true
        default: false
        }
    }
}
