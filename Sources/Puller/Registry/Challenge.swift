/// One way to authenticate that a server offers in WWW-Authenticate (RFC 9110 11.3 and 11.6.1).
struct Challenge: Hashable, Sendable {
    /// `bearer`, `basic`; lower case.
    var scheme: String
    /// The parameters; names in lower case, values without their quotes.
    var parameters: [String: String]

    /// The challenges of all the WWW-Authenticate fields of a response.
    ///
    /// One field may hold several, and the comma that parts them is also the one that parts their parameters. What
    /// cannot be read is left out: a server that offers something unheard of may still offer what we know.
    static func parse(_ fields: [String]) -> [Challenge] { fields.flatMap { parse($0) } }

    private static func parse(_ field: String) -> [Challenge] {
        var challenges: [Challenge] = []
        var scanner = FieldScanner(field)
        while true {
            scanner.skipSeparators()
            guard let word = scanner.token() else {
                // Neither a token nor the end: step over it and go on.
                guard scanner.skip() else { return challenges }
                continue
            }
            scanner.skipSpace()
            if scanner.take("="), let value = scanner.value() {
                // A repeated parameter keeps its first value.
                guard let last = challenges.indices.last else { continue }
                challenges[last].parameters[word.lowercased(), default: value] =
                    challenges[last].parameters[
                        word.lowercased(), default: value]
            } else {
                challenges.append(Challenge(scheme: word.lowercased(), parameters: [:]))
            }
        }
    }
}

/// Reads the words of a header field (RFC 9110 5.6).
private struct FieldScanner {
    private var rest: Substring.UnicodeScalarView

    init(_ field: String) { rest = field[...].unicodeScalars }

    mutating func skipSpace() {
        rest = rest.drop { $0 == " " || $0 == "\t" }
    }

    mutating func skipSeparators() {
        rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "," }
    }

    /// Steps over one character; false at the end.
    mutating func skip() -> Bool { rest.popFirst() != nil }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        skipSpace()
        return true
    }

    /// A token; nil when none stands here.
    mutating func token() -> String? {
        let token = rest.prefix { Self.isTokenCharacter($0) }
        rest = rest[token.endIndex...]
        return token.isEmpty ? nil : String(Substring(token))
    }

    /// A quoted string without its quotes, or what stands up to the next comma or space: bare values hold URLs in the field.
    mutating func value() -> String? {
        guard rest.first == "\"" else {
            let bare = rest.prefix { $0 != "," && $0 != " " && $0 != "\t" }
            rest = rest[bare.endIndex...]
            return bare.isEmpty ? nil : String(Substring(bare))
        }
        rest.removeFirst()
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst(), scalar != "\"" {
            if scalar == "\\" {
                guard let escaped = rest.popFirst() else { break }
                text.append(escaped)
            } else {
                text.append(scalar)
            }
        }
        return String(text)
    }

    private static func isTokenCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "!", "#", "$", "%", "&", "'", "*", "+", "-", ".", "^", "_", "`", "|",
            "~":
            true
        default: false
        }
    }
}
