/// What is known of one name, and who listens to the lookup that runs for it.
struct CacheEntry: Sendable {
    /// What earlier lookups have left, in the order in which it was found.
    private var kept: [Kept] = []
    /// What the running lookup has found.
    private var running: [Kept]?
    /// Whether what is kept is all that a lookup found, none of it has expired, and some of it is trusted: where all is in
    /// doubt, the next to ask may hear more.
    private(set) var isWhole = false
    /// Where news of the running lookup go.
    var listeners: [Int: AsyncStream<News>.Continuation] = [:]

    private struct Kept {
        let candidate: Candidate
        /// By the cache's stopwatch.
        let expiry: Duration
    }

    /// What those who listen are told.
    enum News: Sendable {
        case found(Candidate)
        case ended(End)
    }

    /// How a lookup ended.
    enum End: Sendable {
        case found
        case failed(NetworkError)
        /// It was cancelled.
        case abandoned
    }

    var isRunning: Bool { running != nil }

    /// All candidates; where two lookups speak of one address, the later one counts.
    var known: [Candidate] { merged.map(\.candidate) }

    private var merged: [Kept] {
        let fresh = running ?? []
        let addresses = Set(fresh.map(\.candidate.address))
        return fresh + kept.filter { !addresses.contains($0.candidate.address) }
    }

    /// Drops what was kept and may be kept no longer.
    mutating func forget(expiredAt now: Duration) {
        let count = kept.count
        kept.removeAll { $0.expiry <= now }
        if kept.count < count { isWhole = false }
    }

    mutating func begin() { running = [] }

    mutating func add(_ candidate: Candidate, until expiry: Duration) {
        running?.removeAll { $0.candidate.address == candidate.address }
        running?.append(Kept(candidate: candidate, expiry: expiry))
        tell(.found(candidate))
    }

    /// Ends the running lookup and lets everybody go who listened.
    mutating func end(_ end: End) {
        switch end {
        case .found:
            kept = running ?? []
            isWhole = kept.contains { $0.candidate.trust == .trusted }
        case .failed: isWhole = false
        case .abandoned:
            kept = merged
            isWhole = false
        }
        running = nil
        tell(.ended(end))
        for listener in listeners.values { listener.finish() }
        listeners = [:]
    }

    /// Takes in all that a lookup has found which ran beside this; who listens to another one goes on listening.
    mutating func keep(_ found: [(candidate: Candidate, expiry: Duration)]) {
        guard !found.isEmpty else { return }
        kept = found.map { Kept(candidate: $0.candidate, expiry: $0.expiry) }
        isWhole = found.contains { $0.candidate.trust == .trusted }
    }

    private func tell(_ news: News) {
        for listener in listeners.values { listener.yield(news) }
    }
}
