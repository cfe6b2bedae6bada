/// A resolver's line as a row of letters: `x` forged, `o` true, `?` in doubt, `!` disturbed, `|` how far away the resolver
/// is, `·` while answers were collected.
struct TrackLine: Sendable {
    /// The axis that all lines of a host share.
    let axis: TimeAxis
    /// The columns; 8 or more.
    let width: Int

    /// The line. Of marks that fall on one column the later one takes the next that is free.
    func line(_ track: Track) -> Painted {
        var cells: [(letter: Character, ink: Painted.Ink)?] = Array(repeating: nil, count: width)
        let end = column(track.window)
        var shown: Set<Shown> = []
        for mark in track.marks {
            let column = column(mark.elapsed)
            guard shown.insert(Shown(kind: mark.kind, column: column)).inserted,
                let free = (column..<width).first(where: { cells[$0] == nil })
            else { continue }
            cells[free] = (Self.letter(mark.kind), .init(mark.kind.tone))
        }
        if let roundTrip = track.roundTrip, cells[column(roundTrip)] == nil {
            cells[column(roundTrip)] = ("|", .faint)
        }
        return cells.enumerated().reduce(Painted()) { line, cell in
            guard let shown = cell.element else { return line + Painted(cell.offset <= end ? "·" : " ", .faint) }
            return line + Painted(String(shown.letter), shown.ink)
        }
    }

    /// The axis' figures, each beginning on its own column.
    var scale: String {
        var scale = ""
        for tick in axis.ticks {
            let column = column(.milliseconds(tick))
            let label = tick >= 1000 ? "\(tick / 1000)s" : "\(tick)"
            guard scale.isEmpty || column > scale.count, column + label.count <= width else { continue }
            scale += String(repeating: " ", count: column - scale.count) + label
        }
        return scale
    }

    /// The letter for a mark.
    static func letter(_ kind: Track.Kind) -> Character {
        switch kind {
        case .forged: "x"
        case .doubtful: "?"
        case .genuine: "o"
        case .disturbed: "!"
        }
    }

    private struct Shown: Hashable {
        let kind: Track.Kind
        let column: Int
    }

    private func column(_ moment: Duration) -> Int {
        Int((axis.position(of: moment) * Double(width - 1)).rounded())
    }
}
