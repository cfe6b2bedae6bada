/// How many columns text takes on a terminal.
enum DisplayWidth {
    /// The columns of a text: two for a wide letter, none for a combining one, one for any other.
    static func of(_ text: some StringProtocol) -> Int {
        text.unicodeScalars.reduce(0) { $0 + columns(of: $1) }
    }

    /// The text, filled with spaces to a width; longer ones stay as they are.
    static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - of(text)))
    }

    /// As much of the text as fits into a width, with `…` at its end where something is missing.
    static func cut(_ text: String, to width: Int) -> String {
        guard of(text) > width else { return text }
        guard width > 0 else { return "" }
        var kept = String.UnicodeScalarView()
        var columnsLeft = width - 1
        for scalar in text.unicodeScalars {
            columnsLeft -= columns(of: scalar)
            if columnsLeft < 0 { break }
            kept.append(scalar)
        }
        return String(kept) + "…"
    }

    /// How many rows of a terminal these lines take, each wrapped where it is wider than `columns`.
    static func rows(of lines: [String], columns: Int) -> Int {
        lines.reduce(0) { $0 + max(1, (of($1) + columns - 1) / max(1, columns)) }
    }

    private static func columns(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: 0
        default: isWide(scalar) ? 2 : 1
        }
    }

    /// The blocks whose letters are Wide or Fullwidth (Unicode Standard Annex 11); ambiguous ones count as narrow.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1B000...0x1B16F, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
