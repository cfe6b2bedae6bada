import Foundation

/// The string literals of Swift source text, as far as this project writes them: plain, multi-line, with interpolation.
struct SwiftLiterals {
    /// One literal outside any interpolation.
    struct Literal {
        /// Its text, each interpolation replaced by `\()`.
        var text: String
        /// The source of its interpolations.
        var interpolations: [String]
        /// Its line, from 1.
        var line: Int
        /// Where it stands in the source.
        var offset: Int
    }

    /// The literals in their order; those inside interpolations follow the one that holds them.
    private(set) var all: [Literal] = []

    private let source: [Character]
    private var position = 0

    init(_ text: String) {
        source = Array(text)
        while position < source.count { step() }
        all.sort { $0.offset < $1.offset }
    }

    /// Every source file of the command, by its path below `Sources/docker-tar-lab`.
    static func sources() throws -> [(path: String, text: String)] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources/docker-tar-lab")
        let names = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return try names.filter { $0.hasSuffix(".swift") }.sorted().map {
            ($0, try String(contentsOf: root.appending(path: $0), encoding: .utf8))
        }
    }

    /// The argument lists of every call `name(…)`, as source with the offset of its first character.
    static func calls(of name: String, in text: String) -> [(text: String, line: Int)] {
        let characters = Array(text)
        let wanted = Array(name + "(")
        return characters.indices.compactMap { start in
            guard characters[start...].starts(with: wanted),
                start == 0 || !(characters[start - 1].isLetter || characters[start - 1] == ".")
            else { return nil }
            var reader = SwiftLiterals(characters, at: start + wanted.count)
            let end = reader.skipToClosing()
            let line = characters[..<start].count { $0.isNewline } + 1
            return (String(characters[(start + wanted.count)..<end]), line)
        }
    }

    private init(_ source: [Character], at position: Int) {
        self.source = source
        self.position = position
    }

    private mutating func step() {
        if has("//") {
            while position < source.count, !source[position].isNewline { position += 1 }
        } else if source[position] == "\"" {
            readLiteral()
        } else {
            position += 1
        }
    }

    /// Moves to the parenthesis that closes the one just passed, and returns its offset.
    private mutating func skipToClosing() -> Int {
        var depth = 1
        while position < source.count {
            if source[position] == "(" { depth += 1 }
            if source[position] == ")" {
                depth -= 1
                if depth == 0 { return position }
            }
            step()
        }
        return position
    }

    private mutating func readLiteral() {
        let start = position
        let quote = has("\"\"\"") ? "\"\"\"" : "\""
        position += quote.count
        var literal = Literal(text: "", interpolations: [], line: 0, offset: start)
        while position < source.count, !has(quote) {
            if has("\\(") {
                position += 2
                let begin = position
                let end = skipToClosing()
                literal.interpolations.append(String(source[begin..<end]))
                literal.text += "\\()"
            } else if source[position] == "\\" {
                literal.text += String(source[position...].prefix(2))
                position += 1
            } else {
                literal.text.append(source[position])
            }
            position += 1
        }
        position += quote.count
        literal.line = source[..<start].count { $0.isNewline } + 1
        all.append(literal)
    }

    private func has(_ text: String) -> Bool { source[position...].starts(with: text) }
}
