/// A piece of HTML that can hold nothing unescaped: names of elements and attributes are literals of the source, and
/// whatever else comes in is text.
struct Markup: Hashable, Sendable {
    /// The HTML.
    let html: String

    private init(html: String) { self.html = html }

    /// Nothing.
    static let nothing = Markup(html: "")

    /// Text, cleared of control characters and escaped (HTML 13.3 "escapingString", and `'`).
    static func text(_ text: String) -> Markup { Markup(html: escaped(text)) }

    /// A style sheet; a literal of the source that holds no `<`.
    static func style(_ sheet: StaticString) -> Markup { Markup(html: "<style>\n\(sheet)</style>\n") }

    /// A whole document in a language.
    static func document(language: String, _ content: [Markup]) -> Markup {
        Markup(html: "<!DOCTYPE HTML>\n" + element("html", ["lang": language], content).html + "\n")
    }

    /// An element with its content.
    static func element(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ content: [Markup] = []
    ) -> Markup {
        Markup(html: "<\(name)\(spelled(attributes))>" + content.map(\.html).joined() + "</\(name)>")
    }

    /// An element with text alone.
    static func element(
        _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ text: String
    ) -> Markup {
        element(name, attributes, [.text(text)])
    }

    /// An element without content: one of HTML's void ones, or one of SVG's.
    static func void(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:]) -> Markup {
        Markup(html: "<\(name)\(spelled(attributes))/>")
    }

    /// Pieces one after another, each on a line of its own.
    static func lines(_ pieces: [Markup]) -> Markup {
        Markup(html: pieces.map { $0.html + "\n" }.joined())
    }

    private static func spelled(_ attributes: KeyValuePairs<StaticString, String>) -> String {
        attributes.map { " \($0.key)=\"\(escaped($0.value))\"" }.joined()
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in printable(text).unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
