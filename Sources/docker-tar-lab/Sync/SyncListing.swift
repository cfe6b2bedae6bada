internal import Puller

/// What a sync has come to, image by image: as a table for people, as JSON for programs.
struct SyncListing {
    private let rows: [ImageSync.Row]

    init(_ rows: [ImageSync.Row]) { self.rows = rows }

    /// The table and its sum.
    func lines(in language: Language) -> [String] {
        func text(_ sentence: Sentence) -> String { sentence.text(in: language) }
        let heads: [Sentence] = [.columnImage, .columnOutcome, .columnFetched, .columnShared, .columnSeconds]
        let table = TextTable(
            columns: [.fixed, .fixed, .figures, .figures, .figures], heading: heads.map(text),
            rows: rows.map { row in
                let cells = [
                    row.image.familiar, text(row.outcome.word), ByteCount.text(row.outcome.traffic.fetched),
                    ByteCount.text(row.outcome.traffic.shared), Self.seconds(row.elapsed),
                ]
                return cells.map { Painted($0) }
            })
        return table.lines(width: .max).map(\.plain) + [text(total)]
    }

    /// A JSON array with one object an image: `image`, `outcome` (`done`, `present`, `failed`, `interrupted`),
    /// `bytesFetched`, `bytesShared`, `seconds`, and `exitCode` where it failed.
    ///
    /// - Throws: see ``JSONText``.
    func json(isLab: Bool) throws -> [String] {
        try JSONText.lines(
            of: rows.map { row in
                Entry(
                    image: row.image.description, outcome: row.outcome.name,
                    bytesFetched: row.outcome.traffic.fetched, bytesShared: row.outcome.traffic.shared,
                    seconds: Self.milliseconds(row.elapsed),
                    exitCode: row.outcome.failure.map { ExitCode($0, isLab: isLab).rawValue })
            })
    }

    /// How the command ends: with what is worst.
    func exitCode(isLab: Bool) -> ExitCode {
        ExitCode.worst(
            of: rows.map { row in
                switch row.outcome {
                case .brought, .present: .done
                case .interrupted: .interrupted
                case .failed(let error): ExitCode(error, isLab: isLab)
                }
            })
    }

    private var total: Sentence {
        let traffic = rows.map(\.outcome.traffic)
        return .syncTotal(
            done: rows.count { if case .brought = $0.outcome { true } else { false } },
            present: rows.count { if case .present = $0.outcome { true } else { false } },
            failed: rows.count { [.failedOutcome, .interruptedOutcome].contains($0.outcome.word) },
            fetched: ByteCount.text(traffic.map(\.fetched).sizeSum),
            shared: ByteCount.text(traffic.map(\.shared).sizeSum))
    }

    private struct Entry: Encodable {
        let image: String
        let outcome: String
        let bytesFetched: Int64
        let bytesShared: Int64
        let seconds: Double
        let exitCode: Int32?
    }

    /// `12.3`
    private static func seconds(_ time: Duration) -> String {
        let tenths = Int64((time / .milliseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// In seconds, to the millisecond.
    private static func milliseconds(_ time: Duration) -> Double { (time / .milliseconds(1)).rounded() / 1000 }
}

extension ImageSync.Outcome {
    /// Bytes that it took; none where nothing was brought.
    fileprivate var traffic: ImageSync.Traffic {
        if case .brought(let traffic) = self { traffic } else { ImageSync.Traffic() }
    }

    fileprivate var failure: (any Error)? { if case .failed(let error) = self { error } else { nil } }

    fileprivate var word: Sentence {
        switch self {
        case .brought: .brought
        case .present: .present
        case .failed: .failedOutcome
        case .interrupted: .interruptedOutcome
        }
    }

    /// The word in JSON.
    fileprivate var name: String {
        switch self {
        case .brought: "done"
        case .present: "present"
        case .failed: "failed"
        case .interrupted: "interrupted"
        }
    }
}

extension ExitCode {
    /// What several endings come to: an interruption is told first, then what is at fault here, then what was served, then
    /// the network, then what is merely not there.
    static func worst(of codes: [ExitCode]) -> ExitCode {
        let order: [ExitCode] = [
            .interrupted, .internal, .usage, .disk, .verification, .interference, .network, .rateLimited,
            .notAuthorised, .notFound, .obstructed,
        ]
        return order.first(where: codes.contains) ?? .done
    }
}
