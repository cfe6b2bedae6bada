/// Reads the part of YAML that compose files are written in: blocks by indentation, quotations, brackets, anchors, merge
/// keys and texts in blocks. Whatever else it meets is an error with its line, never a guess.
struct YAMLBlocks {
    private struct Line {
        var number: Int
        var indent: Int
        /// Without the indentation and what is blank at the end.
        var text: Substring
        /// As it stands in the file.
        var whole: Substring

        /// Whether nothing is said in it.
        var isBlank: Bool { text.isEmpty || text.hasPrefix("#") }
        var isItem: Bool { text == "-" || text.hasPrefix("- ") || text.hasPrefix("-\t") }
    }

    private var lines: [Line]
    private var position = 0
    private var context = YAMLContext()

    /// Reads a document.
    ///
    /// - Throws: `ListFileError`.
    static func document(_ text: String) throws(ListFileError) -> YAMLNode {
        var blocks = YAMLBlocks(text)
        return try blocks.document()
    }

    private init(_ text: String) {
        lines = text.fileLines.enumerated().map {
            number, whole in
            let indent = whole.prefix { $0 == " " }.count
            var text = whole.dropFirst(indent)
            while let last = text.last, last.isWhitespace { text.removeLast() }
            return Line(number: number + 1, indent: indent, text: text, whole: whole)
        }
    }

    private mutating func document() throws(ListFileError) -> YAMLNode {
        try skipBlanks()
        while let line = current, line.text.hasPrefix("%") {
            position += 1
            try skipBlanks()
        }
        if let line = current, line.indent == 0, line.text == "---" || line.text.hasPrefix("--- #") {
            position += 1
            try skipBlanks()
        }
        guard let first = current, !Self.endsDocument(first) else {
            return YAMLNode(line: current?.number ?? 1, kind: .null)
        }
        let node = try block(within: -1, depth: 0)
        try skipBlanks()
        if let line = current, line.text == "...", line.indent == 0 {
            position += 1
            try skipBlanks()
        }
        if let line = current {
            throw error(line, Self.endsDocument(line) ? .unsupported("---") : .indentation)
        }
        return node
    }

    private static func endsDocument(_ line: Line) -> Bool {
        line.indent == 0 && (line.text == "---" || line.text.hasPrefix("--- ") || line.text == "...")
    }

    private var current: Line? { position < lines.count ? lines[position] : nil }

    private mutating func skipBlanks() throws(ListFileError) {
        while let line = current {
            guard line.isBlank else {
                if line.text.first == "\t" { throw error(line, .tab) }
                return
            }
            position += 1
        }
    }

    private func error(_ line: Line, _ problem: YAMLProblem) -> ListFileError {
        ListFileError(line: line.number, problem: .yaml(problem))
    }
}

// MARK: - Blocks

extension YAMLBlocks {
    /// Reads the value that begins in this line, which is indented by more than `outer`.
    private mutating func block(within outer: Int, depth: Int) throws(ListFileError) -> YAMLNode {
        guard let line = current else { return YAMLNode(line: lines.count, kind: .null) }
        guard depth < YAMLContext.depthLimit else { throw error(line, .tooLarge) }
        if line.isItem { return try sequence(at: line.indent, depth: depth) }
        if try key(of: line) != nil { return try mapping(at: line.indent, depth: depth) }
        return try value(line.text, in: line, within: outer, allowsItems: false, depth: depth)
    }

    private mutating func sequence(at indent: Int, depth: Int) throws(ListFileError) -> YAMLNode {
        var nodes: [YAMLNode] = []
        let start = current?.number ?? 1
        while let line = current, line.indent == indent, line.isItem {
            let rest = line.text.dropFirst().drop { $0 == " " || $0 == "\t" }
            let column = indent + (line.text.count - rest.count)
            if rest.isEmpty || rest.hasPrefix("#") {
                nodes.append(try value(rest, in: line, within: indent, allowsItems: false, depth: depth + 1))
            } else {
                // What stands behind the dash is a block of its own, indented to where it stands.
                lines[position].indent = column
                lines[position].text = rest
                nodes.append(try block(within: indent, depth: depth + 1))
            }
            try skipBlanks()
        }
        if let line = current, line.indent > indent { throw error(line, .indentation) }
        return YAMLNode(line: start, kind: .sequence(nodes))
    }

