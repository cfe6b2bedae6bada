/// A table of the page; on a narrow screen it scrolls by itself.
struct PageTable: Sendable {
    /// The headings.
    let heading: [String]
    /// The rows.
    let rows: [Row]

    /// A row of cells.
    struct Row: Sendable {
        /// One for each heading.
        let cells: [Cell]
    }

    /// A cell: text, its colour, and whether it is code or a figure, which stands on one line.
    struct Cell: Sendable {
        let text: String
        let tone: Tone?
        let form: String?

        init(_ text: String, _ tone: Tone? = nil, isCode: Bool = false) {
            self.text = text
            self.tone = tone
            form = isCode ? "mono" : nil
        }

        init(figure: String) {
            text = figure
            tone = nil
            form = "n"
        }

        fileprivate var markup: Markup {
            let classes = [tone.map { "t-\($0.rawValue)" }, form].compactMap(\.self)
            return classes.isEmpty
                ? .element("td", [:], text) : .element("td", ["class": classes.joined(separator: " ")], text)
        }
    }

    /// The table.
    var markup: Markup {
        let head = Markup.element(
            "thead", [:], [.element("tr", [:], heading.map { .element("th", ["scope": "col"], $0) })])
        let body = Markup.element(
            "tbody", [:], [.lines(rows.map { .element("tr", [:], $0.cells.map(\.markup)) })])
        return .element("div", ["class": "scroll"], [.element("table", [:], [head, body])])
    }
}
