/// Decides whether a canary may be asked: each question once a run, and no canary often.
///
/// Nobody listens there, but somebody owns the network, and is not to be bothered.
struct CanaryBudget: Sendable {
    /// So many datagrams go to one canary within ``period``.
    static let maximumCount = 8
    static let period = Duration.seconds(10)

    private var asked: [Endpoint: Set<DNSQuestion>] = [:]
    private var times: [Endpoint: [Duration]] = [:]

    /// Whether the question may go out now; if so, it counts as asked.
    ///
    /// - Parameter now: since any fixed moment.
    mutating func allows(_ question: DNSQuestion, to canary: Endpoint, at now: Duration) -> Bool {
        let recent = times[canary, default: []].filter { now - $0 < Self.period }
        guard recent.count < Self.maximumCount, asked[canary, default: []].insert(question).inserted else {
            times[canary] = recent
            return false
        }
        times[canary] = recent + [now]
        return true
    }
}