    private mutating func mapping(at indent: Int, depth: Int) throws(ListFileError) -> YAMLNode {
        var entries: [YAMLNode.Entry] = []
        let start = current?.number ?? 1
        while let line = current, line.indent == indent, !Self.endsDocument(line) {
            guard !line.isItem, let (key, rest) = try key(of: line) else {
                throw error(line, .unexpected(String(line.text.prefix(40))))
            }
            let value = try value(rest, in: line, within: indent, allowsItems: true, depth: depth + 1)
            entries.append(.init(key: key, line: line.number, value: value))
            try skipBlanks()
        }
        if let line = current, line.indent > indent { throw error(line, .indentation) }
        return try context.mapping(entries, line: start)
    }

    /// The key that a line begins with, and what follows its colon; nil where the line is no entry of a mapping.
    private func key(of line: Line) throws(ListFileError) -> (key: String, rest: Substring)? {
        let text = line.text
        guard let first = text.first else { return nil }
        if first == "\"" || first == "'" {
            var flow = YAMLFlow(text, line: line.number)
            // A quotation that is not closed in its line is no key.
            guard let key = try? flow.quoted() else { return nil }
            let rest = text.dropFirst(flow.count).drop { $0 == " " }
            guard rest.first == ":", Self.endsKey(rest.dropFirst()) else { return nil }
            return (key, rest.dropFirst().drop { $0.isWhitespace })
        }
        if first == "[" || first == "{" { return nil }
        var index = text.startIndex
        while index < text.endIndex {
            let next = text[text.index(after: index)...]
            if text[index] == "#", index > text.startIndex, text[text.index(before: index)].isWhitespace { return nil }
            if text[index] == ":", Self.endsKey(next) {
                let key = text[..<index].trimmed
                guard let start = key.first, !"?&*!|>%@`,".contains(start) || key == "<<" else {
                    throw error(line, .unsupported(String(key.prefix(40))))
                }
                return (key, next.drop { $0.isWhitespace })
            }
            index = text.index(after: index)
        }
        return nil
    }

    private static func endsKey(_ rest: Substring) -> Bool { rest.first.map(\.isWhitespace) ?? true }
}

// MARK: - Values

extension YAMLBlocks {
    /// Reads a value whose first line has this text left; what belongs to it below is indented by more than `outer`.
    ///
    /// - Parameter allowsItems: whether a list may stand below with no more indentation than its key.
    private mutating func value(
        _ text: Substring, in line: Line, within outer: Int, allowsItems: Bool, depth: Int
    ) throws(ListFileError) -> YAMLNode {
        guard depth < YAMLContext.depthLimit else { throw error(line, .tooLarge) }
        switch text.first {
        case nil, "#": return try below(line, within: outer, allowsItems: allowsItems, depth: depth)
        case "&":
            let anchor = text.dropFirst().prefix { !$0.isWhitespace }
            let rest = text.dropFirst(anchor.count + 1).drop { $0.isWhitespace }
            let node = try value(rest, in: line, within: outer, allowsItems: allowsItems, depth: depth + 1)
            context.define(String(anchor), as: node)
            return node
        case "*":
            position += 1
            let alias = text.dropFirst().prefix { !$0.isWhitespace }
            try refuse(text.dropFirst(alias.count + 1), line)
            return try context.node(for: String(alias), line: line.number)
        case "!":
            let tag = text.prefix { !$0.isWhitespace }
            // Only the tags of YAML itself change nothing here.
            guard tag.hasPrefix("!!") else { throw error(line, .unsupported(String(tag))) }
            let rest = text.dropFirst(tag.count).drop { $0.isWhitespace }
            return try value(rest, in: line, within: outer, allowsItems: allowsItems, depth: depth + 1)
        case "|", ">": return try literal(text, in: line, within: outer)
        case "\"", "'", "[", "{": return try flow(text, in: line, depth: depth)
        case "%", "@", "`", "]", "}", ",": throw error(line, .unexpected(String(text.prefix(1))))
        default:
            if text.hasPrefix("- ") || text.hasPrefix("? ") { throw error(line, .unexpected(String(text.prefix(1)))) }
            return try plain(text, in: line, within: outer)
        }
    }

