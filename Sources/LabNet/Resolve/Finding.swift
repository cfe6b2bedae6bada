/// A candidate, and how long it may be kept.
struct Finding: Hashable, Sendable {
    let candidate: Candidate
    /// From ``shortestLifetime`` to ``longestLifetime``, whatever was asked for: a TTL of 0 would have a name looked up for
    /// every connection of one pull, and a forger would like one of a week.
    let lifetime: Duration

    static let shortestLifetime = Duration.seconds(10)
    static let longestLifetime = Duration.seconds(3600)
    /// Where nobody says how long.
    static let usualLifetime = Duration.seconds(60)

    init(_ candidate: Candidate, lifetime: Duration = usualLifetime) {
        self.candidate = candidate
        self.lifetime = min(max(lifetime, Self.shortestLifetime), Self.longestLifetime)
    }
}
