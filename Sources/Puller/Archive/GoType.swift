/// The type of a Go value: what encoding/json makes of JSON that is read into it and written again.
///
/// Docker reads a configuration into its structs and writes those, so what is written has the structs' fields, in the
/// structs' order, and no others.
indirect enum GoType: Sendable {
    case string
    case bool
    /// `int64`.
    case integer
    /// `time.Time`.
    case time
    /// `[]string`.
    case strings
    /// Docker's `strslice.StrSlice`: `[]string`, which is also read from a single string.
    case stringOrStrings
    /// `map[string]string`.
    case map
    /// `map[string]struct{}`.
    case set
    /// `network.PortSet`: a set whose names are read as ports and written in one form.
    case ports
    case pointer(GoType)
    case structure([Field])

    /// A field of a struct.
    struct Field: Sendable {
        let name: String
        let type: GoType
        /// `omitempty`.
        let isOmittedWhenEmpty: Bool

        /// A field that is always written.
        static func always(_ name: String, _ type: GoType) -> Field {
            Field(name: name, type: type, isOmittedWhenEmpty: false)
        }

        /// A field that is left out when it is empty.
        static func unlessEmpty(_ name: String, _ type: GoType) -> Field {
            Field(name: name, type: type, isOmittedWhenEmpty: true)
        }
    }

    /// What a variable of this type holds at first.
    var zero: GoJSON {
        switch self {
        case .string: .string([])
        case .bool: .bool(false)
        case .integer: .number("0")
        case .time: .text(GoTime.zero.text)
        case .strings, .stringOrStrings, .map, .set, .ports, .pointer: .null
        case .structure(let fields):
            .object(fields.map { .init(name: Array($0.name.utf8), value: $0.type.zero) })
        }
    }

    /// Reads JSON over the value that stands there, as `json.Unmarshal` does: what comes later wins, field by field.
    ///
    /// - Parameter path: Where in the document this is, for the error.
    /// - Throws: `.malformed` where Go finds a value of another type.
    func read(_ json: GoJSON, over old: GoJSON, at path: String) throws(PullError.Cause) -> GoJSON {
        switch (self, json) {
        case (.strings, .null), (.stringOrStrings, .null), (.map, .null), (.set, .null), (.ports, .null),
            (.pointer, .null):
            return .null
        case (_, .null): return old
        case (.string, .string), (.bool, .bool): return json
        case (.integer, .number(let text)):
            if let value = Int64(text) { return .number(String(value)) }
        case (.time, .string(let text)):
            if let time = GoTime(text) { return .text(time.text) }
        case (.stringOrStrings, .string): return .array([json])
        case (.strings, .array(let values)), (.stringOrStrings, .array(let values)):
            return .array(
                try Self.each(values) { value throws(PullError.Cause) in
                    try GoType.string.read(value, over: .string([]), at: path)
                })
        case (.map, .object(let members)): return try Self.merge(members, of: .string, over: old, at: path)
        case (.set, .object(let members)): return try Self.merge(members, of: .structure([]), over: old, at: path)
        case (.ports, .object(let members)):
            return try Self.merge(try Self.ports(members, at: path), of: .structure([]), over: old, at: path)
        case (.pointer(let type), _): return try type.read(json, over: old == .null ? type.zero : old, at: path)
        case (.structure(let fields), .object(let members)):
            return try Self.read(members, into: fields, over: old, at: path)
        default: break
        }
        throw .malformed("\(path): unexpected type")
    }

    /// The value as it is written: without the fields that are omitted when empty.
    func written(_ value: GoJSON) -> GoJSON {
        switch (self, value) {
        case (.pointer(let type), let value) where value != .null: type.written(value)
        case (.structure(let fields), .object(let members)):
            .object(
                zip(fields, members).compactMap { field, member in
                    if field.isOmittedWhenEmpty, field.type.isEmpty(member.value) { return nil }
                    return .init(name: member.name, value: field.type.written(member.value))
                })
        default: value
        }
    }

    /// What `omitempty` takes for empty: never a struct, hence never a time.
    private func isEmpty(_ value: GoJSON) -> Bool {
        switch (self, value) {
        case (.structure, _), (.time, _): false
        case (_, .null), (_, .bool(false)), (.integer, .number("0")): true
        case (.pointer, _): false
        case (_, .string(let text)): text.isEmpty
        case (_, .array(let values)): values.isEmpty
        case (_, .object(let members)): members.isEmpty
        default: false
        }
    }

    private static func each(
        _ values: [GoJSON], _ transform: (GoJSON) throws(PullError.Cause) -> GoJSON
    ) throws(PullError.Cause) -> [GoJSON] {
        var results: [GoJSON] = []
        for value in values { results.append(try transform(value)) }
        return results
    }

    /// Reads a map over another one.
    private static func merge(
        _ members: [GoJSON.Member], of type: GoType, over old: GoJSON, at path: String
    ) throws(PullError.Cause) -> GoJSON {
        var values: [[UInt8]: GoJSON] = [:]
        if case .object(let earlier) = old { for member in earlier { values[member.name] = member.value } }
        for member in members { values[member.name] = try type.read(member.value, over: type.zero, at: path) }
        return .map(values.map { .init(name: $0.key, value: $0.value) })
    }

    private static func read(
        _ members: [GoJSON.Member], into fields: [Field], over old: GoJSON, at path: String
    ) throws(PullError.Cause) -> GoJSON {
        guard case .object(var values) = old else { return old }
        for member in members {
            guard let place = place(of: member.name, in: fields) else { continue }
            let field = fields[place]
            values[place].value = try field.type.read(
                member.value, over: values[place].value, at: path.isEmpty ? field.name : "\(path).\(field.name)")
        }
        return .object(values)
    }

    /// Go looks for a field of exactly this name, then for one that differs only in case.
    private static func place(of name: [UInt8], in fields: [Field]) -> Int? {
        fields.firstIndex { name.elementsEqual($0.name.utf8) }
            ?? fields.firstIndex { field in
                name.count == field.name.utf8.count
                    && zip(name, field.name.utf8).allSatisfy { Self.lowercase($0) == Self.lowercase($1) }
            }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
