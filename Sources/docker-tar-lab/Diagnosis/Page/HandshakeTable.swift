internal import Diagnosis
internal import LabNet

/// Every handshake of a host, as a table.
struct HandshakeTable: Sendable {
    /// The host.
    let host: HostFindings
    /// The language of the words.
    let language: Language

    /// The table.
    var markup: Markup {
        let rows = host.greetings.flatMap { trials in
            trials.results.map { result in
                PageTable.Row(cells: [
                    .init(host.shown(trials.greeting.endpoint), isCode: true),
                    .init(trials.greeting.strategy.spelling, isCode: true),
                    .init(figure: trials.greeting.segmentSize.map(String.init) ?? "–"),
                    .init(figure: result.roundTrip.map(brief) ?? "–"), .init(figure: brief(result.elapsed)),
                    .init(text(.outcome(result.outcome)), result.outcome.tone(at: trials.place)),
                ])
            }
        }
        let heading = [Sentence.address, .nameShown, .segment, .roundTrip, .time, .tls].map { $0.text(in: language) }
        return PageTable(heading: heading, rows: rows).markup
    }

    private func text(_ sentence: Sentence) -> String { sentence.text(in: language) }
}
