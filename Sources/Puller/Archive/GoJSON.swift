/// A JSON value that is written as Go's encoding/json writes it, since archives are compared to the byte and image IDs
/// are hashes of such bytes.
///
/// Strings are UTF-8 bytes: Swift's `String` takes canonically equal texts for one, and sorts by other rules than Go.
indirect enum GoJSON: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number's text; no value needs it as floating point.
    case number(String)
    case string([UInt8])
    case array([GoJSON])
    case object([Member])

    /// A name and its value. Names may occur more than once; their order is kept.
    struct Member: Hashable, Sendable {
        var name: [UInt8]
        var value: GoJSON
    }

    /// Which of Go's encoders is followed.
    enum Encoder: Sendable {
        /// Go 1.19, which Docker 20.10 is built with.
        case go119
        /// Go 1.22 and later, which write `\b` and `\f`, where `\u0008` and `\u000c` stood before.
        case go122
    }

    /// A string of text.
    static func text(_ text: String) -> GoJSON { .string(Array(text.utf8)) }

    /// An object in this order.
    static func object(_ members: KeyValuePairs<String, GoJSON>) -> GoJSON {
        .object(members.map { Member(name: Array($0.key.utf8), value: $0.value) })
    }

    /// A Go map: sorted by the names' bytes.
    static func map(_ members: some Sequence<Member>) -> GoJSON {
        .object(members.sorted { $0.name.lexicographicallyPrecedes($1.name) })
    }

    /// The value's bytes, compact, as `json.Marshal` writes them.
    func bytes(_ encoder: Encoder = .go122) -> [UInt8] {
        var output: [UInt8] = []
        write(to: &output, encoder)
        return output
    }

    private func write(to output: inout [UInt8], _ encoder: Encoder) {
        switch self {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .number(let text): output += text.utf8
        case .string(let text): Self.write(text, to: &output, encoder)
        case .array(let values):
            output.append(UInt8(ascii: "["))
            for (position, value) in values.enumerated() {
                if position > 0 { output.append(UInt8(ascii: ",")) }
                value.write(to: &output, encoder)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (position, member) in members.enumerated() {
                if position > 0 { output.append(UInt8(ascii: ",")) }
                Self.write(member.name, to: &output, encoder)
                output.append(UInt8(ascii: ":"))
                member.value.write(to: &output, encoder)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    /// Writes a string with Go's escapes: besides those of RFC 8259 7, `<`, `>` and `&`, so that the text may stand in
    /// HTML, and U+2028 and U+2029, so that it may stand in JavaScript.
    private static func write(_ text: [UInt8], to output: inout [UInt8], _ encoder: Encoder) {
        output.append(UInt8(ascii: "\""))
        var rest = text[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): output += "\\n".utf8
            case UInt8(ascii: "\r"): output += "\\r".utf8
            case UInt8(ascii: "\t"): output += "\\t".utf8
            case 0x08 where encoder == .go122: output += "\\b".utf8
            case 0x0c where encoder == .go122: output += "\\f".utf8
            case ..<0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
                let digits = String(byte, radix: 16)
                output += (digits.utf8.count == 1 ? "\\u000" : "\\u00").utf8
                output += digits.utf8
            case 0xe2 where rest.starts(with: [0x80, 0xa8]):
                output += "\\u2028".utf8
                rest.removeFirst(2)
            case 0xe2 where rest.starts(with: [0x80, 0xa9]):
                output += "\\u2029".utf8
                rest.removeFirst(2)
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
