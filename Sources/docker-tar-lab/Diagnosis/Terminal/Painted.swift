/// A line of text whose parts may be coloured. Whatever it is made of is cleared of all that is not text.
struct Painted: Hashable, Sendable {
    /// How a part is set off.
    enum Ink: Hashable, Sendable {
        case plain, good, bad, fair, faint, strong

        /// The colour for a tone.
        init(_ tone: Tone) {
            switch tone {
            case .good: self = .good
            case .bad: self = .bad
            case .fair: self = .fair
            case .faint: self = .faint
            }
        }

        /// The control sequence that begins it (ECMA-48 8.3.117, SGR): the terminal's own colours, so that they fit its
        /// background.
        fileprivate var sequence: String? {
            switch self {
            case .plain: nil
            case .good: "\u{1B}[32m"
            case .bad: "\u{1B}[31m"
            case .fair: "\u{1B}[33m"
            case .faint: "\u{1B}[2m"
            case .strong: "\u{1B}[1m"
            }
        }
    }

    private struct Part: Hashable, Sendable {
        var text: String
        var ink: Ink
    }

    private var parts: [Part]

    /// One part.
    init(_ text: String = "", _ ink: Ink = .plain) { parts = [Part(text: printable(text), ink: ink)] }

    private init(parts: [Part]) { self.parts = parts }

    /// One line out of two.
    static func + (one: Painted, other: Painted) -> Painted { Painted(parts: one.parts + other.parts) }

    /// A line and plain text behind it.
    static func + (one: Painted, text: String) -> Painted { one + Painted(text) }

    /// The words alone.
    var plain: String { parts.map(\.text).joined() }

    /// The columns that it takes.
    var width: Int { parts.reduce(0) { $0 + DisplayWidth.of($1.text) } }

    /// What is written: with control sequences where the terminal takes them.
    func text(inColour: Bool) -> String {
        guard inColour else { return plain }
        return parts.map { part in
            part.ink.sequence.map { "\($0)\(part.text)\u{1B}[0m" } ?? part.text
        }.joined()
    }

    /// Filled with spaces to a width; longer ones stay as they are.
    func padded(to width: Int) -> Painted {
        self.width < width ? self + String(repeating: " ", count: width - self.width) : self
    }

    /// As much as fits into a width, with `…` at its end where something is missing.
    func cut(to width: Int) -> Painted {
        guard self.width > width else { return self }
        var kept: [Part] = []
        var left = width
        for part in parts {
            let columns = DisplayWidth.of(part.text)
            // The last column is for the mark that says that something is missing.
            if columns < left {
                kept.append(part)
                left -= columns
            } else {
                let isWhole = columns == left && part == parts.last
                kept.append(
                    Part(text: DisplayWidth.cut(isWhole ? part.text : part.text + "  ", to: left), ink: part.ink))
                break
            }
        }
        return Painted(parts: kept)
    }

    /// Lines of at most a width, broken between words, or anywhere between wide letters, which have no blanks between
    /// them; the lines after the first begin with an indent.
    func wrapped(to width: Int, indent: Int = 0) -> [Painted] {
        guard self.width > width, indent < width else { return [self] }
        var lines: [[Part]] = [[]]
        var used = 0
        let blank = Part(text: String(repeating: " ", count: indent), ink: .plain)
        for part in parts {
            for piece in Self.pieces(of: part.text) {
                let columns = DisplayWidth.of(piece.trimmingBlanks)
                if used > indent, used + columns > width {
                    lines.append([blank])
                    used = indent
                }
                // A word that is wider than a line is cut wherever the line ends.
                var rest = piece
                while used + DisplayWidth.of(rest) > width, DisplayWidth.of(rest.trimmingBlanks) > width - used {
                    let head = rest.prefix(fitting: width - used)
                    guard !head.isEmpty else { break }
                    lines[lines.count - 1].append(Part(text: head, ink: part.ink))
                    rest = String(rest.dropFirst(head.count))
                    lines.append([blank])
                    used = indent
                }
                lines[lines.count - 1].append(Part(text: rest, ink: part.ink))
                used += DisplayWidth.of(rest)
            }
        }
        return lines.map { Painted(parts: $0).withoutBlanksAtEnd }
    }

    private var withoutBlanksAtEnd: Painted {
        guard var last = parts.last else { return self }
        while last.text.last == " " { last.text.removeLast() }
        return Painted(parts: parts.dropLast() + [last])
    }

    /// Words with the blanks behind them; each wide letter is a word of its own.
    private static func pieces(of text: String) -> [String] {
        var pieces: [String] = []
        for character in text {
            let isWide = DisplayWidth.of(String(character)) == 2
            let last = pieces.last
            let joins = last.map { !$0.hasSuffix(" ") || character == " " } ?? false
            let lastIsWide = last?.first.map { DisplayWidth.of(String($0)) == 2 } ?? false
            let closes = "，。；：、）”！？".contains(character)
            if joins, closes || character == " " || !isWide && !lastIsWide {
                pieces[pieces.count - 1].append(character)
            } else {
                pieces.append(String(character))
            }
        }
        return pieces
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    /// As many characters as fit into a width.
    fileprivate func prefix(fitting width: Int) -> String {
        var columns = 0
        return String(
            prefix { character in
                columns += DisplayWidth.of(String(character))
                return columns <= width
            })
    }
}
