internal import Synchronization

/// What a run has found out about the paths to its resolvers, and about whoever forges; its lookups share it.
final class Reconnaissance: Sendable {
    /// A path is measured anew when its baseline is older than this.
    static let longestLife = Duration.seconds(60)

    private struct State {
        var baselines: [ResolverAddress: (baseline: Baseline, expiry: Duration)] = [:]
        var forger = Forger()
        var canaries = CanaryBudget()
        var cookies: [Endpoint: DNSCookie] = [:]
        var hasNoticed = false
    }

    private let stopwatch: Stopwatch
    private let state = Mutex(State())

    /// - Parameter clock: measures the age of what is known.
    init(clock: any Clock<Duration>) { stopwatch = Stopwatch(clock) }

    /// The baselines that are fresh.
    var baselines: [ResolverAddress: Baseline] {
        let now = stopwatch.elapsed
        return state.withLock { state in
            state.baselines = state.baselines.filter { $0.value.expiry > now }
            return state.baselines.mapValues(\.baseline)
        }
    }

    /// Keeps what a lookup has measured; nil where the control answers contradict each other.
    func keep(_ baseline: Baseline?, of resolver: ResolverAddress) {
        let expiry = stopwatch.elapsed + Self.longestLife
        state.withLock { $0.baselines[resolver] = baseline.map { ($0, expiry) } }
    }

    /// What is known of whoever forges.
    var forger: Forger { state.withLock(\.forger) }

    /// Learns; returns whether it has now turned out, for the first time, that somebody answers in every resolver's place.
    func learn(_ lesson: (inout Forger) -> Void) -> Bool {
        state.withLock { state in
            lesson(&state.forger)
            guard state.forger.impersonatesResolvers, !state.hasNoticed else { return false }
            state.hasNoticed = true
            return true
        }
    }

    /// Our cookie for a resolver in this run.
    func cookie(for endpoint: Endpoint) -> DNSCookie {
        state.withLock { state in
            if let cookie = state.cookies[endpoint] { return cookie }
            var generator = SystemRandomNumberGenerator()
            let cookie = DNSCookie(using: &generator)
            state.cookies[endpoint] = cookie
            return cookie
        }
    }

    /// Whether a canary may be asked this now; if so, it counts as asked.
    func mayAsk(_ canary: Endpoint, _ question: DNSQuestion) -> Bool {
        let now = stopwatch.elapsed
        return state.withLock { $0.canaries.allows(question, to: canary, at: now) }
    }
}
