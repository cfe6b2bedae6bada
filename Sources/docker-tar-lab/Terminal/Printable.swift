/// Text as it may reach a terminal or a log, whatever the network put into it.
///
/// Escape sequences are taken out whole, control characters too (a line break or a tab becomes a space), and so are the
/// characters that are invisible or turn the direction of what follows: a message must read as what it is
/// (CVE-2021-42574 is the like of it in source code).
func printable(_ text: String) -> String {
    var kept = String.UnicodeScalarView()
    var rest = Substring(text).unicodeScalars
    while let scalar = rest.popFirst() {
        switch scalar {
        case "\u{1B}": skipEscape(&rest)
        case "\u{9B}": skipControlSequence(&rest)
        case "\n", "\t", "\u{2028}", "\u{2029}": kept.append(" ")
        default: if !isInvisible(scalar) { kept.append(scalar) }
        }
    }
    return String(kept)
}

/// What follows ESC (ECMA-48 5.3): a control sequence, a string up to its terminator, or one character.
private func skipEscape(_ rest: inout Substring.UnicodeScalarView) {
    guard let introducer = rest.popFirst() else { return }
    switch introducer {
    case "[": skipControlSequence(&rest)
    case "]", "P", "X", "^", "_": skipString(&rest)
    case "\u{20}"..."\u{2F}":
        while let next = rest.first, ("\u{20}"..."\u{7E}").contains(next) {
            rest.removeFirst()
            if next.value >= 0x30 { break }
        }
    default: break
    }
}

/// Parameters, intermediate characters and the final one of a control sequence.
private func skipControlSequence(_ rest: inout Substring.UnicodeScalarView) {
    while let next = rest.first, ("\u{20}"..."\u{7E}").contains(next) {
        rest.removeFirst()
        if next.value >= 0x40 { break }
    }
}

/// A command string up to BEL or ST. One that never ends hides only itself: then nothing is skipped.
private func skipString(_ rest: inout Substring.UnicodeScalarView) {
    guard let end = rest.firstIndex(where: { $0 == "\u{07}" || $0 == "\u{1B}" || $0 == "\u{9C}" }) else { return }
    let endsWithEscape = rest[end] == "\u{1B}"
    rest = rest[rest.index(after: end)...]
    if endsWithEscape, rest.first == "\\" { rest.removeFirst() }
}

private func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    // Cf holds the bidirectional controls, zero-width characters, the byte order mark and the tags.
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
    default: false
    }
}
