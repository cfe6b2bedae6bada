/// What earlier connections have shown of a route to a host.
package struct RouteRecord: Hashable, Sendable {
    /// The strategy that worked, if one did.
    package var worked: ServerNameStrategy?
    /// The strategies whose connections broke off: to be tried when no other is left.
    package var brokeOff: Set<ServerNameStrategy> = []
    /// When a stream was cut there, since 1970, unless one has come through since: the route goes last, and last of all where
    /// it was cut last.
    package var lastTrouble: Duration?
    /// Whether a box has read the name there, and the route is in its penalty.
    package var isBurnt = false

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
            /// Nameless streams broke off here in the middle.
            case brokeOff
            /// The server declined a nameless hello.
            case wantsName
            /// Somebody answered a nameless hello with a certificate of no authority that is known.
            case stranger
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

        /// Whether a box has read the name here before.
        var isBurnt: Bool { record.isBurnt }

        var preference: Preference { Preference(trust: trust, lastTrouble: record.lastTrouble) }

        /// How soon a route is to be tried; more is better.
        struct Preference: Comparable {
            let trust: Candidate.Trust
            let lastTrouble: Duration?

            static func < (one: Preference, other: Preference) -> Bool {
                if one.trust != other.trust { return one.trust < other.trust }
                guard let trouble = one.lastTrouble else { return false }
                return other.lastTrouble.map { trouble > $0 } ?? true
            }
        }

        /// The rungs that are left, in their order: what worked before stands before the others, what broke off behind them.
        func rungs(of ladder: Ladder) -> [ServerNameStrategy?] {
            func rank(_ rung: ServerNameStrategy?) -> Int {
                guard let rung else { return 1 }
                return rung == record.worked ? 0 : record.brokeOff.contains(rung) ? 2 : 1
            }
            let left = ladder.rungs(trust).filter { !tried.contains($0) }
            return (0...2).flatMap { wanted in left.filter { rank($0) == wanted } }
        }

        mutating func knows(_ strategy: ServerNameStrategy) {
            if standing == .fresh, !tried.contains(strategy) { known = strategy }
        }

        mutating func hear(_ trust: Candidate.Trust, _ record: RouteRecord, _ ladder: Ladder) {
            self.trust = trust
            self.record = record
            guard let worked = record.worked else {
                if standing == .fresh, ladder.lastResort != nil, record.brokeOff.contains(.omit) {
                    standing = .brokeOff
                }
                return
            }
            // Where a stream was cut, what worked is not tried before other routes.
            if record.lastTrouble == nil, ladder.rungs(trust).contains(worked) { knows(worked) }
        }

        mutating func start(_ rung: ServerNameStrategy?) {
            knownUnderWay = rung == known ? known : nil
            known = nil
            tried.insert(rung)
            running[rung] = false
            if rung?.carriesTrueName == true {
                standing = .shown
            } else if standing == .fresh || standing == .brokeOff {
                standing = .asked
            }
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
            case .certificate(let problem) where !rung.carriesTrueName:
                answered(rung, by: problem.isOfKnownAuthority ? .wantsName : .stranger, wasKnown: wasKnown)
            case let cause where cause.meansKilled && !rung.carriesTrueName: vanished(rung)
            default: standing = .closed
            }
        }

        private mutating func vanished(_ rung: ServerNameStrategy?) {
            guard let rung, !rung.carriesTrueName else { return }
            hasVanished = true
            if standing == .asked { standing = .doubted }
        }

        private mutating func answered(_ rung: ServerNameStrategy, by party: Standing = .wantsName, wasKnown: Bool) {
            if rung.carriesTrueName {
                declined.insert(rung)
                // A server that has changed its mind is met anew, from the safest rung on.
                if standing == .shown { standing = wasKnown ? .fresh : .declined }
            } else {
                hasVanished = false
                if standing == .asked || standing == .doubted { standing = party }
            }
        }
    }
}

extension NetworkError.CertificateProblem {
    /// Whether nothing but the name is wrong: a default certificate of a server that has others (X509_V_ERR 62). Whoever stands
    /// at a forged address has none that an authority has signed.
    fileprivate var isOfKnownAuthority: Bool { code == 62 }
}
