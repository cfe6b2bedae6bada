extension StoredImages {
    /// Reads all of an archive, or of the folder of an OCI layout, and says what is in it, what is wrong with it, and which
    /// engines would load it. Nothing of it is unpacked, and nothing in it is believed.
    ///
    /// - Parameter progress: is told how many of how many bytes have been read.
    /// - Throws: `PullError` where it cannot be opened, or the disk fails; `CancellationError`. What is wrong with the
    ///   archive itself is in the report.
    public static func verify(
        _ path: String, progress: @escaping @Sendable (_ read: Int64, _ all: Int64) -> Void = { _, _ in }
    ) async throws -> ArchiveReport {
        try await verify(path, limit: nil, progress: progress)
    }

    /// The same with another limit to what is inflated.
    static func verify(
        _ path: String, limit: Int64?, progress: @escaping @Sendable (Int64, Int64) -> Void = { _, _ in }
    ) async throws -> ArchiveReport {
        try await withTaskExecutorPreference(.blocking) {
            try await naming(.stored, at: path) {
                do {
                    let contents = try StoredContents(opening: path, limit: limit)
                    var examination = ArchiveExamination(contents, progress: progress)
                    let evidence = try examination.evidence()
                    let judgement = ArchiveJudgement(evidence)
                    return ArchiveReport(
                        path: path, layout: judgement.layout, images: judgement.images, problems: judgement.problems,
                        verdicts: evidence.isFolder ? [] : evidence.verdicts)
                } catch PullError.Cause.undecodable(let words) {
                    return ArchiveReport(
                        path: path, layout: nil, images: [],
                        problems: [ArchiveProblem(member: "", kind: .unreadable(words))],
                        verdicts: Engine.allCases.map { EngineVerdict(engine: $0, refusal: .unreadable) })
                }
            }
        }
    }
}
