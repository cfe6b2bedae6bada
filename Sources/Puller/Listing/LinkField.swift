/// The `Link` field of a response (RFC 8288 3).
enum LinkField {
    /// The target of the first link whose relation is `next`; nil where there is none.
    ///
    /// - Parameter values: the field's values, each of which may hold several links.
    static func next(in values: [String]) -> String? {
        for value in values {
            var rest = value[...]
            while let start = rest.firstIndex(of: "<"), let end = rest[start...].firstIndex(of: ">") {
                let target = rest[rest.index(after: start)..<end]
                let parameters = parameters(in: rest[rest.index(after: end)...])
                if isNext(parameters) { return String(target) }
                rest = rest[parameters.endIndex...]
            }
        }
        return nil
    }

    /// All up to the comma that begins the next link; a comma in quotes begins none.
    private static func parameters(in text: Substring) -> Substring {
        var isQuoted = false
        return text.prefix { character in
            if character == "\"" { isQuoted.toggle() }
            return isQuoted || character != ","
        }
    }

    /// Whether `rel` names `next`, alone or among others.
    private static func isNext(_ parameters: Substring) -> Bool {
        parameters.split(separator: ";").contains { parameter in
            let parts = parameter.split(separator: "=", maxSplits: 1).map { $0.filter { $0 != "\"" } }
            guard parts.count == 2, parts[0].filter({ !$0.isWhitespace }).lowercased() == "rel" else { return false }
            return parts[1].split(whereSeparator: \.isWhitespace).contains { $0.lowercased() == "next" }
        }
    }
}
