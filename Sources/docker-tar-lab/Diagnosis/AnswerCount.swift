internal import LabNet

/// How many of what a lookup heard.
struct AnswerCount: Hashable, Sendable {
    /// Resolvers that were asked; where nobody listens does not count.
    let resolvers: Int
    /// Of these, who gave a readable answer of any kind.
    let answering: Int
    /// Answers that were rejected.
    let forged: Int
    /// Answers that were believed.
    let genuine: Int
    /// Answers that could not be told.
    let doubtful: Int
    /// Answers from where nobody listens.
    let atCanaries: Int

    /// Counts what stands in a record.
    init(of record: LookupRecord) {
        let tracks = record.tracks
        let honest = tracks.filter { !$0.isCanary }
        resolvers = honest.count
        answering = honest.count { track in track.marks.contains { $0.kind != .disturbed } }
        func count(_ kind: Track.Kind) -> Int { honest.reduce(0) { $0 + $1.count(kind) } }
        forged = count(.forged)
        genuine = count(.genuine)
        doubtful = count(.doubtful)
        atCanaries = tracks.filter(\.isCanary).reduce(0) { $0 + $1.count(.forged) }
    }
}
