/// What earlier connections have shown of a route to a host.
package struct RouteRecord: Hashable, Sendable {
    /// The strategy that worked, if one did.
    package var worked: ServerNameStrategy?
    /// The strategies whose connections broke off: to be tried when no other is left.
    package var brokeOff: Set<ServerNameStrategy> = []
    /// Whether a stream was cut there: the route goes last.
    package var isTroubled = false

    /// Nothing is known of it.
    package init() {}
}

extension StrategyPlan {
    /// One route, and what it has shown so far.
    struct Way {
        enum Standing {
            /// Nothing has been tried.
            case fresh
            /// Its first hello is under way.
            case asked
            /// Its nameless hello met a reset or silence.
            case doubted
            /// The server declined a nameless hello.
            case wantsName
            /// The true name has been shown, and nothing is decided yet.
            case shown
            /// The server declined the true name.
            case declined
            /// Nothing more is to be had here.
            case closed
        }

        let route: Route
        private(set) var trust: Candidate.Trust
        private(set) var standing = Standing.fresh
        /// The strategy that worked before, until it is tried.
        private(set) var known: ServerNameStrategy?
        /// Every rung that was started.
        private var tried: Set<ServerNameStrategy?> = []
        /// The rungs that the server declined.
        private(set) var declined: Set<ServerNameStrategy> = []
        /// What is under way, and whether it has fallen quiet.
        private(set) var running: [ServerNameStrategy?: Bool] = [:]
        /// Whether a nameless hello met a reset or silence here.
        private(set) var hasVanished = false
        private var record = RouteRecord()
        private var knownUnderWay: ServerNameStrategy?

        init(route: Route, trust: Candidate.Trust) {
            self.route = route
            self.trust = trust
        }

        /// Whether an answer may still come.
        var isAwaited: Bool { running.values.contains(false) }

        /// Whether what worked before is under way, and has given no reason for worry.
        var isUnderWayAsKnown: Bool { knownUnderWay.map { running[$0] == false } ?? false }

        /// More is better.
        var preference: Int { (trust == .trusted ? 2 : 0) + (record.isTroubled ? 0 : 1) }

        /// The rungs that are left, in their order; those that broke off before stand behind the others.
        func rungs(of ladder: Ladder) -> [ServerNameStrategy?] {
            let left = ladder.rungs(trust).filter { !tried.contains($0) }
            func isSound(_ rung: ServerNameStrategy?) -> Bool { rung.map { !record.brokeOff.contains($0) } ?? true }
            return left.filter(isSound) + left.filter { !isSound($0) }
        }

        mutating func knows(_ strategy: ServerNameStrategy) {
            if standing == .fresh, !tried.contains(strategy) { known = strategy }
        }

        mutating func hear(_ trust: Candidate.Trust, _ record: RouteRecord, _ ladder: Ladder) {
            self.trust = trust
            self.record = record
            if let worked = record.worked, ladder.rungs(trust).contains(worked) { knows(worked) }
            // Where nameless streams break off, the name is the better idea.
            if standing == .fresh, ladder.lastResort != nil, record.brokeOff.contains(.omit) { standing = .wantsName }
        }

        mutating func start(_ rung: ServerNameStrategy?) {
            knownUnderWay = rung == known ? known : nil
            known = nil
            tried.insert(rung)
            running[rung] = false
            if rung?.carriesTrueName == true { standing = .shown } else if standing == .fresh { standing = .asked }
        }

        mutating func fellQuiet(_ rung: ServerNameStrategy?, isConnected: Bool) {
            guard running[rung] == false else { return }
            running[rung] = true
            if isConnected { vanished(rung) }
        }

        mutating func failed(_ rung: ServerNameStrategy?, _ failure: Failure) {
            let wasKnown = rung != nil && rung == knownUnderWay
            running[rung] = nil
            guard case .failed(let error) = failure, error.step == .secure, let rung else {
                standing = .closed
                return
            }
            switch error.cause {
            case .alert, .closedAfterHello: answered(rung, wasKnown: wasKnown)
            // To a hello with the name the true server would have shown its own certificate.
            case .certificate where !rung.carriesTrueName: answered(rung, wasKnown: wasKnown)
            case let cause where cause.meansKilled && !rung.carriesTrueName: vanished(rung)
            default: standing = .closed
            }
        }

        private mutating func vanished(_ rung: ServerNameStrategy?) {
            guard let rung, !rung.carriesTrueName else { return }
            hasVanished = true
            if standing == .asked { standing = .doubted }
        }

        private mutating func answered(_ rung: ServerNameStrategy, wasKnown: Bool) {
            if rung.carriesTrueName {
                declined.insert(rung)
                // A server that has changed its mind is met anew, from the safest rung on.
                if standing == .shown { standing = wasKnown ? .fresh : .declined }
            } else {
                hasVanished = false
                if standing == .asked || standing == .doubted { standing = .wantsName }
            }
        }
    }
}
