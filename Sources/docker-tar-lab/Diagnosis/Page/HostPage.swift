internal import Diagnosis
internal import LabNet

/// What was seen of one host, as a section of the page.
struct HostPage: Sendable {
    /// What was seen.
    let host: HostFindings
    /// For which target.
    let target: Target
    /// What the registry there said, where it is one and was asked.
    var registry: RegistryFindings?
    /// The language of the words.
    let language: Language

    /// The section.
    var markup: Markup {
        .element("section", ["class": "host"], [heading] + names + addresses + handshakes + requests + answer)
    }

    private var heading: Markup {
        .element(
            "h2", [:],
            [
                .text(host.origin.authority), .text(" "),
                .element("small", [:], text(.role(host.role, of: target.text))),
            ])
    }

    private var answer: [Markup] { registry.map { [.element("p", [:], text(.registry($0)))] } ?? [] }

    // MARK: DNS

    private var names: [Markup] {
        guard let lookup = host.lookup else { return [] }
        var parts: [Markup] = [
            .element("h3", [:], text(.answersHeading)), .element("p", [:], text(.answers(AnswerCount(of: lookup)))),
        ]
        if let system = host.system { parts.append(.element("p", [:], text(.system(system)))) }
        parts += lookup.notices.map { .element("p", ["class": "note"], text(.notice($0))) }
        guard !lookup.queries.isEmpty else { return parts }
        return parts + [
            TimelinePicture(lookup: lookup, language: language).markup,
            folded(.everyAnswer(lookup.answerCount), [AnswerTable(lookup: lookup, language: language).markup]),
        ]
    }

    // MARK: TCP and TLS

    private var addresses: [Markup] {
        guard !host.reached.isEmpty else { return [] }
        let rows = host.reached.map { reach in
            PageTable.Row(cells: [
                .init(host.shown(reach.endpoint), isCode: true),
                .init(text(.source(reach.source)), reach.source.tone),
                .init(text(.reached(reach.trials)), reach.trials.tone),
            ])
        }
        return [
            .element("h3", [:], text(.addressesHeading)),
            PageTable(heading: [.address, .from, .tcp].map(text), rows: rows).markup,
        ]
    }

    private var handshakes: [Markup] {
        let matrix = Handshakes(of: host)
        guard !matrix.strategies.isEmpty else { return [] }
        return [
            .element("h3", [:], text(.handshakesHeading)),
            MatrixPicture(host: host, matrix: matrix, language: language).markup,
        ] + host.burnt.map { .element("p", ["class": "note"], text(.burnt($0))) }
            + [folded(.everyHandshake, [HandshakeTable(host: host, language: language).markup])]
    }

    // MARK: HTTP

    private var requests: [Markup] {
        guard let passage = host.passage, !passage.requests.isEmpty else { return [] }
        let rows = passage.requests.map { request in
            PageTable.Row(cells: [
                .init("\(request.method) \(request.url)", isCode: true),
                .init(figure: request.status.map(String.init) ?? "–"),
                .init(figure: ByteCount.text(Int64(request.bytes))), .init(figure: brief(request.elapsed)),
                .init(
                    [request.failure.map { text(.cause($0.cause)) }, request.words].compactMap(\.self)
                        .joined(separator: " – "), request.failure == nil ? nil : .fair),
            ])
        }
        let way = passage.endpoint.map {
            [Markup.element("p", [:], text(.passage($0, passage.strategy)))]
        }
        let heading = [Sentence.request, .status, .received, .time, .remarks].map(text)
        return [.element("h3", [:], text(.requestsHeading))] + (way ?? []) + [
            PageTable(heading: heading, rows: rows).markup
        ]
    }

    private func folded(_ summary: Sentence, _ content: [Markup]) -> Markup {
        .element("details", [:], [.element("summary", [:], text(summary))] + content)
    }

    private func text(_ sentence: Sentence) -> String { sentence.text(in: language) }
}

extension LookupRecord {
    /// How many messages came.
    var answerCount: Int { queries.reduce(0) { $0 + $1.arrivals.count } }
}
