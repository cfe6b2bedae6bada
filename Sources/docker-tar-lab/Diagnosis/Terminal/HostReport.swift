internal import Diagnosis
internal import LabNet

/// What was seen of one host, as lines for a terminal.
struct HostReport: Sendable {
    /// What was seen.
    let host: HostFindings
    /// For which target.
    let target: Target
    /// What the registry there said, where it is one and was asked.
    var registry: RegistryFindings?
    /// The language of the words.
    let language: Language
    /// The terminal's columns.
    let width: Int
    /// Whether it is said what the letters of a timeline mean.
    var explains = true

    /// All of it.
    var lines: [Painted] { heading + names + addresses + handshakes + requests + answer }

    /// One line, where nothing is in the way.
    var summary: [Painted] { heading + facts.flatMap { (Painted("  ") + $0).wrapped(to: width, indent: 2) } }

    private var facts: [Painted] {
        var facts = host.lookup.map { [Painted("DNS: " + text(.answers(AnswerCount(of: $0))))] } ?? []
        if let passage = host.passage, let endpoint = passage.endpoint {
            facts.append(Painted(text(.passage(endpoint, passage.strategy))))
        }
        return facts
    }

    private var heading: [Painted] {
        (Painted(host.origin.authority, .strong) + "  " + Painted(text(.role(host.role, of: target.text)), .faint))
            .wrapped(to: width, indent: 2)
    }

    private var answer: [Painted] {
        registry.map { (Painted("  ") + Painted(text(.registry($0)))).wrapped(to: width, indent: 4) } ?? []
    }

    // MARK: DNS

    private var names: [Painted] {
        guard let lookup = host.lookup else { return [] }
        var lines = (Painted("  DNS: ") + Painted(text(.answers(AnswerCount(of: lookup))))).wrapped(
            to: width, indent: 2)
        if let system = host.system {
            lines += (Painted("  ") + Painted(text(.system(system)))).wrapped(to: width, indent: 2)
        }
        return lines + resolvers(lookup)
    }

    private func resolvers(_ lookup: LookupRecord) -> [Painted] {
        let tracks = lookup.tracks
        let shown = Self.telling(tracks)
        guard !shown.isEmpty else { return [] }
        let labels = shown.map { $0.isCanary ? text(.canary($0.name)) : $0.name }
        let states = shown.map { text(.state($0)) }
        let label = min(labels.map(DisplayWidth.of).max() ?? 0, max(12, width * 3 / 10))
        let state = states.map(DisplayWidth.of).max() ?? 0
        // Two blanks before, between and behind, and seven columns for the round trip, which narrow terminals go without.
        let isNarrow = width < 60
        let room = width - 2 - label - (isNarrow ? 0 : 2 + 7) - 2 - 2 - state
        let moments = shown.flatMap { [$0.window, $0.roundTrip ?? .zero] + $0.marks.map(\.elapsed) }
        let track = TrackLine(axis: TimeAxis(covering: moments), width: max(12, min(48, room)))
        var table = TextTable(
            columns: [.yielding] + (isNarrow ? [] : [.figures]) + [.fixed, .flowing],
            heading: [text(.resolver)] + (isNarrow ? [] : [text(.roundTrip)]) + [track.scale, text(.said)])
        table.rows = zip(zip(shown, labels), states).map { pair, state in
            let distance = Painted(pair.0.roundTrip.map(brief) ?? "–", .faint)
            return [Painted(pair.1)] + (isNarrow ? [] : [distance])
                + [track.line(pair.0), Painted(state, .init(pair.0.state.tone))]
        }
        let hidden = tracks.count - shown.count
        let words = (explains ? [text(.legend)] : []) + (hidden > 0 ? [text(.moreResolvers(hidden))] : [])
        let legend = Painted(words.joined(separator: text(.separator)), .faint)
        let lines = table.lines(width: width)
        return explains || hidden > 0 ? lines + (Painted("  ") + legend).wrapped(to: width, indent: 2) : lines
    }

    /// The lines that tell most, in the order of asking: what was forged comes before what was true, that before silence.
    private static func telling(_ tracks: [Track], limit: Int = 16) -> [Track] {
        func rank(_ state: Track.State) -> Int {
            switch state {
            case .forger, .quiet: 0
            case .raced, .forged, .doubtful: 1
            case .genuine: 2
            case .failed, .silent: 3
            }
        }
        let order = tracks.indices.sorted { (rank(tracks[$0].state), $0) < (rank(tracks[$1].state), $1) }
        return order.prefix(limit).sorted().map { tracks[$0] }
    }

    // MARK: TCP and TLS

    private var addresses: [Painted] {
        var table = TextTable(
            columns: [.yielding, .fixed, .flowing], heading: [text(.address), text(.from), text(.tcp)])
        table.rows = host.reached.map { reach in
            [
                Painted(host.shown(reach.endpoint)), Painted(text(.source(reach.source)), .init(reach.source.tone)),
                Painted(text(.reached(reach.trials)), .init(reach.trials.tone)),
            ]
        }
        return table.lines(width: width)
    }

    private var handshakes: [Painted] {
        let matrix = Handshakes(of: host)
        var table = TextTable(
            columns: [.yielding, .yielding, .flowing], heading: [text(.nameShown), text(.address), text(.tls)])
        for row in matrix.rows {
            for strategy in matrix.strategies {
                guard let cell = row.cells[strategy] else { continue }
                table.rows.append([
                    Painted(strategy.spelling), Painted(host.shown(row)),
                    Painted(text(.handshakes(cell)), .init(cell.tone)),
                ])
            }
        }
        let burnt = host.burnt.flatMap {
            (Painted("  ") + Painted(text(.burnt($0)), .fair)).wrapped(to: width, indent: 2)
        }
        return table.lines(width: width) + burnt
    }

    // MARK: HTTP

    private var requests: [Painted] {
        var table = TextTable(
            columns: [.figures, .figures, .figures, .flowing],
            heading: [text(.status), text(.received), text(.time), text(.request)])
        table.rows = (host.passage?.requests ?? []).map { request in
            [
                Painted(request.status.map(String.init) ?? "–"), Painted(ByteCount.text(Int64(request.bytes))),
                Painted(brief(request.elapsed)),
                Painted(text(.request(request)), request.failure == nil ? .plain : .fair),
            ]
        }
        return table.lines(width: width)
    }

    private func text(_ sentence: Sentence) -> String { sentence.text(in: language) }
}

extension HostFindings {
    /// An endpoint, without the port where it is the host's own.
    func shown(_ endpoint: Endpoint) -> String {
        endpoint.port == origin.port ? endpoint.address.description : endpoint.description
    }

    /// An endpoint of the matrix; a control's is marked.
    func shown(_ row: Handshakes.Row) -> String { shown(row.endpoint) + (row.place == .control ? " *" : "") }
}

extension [Reached] {
    /// Green where all were made, amber where none or some.
    var tone: Tone { contains { $0.failure != nil } ? .fair : .good }
}
