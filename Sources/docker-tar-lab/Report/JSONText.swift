internal import FoundationEssentials

/// JSON as the command prints it: pretty, sorted by key, and safe on a terminal without losing anything.
enum JSONText {
    /// The lines of a value's JSON.
    ///
    /// - Throws: what `JSONEncoder` throws; text and whole numbers do not make it.
    static func lines(of value: some Encodable) throws -> [String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return escaped(String(decoding: try encoder.encode(value), as: UTF8.self)).split(separator: "\n")
            .map(String.init)
    }

    /// What `Console` would take out (`printable`) as `\uXXXX`: outside of strings JSON has only ASCII, so that every such
    /// character stands in one.
    static func escaped(_ json: String) -> String {
        var text = ""
        for scalar in json.unicodeScalars {
            if scalar.isASCII || printable(String(scalar)) == String(scalar) {
                text.unicodeScalars.append(scalar)
            } else {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return text
    }
}
