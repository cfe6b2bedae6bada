// What is kept of a memory beyond the run that made it.

extension RouteMemory {
    /// How long a success is believed after it was last seen.
    static let lifetime = Duration.seconds(30 * 24 * 3600)
    /// How many successes are kept, and how many penalties.
    static let limit = 1000
    /// How far two processes of one machine may differ about the time: a clock that is being corrected.
    static let skew = Duration.seconds(5)

    /// Takes over what another run has learned; of two that speak about the same, the later one is right.
    ///
    /// What broke off here since then is not taken back, and what others have proved counts as little proof here.
    mutating func merge(_ other: RouteMemory) {
        for (way, success) in other.successes {
            if let setback = setbacks[way]?[success.strategy], setback >= success.time { continue }
            let own = successes[way]
            if let own, own.time >= success.time { continue }
            let isSame = own?.strategy == success.strategy
            successes[way] = Success(
                strategy: success.strategy, proof: max(.whole, isSame ? own?.proof ?? .whole : .whole),
                time: success.time)
        }
        for (route, penalty) in other.penalties {
            if let own = penalties[route], own.time >= penalty.time { continue }
            penalties[route] = penalty
        }
    }

    /// What of it is worth keeping: the latest successes and penalties on direct routes, none of them out of date or
    /// from the future.
    ///
    /// A success of `plain` ends with its run: on another network the next one would begin by showing the name to
    /// whoever reads it. So does that of a name that the user gave.
    func worthKeeping(now: Duration) -> RouteMemory {
        func isTimely(_ time: Duration, _ lifetime: Duration) -> Bool {
            time <= now + Self.skew && now - time < lifetime
        }
        var kept = RouteMemory()
        let successes = successes.filter { way, success in
            way.route.relay == nil && success.proof > .handshake && success.strategy.isWorthKeeping
                && isTimely(success.time, Self.lifetime)
        }
        let penalties = penalties.filter { route, penalty in
            route.relay == nil && isTimely(penalty.time, Self.residual)
        }
        kept.successes = Dictionary(
            uniqueKeysWithValues: successes.sorted { $0.value.time > $1.value.time }.prefix(Self.limit).map { ($0, $1) }
        )
        kept.penalties = Dictionary(
            uniqueKeysWithValues: penalties.sorted { $0.value.time > $1.value.time }.prefix(Self.limit).map { ($0, $1) }
        )
        return kept
    }

    /// The penalties alone: an endpoint is left alone until they have run out, whatever the user wants forgotten.
    func withoutSuccesses() -> RouteMemory {
        var memory = RouteMemory()
        memory.penalties = penalties
        return memory
    }
}

extension ServerNameStrategy {
    fileprivate var isWorthKeeping: Bool {
        switch self {
        case .plain, .alter: false
        case .records, .segments, .recordsAndSegments, .disorder, .omit: true
        }
    }
}