    /// What stands in the lines below a key or dash.
    private mutating func below(
        _ line: Line, within outer: Int, allowsItems: Bool, depth: Int
    ) throws(ListFileError) -> YAMLNode {
        position += 1
        try skipBlanks()
        if let next = current, !Self.endsDocument(next),
            next.indent > outer || allowsItems && next.indent == outer && next.isItem
        {
            return try block(within: outer, depth: depth + 1)
        }
        return YAMLNode(line: line.number, kind: .null)
    }

    /// A text without quotes, which goes on in lines that are indented.
    private mutating func plain(_ text: Substring, in line: Line, within outer: Int) throws(ListFileError) -> YAMLNode {
        var (whole, isCommented) = Self.beforeComment(text)
        try refuseKey(in: whole, line)
        position += 1
        try skipBlanks()
        while let next = current, next.indent > outer, !Self.endsDocument(next) {
            if isCommented { throw error(next, .indentation) }
            let (more, ends) = Self.beforeComment(next.text)
            try refuseKey(in: more, next)
            whole += " " + more
            isCommented = ends
            position += 1
            try skipBlanks()
        }
        return YAMLNode.plain(whole, line: line.number)
    }

    private static func beforeComment(_ text: Substring) -> (text: String, isCommented: Bool) {
        let kept = text.beforeComment
        return (kept.trimmed, kept.endIndex < text.endIndex)
    }

    /// A colon that ends a key has no place in a text without quotes: whoever wrote it meant something else.
    private func refuseKey(in text: String, _ line: Line) throws(ListFileError) {
        if text.hasSuffix(":") || text.contains(": ") { throw error(line, .unexpected(":")) }
    }

    /// Quotations and brackets, up to where they close.
    private mutating func flow(_ text: Substring, in line: Line, depth: Int) throws(ListFileError) -> YAMLNode {
        var count = 1
        while true {
            // Where the value ends is known when it has been read: more lines are taken until it closes.
            let end = min(position + count, lines.count)
            let rest = ([text] + lines[(position + 1)..<end].map(\.whole)).joined(separator: "\n")
            var flow = YAMLFlow(rest, line: line.number)
            let node: YAMLNode
            do throws(ListFileError) {
                node =
                    switch text.first {
                    case "[", "{": try flow.value(&context, depth: depth)
                    default: YAMLNode(line: line.number, kind: .scalar(try flow.quoted()))
                    }
            } catch {
                guard error.problem == .yaml(.unclosed), end < lines.count else { throw error }
                count *= 2
                continue
            }
            position += rest.prefix(flow.count).count { $0.isNewline }
            try refuse(rest.dropFirst(flow.count).prefix { !$0.isNewline }, lines[position])
            position += 1
            return node
        }
    }

    /// Nothing but a comment may follow.
    private func refuse(_ tail: Substring, _ line: Line) throws(ListFileError) {
        let rest = tail.drop { $0.isWhitespace }
        guard rest.isEmpty || rest.first == "#" && rest.startIndex > tail.startIndex else {
            throw error(line, .unexpected(String(rest.prefix(40))))
        }
    }

    /// A text in a block, `|` or `>` (YAML 1.2, 8.1), with its lines joined.
    private mutating func literal(_ header: Substring, in line: Line, within outer: Int) throws(ListFileError)
        -> YAMLNode
    {
        let (marks, _) = Self.beforeComment(header.dropFirst())
        guard marks.allSatisfy({ "+-123456789".contains($0) }), marks.count <= 2 else {
            throw error(line, .unexpected(String(header.prefix(40))))
        }
        position += 1
        var texts: [Substring] = []
        var indent = marks.compactMap(\.wholeNumberValue).first.map { max(outer, 0) + $0 }
        while let next = current {
            if next.whole.allSatisfy(\.isWhitespace) {
                texts.append("")
            } else {
                guard next.indent > outer, next.indent >= indent ?? 0 else { break }
                indent = indent ?? next.indent
                texts.append(next.whole.dropFirst(indent ?? 0))
            }
            position += 1
        }
        while texts.last == "" { texts.removeLast() }
        let joined = texts.joined(separator: header.first == "|" ? "\n" : " ")
        return YAMLNode(line: line.number, kind: .scalar(joined + (marks.contains("-") || texts.isEmpty ? "" : "\n")))
    }
}
