/// `$NAME` and `${NAME…}` in a text of a compose file, put in as compose does it (compose-spec, interpolation).
struct Substitution {
    /// The value of a variable; nil where it is not set.
    let value: (_ name: String) -> String?
    /// Whether a variable that is not set is an error, where the text does not say what stands for it. Otherwise nothing
    /// stands for it.
    let isStrict: Bool

    /// Defaults in defaults, and so on.
    private static let depthLimit = 32

    /// The text with its variables put in; `$$` becomes `$`.
    ///
    /// - Throws: `.unsetVariable`, `.substitution`.
    func text(_ text: some StringProtocol, depth: Int = 0) throws(ListFileError.Problem) -> String {
        guard depth < Self.depthLimit else { throw .substitution(String(text.prefix(40))) }
        var result = ""
        var rest = Substring(text)
        while let next = rest.popFirst() {
            guard next == "$" else {
                result.append(next)
                continue
            }
            switch rest.first {
            case "$":
                rest.removeFirst()
                result.append("$")
            case "{":
                rest.removeFirst()
                result += try braced(&rest, depth: depth)
            case let first? where first.isNameStart:
                let name = rest.prefix(while: \.isNamePart)
                rest = rest.dropFirst(name.count)
                result += try plain(String(name))
            default: throw .substitution("$" + rest.prefix(20))
            }
        }
        return result
    }

    private func plain(_ name: String) throws(ListFileError.Problem) -> String {
        if let value = value(name) { return value }
        if isStrict { throw .unsetVariable(name, message: nil) }
        return ""
    }

    /// What stands between `${` and its `}`.
    private func braced(_ rest: inout Substring, depth: Int) throws(ListFileError.Problem) -> String {
        let whole = rest
        let name = rest.prefix(while: \.isNamePart)
        rest = rest.dropFirst(name.count)
        guard name.first?.isNameStart == true, let end = closing(in: rest) else {
            throw .substitution("${" + whole.prefix(20))
        }
        let body = rest[..<end]
        rest = rest[rest.index(after: end)...]
        guard let mark = body.first else { return try plain(String(name)) }
        let countsEmpty = mark == ":"
        let operation = countsEmpty ? body.dropFirst() : body
        let argument = operation.dropFirst()
        let value = value(String(name))
        let isSet = countsEmpty ? value?.isEmpty == false : value != nil
        switch operation.first {
        case "-": return isSet ? value ?? "" : try text(argument, depth: depth + 1)
        case "+": return isSet ? try text(argument, depth: depth + 1) : ""
        case "?":
            guard isSet, let value else {
                throw .unsetVariable(String(name), message: try text(argument, depth: depth + 1))
            }
            return value
        default: throw .substitution("${" + whole.prefix(20))
        }
    }

    /// The brace that closes, over those in between.
    private func closing(in text: Substring) -> Substring.Index? {
        var open = 0
        var previous: Character?
        for index in text.indices {
            if text[index] == "{", previous == "$" { open += 1 }
            if text[index] == "}" {
                if open == 0 { return index }
                open -= 1
            }
            previous = text[index]
        }
        return nil
    }
}

extension Character {
    fileprivate var isNameStart: Bool { self == "_" || isASCII && isLetter }
    fileprivate var isNamePart: Bool { isNameStart || isASCII && isNumber }
}
