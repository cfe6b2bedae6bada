/// A table whose columns line up, with wide letters too, and that is no wider than it may be.
struct TextTable: Sendable {
    /// How a column gives way where the table is too wide.
    enum Column: Hashable, Sendable {
        /// As wide as its widest cell.
        case fixed
        /// The same, with figures at its right edge.
        case figures
        /// Cut with `…` where there is no room, down to ten columns.
        case yielding
        /// The last one: takes what is left and goes on in the next line.
        case flowing
    }

    /// The columns, from the left.
    var columns: [Column]
    /// The headings, one for each column.
    var heading: [String]
    /// The rows, each with one cell for each column.
    var rows: [[Painted]] = []
    /// How far from the left edge it stands.
    var indent = 2

    /// Its lines; none where there are no rows.
    func lines(width: Int) -> [Painted] {
        guard !rows.isEmpty else { return [] }
        let all = [heading.map { Painted($0, .faint) }] + rows
        let widths = fitted(all, to: width - indent)
        return all.flatMap { line($0, widths, width: width) }
    }

    private static let gap = 2

    private func fitted(_ all: [[Painted]], to width: Int) -> [Int] {
        var widths = columns.indices.map { index in all.map { $0[index].width }.max() ?? 0 }
        let gaps = Self.gap * (columns.count - 1)
        // What flows needs some room of its own before others are cut for it.
        func needed() -> Int {
            zip(columns, widths).reduce(gaps) { $0 + ($1.0 == .flowing ? min($1.1, 24) : $1.1) }
        }
        while needed() > width {
            let cuttable = columns.indices.filter { columns[$0] == .yielding && widths[$0] > 10 }
            guard let widest = cuttable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        return widths
    }

    private func line(_ cells: [Painted], _ widths: [Int], width: Int) -> [Painted] {
        var line = Painted(String(repeating: " ", count: indent))
        for (index, cell) in cells.enumerated() {
            let isLast = index == cells.count - 1
            if columns[index] == .flowing {
                let column = line.width
                let room = max(8, width - column)
                return (line + cell).wrapped(to: column + room, indent: column)
            }
            let shown = cell.cut(to: widths[index])
            if columns[index] == .figures {
                line = line + String(repeating: " ", count: widths[index] - shown.width) + shown
            } else {
                line = line + (isLast ? shown : shown.padded(to: widths[index]))
            }
            if !isLast { line = line + String(repeating: " ", count: Self.gap) }
        }
        return [line.cut(to: width)]
    }
}
