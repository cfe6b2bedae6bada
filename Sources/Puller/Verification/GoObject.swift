/// A JSON object as Go reads one into a struct: names in any case, the last of several, null as absent, and a value of
/// another type as an error.
struct GoObject {
    private let members: [GoJSON.Member]
    /// Which member of the archive it stands in.
    let place: String

    /// - Throws: `.malformed` for what is no object.
    init(_ json: GoJSON, in place: String) throws(EngineRefusal) {
        guard case .object(let members) = json else { throw .malformed(place) }
        (self.members, self.place) = (members, place)
    }

    private func value(_ name: String) -> GoJSON? {
        let value = members.last {
            String(decoding: $0.name, as: UTF8.self).lowercased() == name.lowercased()
        }?.value
        return value == .null ? nil : value
    }

    /// Whether a name is there, even with null.
    func has(_ name: String) -> Bool { members.contains { $0.name.elementsEqual(name.utf8) } }

    func text(_ name: String) throws(EngineRefusal) -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else { throw .malformed(place) }
        return String(decoding: text, as: UTF8.self)
    }

    func bool(_ name: String) throws(EngineRefusal) -> Bool {
        guard let value = value(name) else { return false }
        guard case .bool(let bool) = value else { throw .malformed(place) }
        return bool
    }

    func number(_ name: String) throws(EngineRefusal) -> Int64? {
        guard let value = value(name) else { return nil }
        guard case .number(let text) = value, let number = Int64(text) else { throw .malformed(place) }
        return number
    }

    func texts(_ name: String) throws(EngineRefusal) -> [String] {
        guard let value = value(name) else { return [] }
        guard case .array(let values) = value else { throw .malformed(place) }
        var texts: [String] = []
        for value in values {
            switch value {
            case .string(let text): texts.append(String(decoding: text, as: UTF8.self))
            case .null: texts.append("")
            default: throw .malformed(place)
            }
        }
        return texts
    }

    func object(_ name: String) throws(EngineRefusal) -> GoObject? {
        guard let value = value(name) else { return nil }
        return try GoObject(value, in: place)
    }

    func objects(_ name: String) throws(EngineRefusal) -> [GoObject]? {
        guard let value = value(name) else { return nil }
        guard case .array(let values) = value else { throw .malformed(place) }
        var objects: [GoObject] = []
        for value in values { objects.append(try GoObject(value == .null ? .object([]) : value, in: place)) }
        return objects
    }

    /// All members of a map, in its order.
    var all: [(name: String, value: GoJSON)] {
        members.map { (String(decoding: $0.name, as: UTF8.self), $0.value) }
    }
}

extension GoJSON {
    /// The one value of a document (`json.Unmarshal`).
    static func document(_ file: FileEvidence) throws(EngineRefusal) -> GoJSON {
        guard let bytes = file.bytes, let json = try? GoJSON(parsing: bytes) else { throw .malformed(file.entry.path) }
        return json
    }

    /// The first value of a document; nobody looks at what follows (`json.Decoder`).
    static func beginning(_ file: FileEvidence) throws(EngineRefusal) -> GoJSON {
        guard let bytes = file.bytes, let json = try? GoJSON(firstIn: bytes) else { throw .malformed(file.entry.path) }
        return json
    }
}
