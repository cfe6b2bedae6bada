/// Reads what stands in quotes or brackets, over several lines if need be (YAML 1.2, 7.3 and 7.4).
struct YAMLFlow {
    private let characters: [Character]
    private var position = 0
    private var line: Int

    /// - Parameter line: where the text begins.
    init(_ text: some StringProtocol, line: Int) {
        characters = Array(text)
        self.line = line
    }

    /// How many characters have been read.
    var count: Int { position }

    /// Reads one value, which begins at the first character.
    mutating func value(_ context: inout YAMLContext, depth: Int) throws(ListFileError) -> YAMLNode {
        guard depth < YAMLContext.depthLimit else { throw error(.tooLarge) }
        skipBlanks()
        let start = line
        switch peek {
        case "[": return try sequence(&context, depth: depth, start: start)
        case "{": return try mapping(&context, depth: depth, start: start)
        case "\"", "'": return YAMLNode(line: start, kind: .scalar(try quoted()))
        case "*":
            position += 1
            return try context.node(for: name(), line: start)
        case "&":
            position += 1
            let anchor = name()
            let node = try value(&context, depth: depth + 1)
            context.define(anchor, as: node)
            return node
        case nil: throw error(.unclosed)
        default: return YAMLNode.plain(try plain(), line: start)
        }
    }

    private mutating func sequence(
        _ context: inout YAMLContext, depth: Int, start: Int
    ) throws(ListFileError) -> YAMLNode {
        position += 1
        var nodes: [YAMLNode] = []
        while try !closes("]") {
            nodes.append(try value(&context, depth: depth + 1))
            skipBlanks()
            if peek == ":" { throw error(.unsupported(":")) }
            try separator(before: "]")
        }
        return YAMLNode(line: start, kind: .sequence(nodes))
    }

    private mutating func mapping(
        _ context: inout YAMLContext, depth: Int, start: Int
    ) throws(ListFileError) -> YAMLNode {
        position += 1
        var entries: [YAMLNode.Entry] = []
        while try !closes("}") {
            let keyLine = line
            let key = peek == "\"" || peek == "'" ? try quoted() : try plain()
            skipBlanks()
            var value = YAMLNode(line: line, kind: .null)
            if peek == ":" {
                position += 1
                skipBlanks()
                if peek != ",", peek != "}" { value = try self.value(&context, depth: depth + 1) }
            }
            entries.append(.init(key: key, line: keyLine, value: value))
            try separator(before: "}")
        }
        return try context.mapping(entries, line: start)
    }

    /// Whether the list or mapping ends here; takes the bracket.
    private mutating func closes(_ bracket: Character) throws(ListFileError) -> Bool {
        skipBlanks()
        guard let next = peek else { throw error(.unclosed) }
        if next == "," { throw error(.unexpected(",")) }
        guard next == bracket else { return false }
        position += 1
        return true
    }

    private mutating func separator(before bracket: Character) throws(ListFileError) {
        skipBlanks()
        if peek == "," {
            position += 1
        } else if peek != bracket {
            throw peek.map { error(.unexpected(String($0))) } ?? error(.unclosed)
        }
    }

    private mutating func plain() throws(ListFileError) -> String {
        var text = ""
        while let next = peek {
            let after = position + 1 < characters.count ? characters[position + 1] : nil
            if "[]{},".contains(next) || next.isNewline { break }
            if next == ":", after == nil || after?.isWhitespace == true || ",[]{}".contains(after ?? " ") { break }
            if next == "#", text.last?.isWhitespace ?? true { break }
            text.append(next)
            position += 1
        }
        let trimmed = text.trimmed
        guard let first = trimmed.first, !"!|>%@`&*".contains(first) else {
            throw error(.unexpected(peek.map(String.init) ?? trimmed))
        }
        return trimmed
    }

    private mutating func name() -> String {
        var name = ""
        while let next = peek, !next.isWhitespace, !"[]{},".contains(next) {
            name.append(next)
            position += 1
        }
        return name
    }

    /// Blanks, line ends and comments.
    private mutating func skipBlanks() {
        while let next = peek {
            if next == "#", position == 0 || characters[position - 1].isWhitespace {
                while let next = peek, !next.isNewline { position += 1 }
            } else if next.isWhitespace {
                step()
            } else {
                return
            }
        }
    }

    private var peek: Character? { position < characters.count ? characters[position] : nil }

    private mutating func step() {
        if peek?.isNewline == true { line += 1 }
        position += 1
    }

    private func error(_ problem: YAMLProblem) -> ListFileError {
        ListFileError(line: line, problem: .yaml(problem))
    }
}

// MARK: - Quotations

extension YAMLFlow {
    /// Reads a text in quotes; line ends in it become blanks, empty lines line ends (YAML 1.2, 6.5).
    mutating func quoted() throws(ListFileError) -> String {
        guard let quote = peek else { throw error(.unclosed) }
        let start = line
        position += 1
        var text = ""
        while let next = peek {
            if next.isNewline {
                fold(into: &text)
            } else if next == quote {
                position += 1
                guard quote == "'", peek == "'" else { return text }
                text.append("'")
                position += 1
            } else if next == "\\", quote == "\"" {
                position += 1
                try escape(into: &text)
            } else {
                text.append(next)
                position += 1
            }
        }
        throw ListFileError(line: start, problem: .yaml(.unclosed))
    }

    private mutating func fold(into text: inout String) {
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        var ends = 0
        while let next = peek, next.isWhitespace {
            if next.isNewline { ends += 1 }
            step()
        }
        text += ends == 1 ? " " : String(repeating: "\n", count: ends - 1)
    }

    private static let escapes: [Character: String] = [
        "0": "\0", "a": "\u{7}", "b": "\u{8}", "t": "\t", "n": "\n", "v": "\u{B}", "f": "\u{C}", "r": "\r",
        "e": "\u{1B}", " ": " ", "\"": "\"", "/": "/", "\\": "\\", "N": "\u{85}", "_": "\u{A0}", "L": "\u{2028}",
        "P": "\u{2029}",
    ]

    /// What follows a backslash (YAML 1.2, 5.7).
    private mutating func escape(into text: inout String) throws(ListFileError) {
        guard let letter = peek else { throw error(.unclosed) }
        if letter.isNewline {
            while let next = peek, next.isWhitespace { step() }
            return
        }
        position += 1
        if let known = Self.escapes[letter] {
            text += known
            return
        }
        let lengths: [Character: Int] = ["x": 2, "u": 4, "U": 8]
        guard let length = lengths[letter], position + length <= characters.count else {
            throw error(.unexpected("\\\(letter)"))
        }
        let digits = String(characters[position..<position + length])
        guard digits.allSatisfy(\.isHexDigit), let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
        else { throw error(.unexpected("\\\(letter)\(digits)")) }
        text.unicodeScalars.append(scalar)
        position += length
    }
}

extension StringProtocol {
    /// Without the blanks at both ends.
    var trimmed: String {
        var text = Substring(self)
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text.drop(while: \.isWhitespace))
    }
}
