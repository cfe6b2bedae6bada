/// The variables of a `.env` file beside a compose file (compose-spec, "Env_file format").
public struct VariableFile: Hashable, Sendable {
    /// The variables; of one that is set twice, the last value.
    public private(set) var variables: [String: String] = [:]

    /// Reads the file's text.
    ///
    /// - Parameter environment: what values may refer to besides variables above them; it comes before them.
    /// - Throws: `ListFileError`.
    public init(parsing text: String, environment: [String: String] = [:]) throws(ListFileError) {
        let lines = text.fileLines
        var position = 0
        while position < lines.count {
            let number = position + 1
            var line = lines[position].drop(while: \.isWhitespace)
            position += 1
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("export ") { line = line.dropFirst(7).drop(while: \.isWhitespace) }
            // A name alone takes its value from the environment, which is asked anyway.
            guard let equals = line.firstIndex(of: "=") else { continue }
            let name = line[..<equals].trimmed
            var value = line[line.index(after: equals)...].drop(while: \.isWhitespace)
            let quote = value.first.flatMap { $0 == "\"" || $0 == "'" ? $0 : nil }
            if let quote {
                // A quotation may go on in the next lines.
                while Self.end(of: value, quote) == nil, position < lines.count {
                    value = Substring(value + "\n" + lines[position])
                    position += 1
                }
                guard let end = Self.end(of: value, quote) else {
                    throw ListFileError(line: number, problem: .yaml(.unclosed))
                }
                value = value[value.index(after: value.startIndex)..<end]
            } else {
                value = value.beforeComment
            }
            let known = variables
            let substitution = Substitution(value: { environment[$0] ?? known[$0] }, isStrict: false)
            do throws(ListFileError.Problem) {
                variables[name] =
                    switch quote {
                    case "'": String(value)
                    case nil: try substitution.text(value.trimmed)
                    default: try substitution.text(Self.unescaped(value))
                    }
            } catch {
                throw ListFileError(line: number, problem: error)
            }
        }
    }

    private static func end(of text: Substring, _ quote: Character) -> Substring.Index? {
        var isEscaped = false
        for index in text.indices.dropFirst() {
            if isEscaped {
                isEscaped = false
            } else if text[index] == "\\", quote == "\"" {
                isEscaped = true
            } else if text[index] == quote {
                return index
            }
        }
        return nil
    }

    private static func unescaped(_ text: Substring) -> String {
        let escapes: [Character: Character] = ["n": "\n", "r": "\r", "t": "\t", "\"": "\"", "\\": "\\"]
        var result = ""
        var rest = text
        while let next = rest.popFirst() {
            guard next == "\\", let letter = rest.first else {
                result.append(next)
                continue
            }
            rest.removeFirst()
            // `\$` is a dollar that begins no variable.
            result += letter == "$" ? "$$" : escapes[letter].map(String.init) ?? "\\\(letter)"
        }
        return result
    }
}
