internal import LabNet

/// Every message of a lookup with its evidence, as a table.
struct AnswerTable: Sendable {
    /// What was asked and heard.
    let lookup: LookupRecord
    /// The language of the words.
    let language: Language

    /// The table.
    var markup: Markup {
        let heading = [
            Sentence.resolver, .question, .sent, .time, .hopLimit, .flags, .records, .options, .said, .verdict,
            .because,
        ].map(text)
        return PageTable(
            heading: heading, rows: lookup.queries.flatMap { query in query.arrivals.map { row($0, query) } }
        )
        .markup
    }

    private func row(_ arrival: LookupRecord.Arrival, _ query: LookupRecord.Query) -> PageTable.Row {
        let kind = arrival.kind(for: query.purpose)
        return PageTable.Row(cells: [
            .init(query.resolver.description, isCode: true), .init(question(query), isCode: true),
            .init(figure: brief(query.sent)), .init(figure: brief(arrival.elapsed)),
            .init(figure: arrival.hopLimit.map { String($0) } ?? "–"),
            .init(flags(arrival), isCode: true), .init(figure: records(arrival)), .init(options(arrival), isCode: true),
            .init(said(arrival), isCode: true),
            .init(text(.verdict(on: arrival, query.purpose)), query.purpose == .baseline ? nil : kind.tone),
            .init(remarks(arrival)),
        ])
    }

    /// The type, and the name where it is not the one that was looked up.
    private func question(_ query: LookupRecord.Query) -> String {
        let type = query.type.mnemonic
        return query.name == lookup.name ? type : "\(type) \(query.name)"
    }

    private func flags(_ arrival: LookupRecord.Arrival) -> String {
        guard case .answer(let answer) = arrival.content else { return "" }
        return answer.flags.hexadecimal
    }

    private func records(_ arrival: LookupRecord.Arrival) -> String {
        if case .answer(let answer) = arrival.content { String(answer.records) } else { "–" }
    }

    private func options(_ arrival: LookupRecord.Arrival) -> String {
        guard case .answer(let answer) = arrival.content else { return "" }
        let cookie: String? =
            switch answer.cookie {
            case .absent: nil
            case .echoed: "COOKIE"
            case .wrong: "COOKIE?"
            }
        return [answer.hasOPT ? "OPT" : nil, cookie].compactMap(\.self).joined(separator: " ")
    }

    private func said(_ arrival: LookupRecord.Arrival) -> String {
        switch arrival.content {
        case .answer(let answer): answer.claim?.description ?? "TC"
        case .unreadable(let words): words
        case .disturbed(let errno): "ICMP: \(text(.errno(errno)))"
        }
    }

    private func remarks(_ arrival: LookupRecord.Arrival) -> String {
        guard let judgement = arrival.judgement else { return "" }
        let signs = judgement.signs.map { text(.sign($0)) }
        let contradiction = judgement.isContradicted ? [text(.contradicted)] : []
        let basis = signs.isEmpty ? Sentence.basis(judgement.basis).map { [text($0)] } ?? [] : []
        return (signs + contradiction + basis).joined(separator: text(.separator))
    }

    private func text(_ sentence: Sentence) -> String { sentence.text(in: language) }
}
