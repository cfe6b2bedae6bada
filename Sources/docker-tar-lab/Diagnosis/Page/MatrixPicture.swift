internal import Diagnosis
internal import LabNet

/// Endpoints and ways of showing the name as a matrix of coloured cells; each says in words what its colour says.
struct MatrixPicture: Sendable {
    /// The host.
    let host: HostFindings
    /// Its handshakes.
    let matrix: Handshakes
    /// The language of the words.
    let language: Language

    /// The table.
    var markup: Markup {
        let head = Markup.element(
            "tr", [:],
            [.element("th", ["scope": "col"], text(.address)), .element("th", ["scope": "col"], text(.from))]
                + matrix.strategies.map { .element("th", ["scope": "col", "class": "mono"], $0.spelling) })
        let rows = matrix.rows.filter { !$0.cells.isEmpty }
        let table = Markup.element(
            "table", ["class": "matrix"],
            [.element("thead", [:], [head]), .element("tbody", [:], [.lines(rows.map(row))])])
        let hasControl = rows.contains { $0.place == .control }
        return .element(
            "figure", [:],
            [.element("div", ["class": "scroll"], [table])]
                + (hasControl ? [.element("figcaption", ["class": "faint"], text(.controlEndpoint))] : []))
    }

    private func row(_ row: Handshakes.Row) -> Markup {
        let cells = matrix.strategies.map { strategy -> Markup in
            guard let cell = row.cells[strategy] else { return .element("td", ["class": "none"], "·") }
            return .element(
                "td", ["class": cell.tone.rawValue, "title": text(.handshakes(cell))], text(.inShort(cell)))
        }
        return .element(
            "tr", [:],
            [
                .element("th", ["scope": "row", "class": "mono"], host.shown(row)),
                .element("td", ["class": "t-\(row.source.tone.rawValue)"], text(.source(row.source))),
            ] + cells)
    }

    private func text(_ sentence: Sentence) -> String { sentence.text(in: language) }
}
