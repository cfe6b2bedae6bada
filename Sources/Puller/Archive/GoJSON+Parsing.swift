extension GoJSON {
    /// Reads a JSON text (RFC 8259), as strictly as Go and with as much forbearance: bytes that are no UTF-8 and lone
    /// surrogates become U+FFFD.
    ///
    /// - Throws: `.malformed` on anything that is no JSON text, and on more than 256 levels.
    init(parsing bytes: [UInt8]) throws(PullError.Cause) {
        var parser = Parser(rest: bytes[...])
        self = try parser.document()
    }

    /// Reads the first JSON text of several, as Go's stream decoder does.
    ///
    /// - Throws: as ``init(parsing:)``.
    init(firstIn bytes: [UInt8]) throws(PullError.Cause) {
        var parser = Parser(rest: bytes[...])
        self = try parser.value()
    }

    private struct Parser {
        /// Deeper than any real document, and shallow enough for any stack.
        static let maximumDepth = 256

        var rest: ArraySlice<UInt8>
        var depth = 0

        mutating func document() throws(PullError.Cause) -> GoJSON {
            let value = try value()
            skipSpace()
            guard rest.isEmpty else { throw .malformed("JSON: bytes after the value") }
            return value
        }

        mutating func value() throws(PullError.Cause) -> GoJSON {
            skipSpace()
            switch rest.first {
            case UInt8(ascii: "{"): return try nested { parser throws(PullError.Cause) in try parser.object() }
            case UInt8(ascii: "["): return try nested { parser throws(PullError.Cause) in try parser.array() }
            case UInt8(ascii: "\""): return .string(try string())
            case UInt8(ascii: "-"), (UInt8(ascii: "0")...UInt8(ascii: "9"))?: return .number(try number())
            default: return try word()
            }
        }

        private mutating func nested(
            _ body: (inout Parser) throws(PullError.Cause) -> GoJSON
        ) throws(PullError.Cause) -> GoJSON {
            guard depth < Self.maximumDepth else { throw .malformed("JSON: too deep") }
            depth += 1
            defer { depth -= 1 }
            rest.removeFirst()
            return try body(&self)
        }

        private mutating func object() throws(PullError.Cause) -> GoJSON {
            var members: [Member] = []
            skipSpace()
            if take("}") { return .object(members) }
            repeat {
                skipSpace()
                let name = try string()
                skipSpace()
                guard take(":") else { throw .malformed("JSON: no colon after a name") }
                members.append(Member(name: name, value: try value()))
                skipSpace()
            } while take(",")
            guard take("}") else { throw .malformed("JSON: object without end") }
            return .object(members)
        }

        private mutating func array() throws(PullError.Cause) -> GoJSON {
            var values: [GoJSON] = []
            skipSpace()
            if take("]") { return .array(values) }
            repeat {
                values.append(try value())
                skipSpace()
            } while take(",")
            guard take("]") else { throw .malformed("JSON: array without end") }
            return .array(values)
        }

        private mutating func word() throws(PullError.Cause) -> GoJSON {
            for (word, value) in [("null", GoJSON.null), ("true", .bool(true)), ("false", .bool(false))]
            where rest.starts(with: word.utf8) {
                rest.removeFirst(word.utf8.count)
                return value
            }
            throw .malformed("JSON: no value")
        }

        private mutating func number() throws(PullError.Cause) -> String {
            let start = rest
            _ = take("-")
            if !take("0") { try digits() }
            if take(".") { try digits() }
            if take("e") || take("E") {
                if !take("+") { _ = take("-") }
                try digits()
            }
            return String(decoding: start[..<rest.startIndex], as: UTF8.self)
        }

        private mutating func digits() throws(PullError.Cause) {
            let count = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            guard count > 0 else { throw .malformed("JSON: number without digits") }
            rest.removeFirst(count)
        }

        private mutating func string() throws(PullError.Cause) -> [UInt8] {
            guard take("\"") else { throw .malformed("JSON: no string") }
            var text: [UInt8] = []
            while let byte = rest.popFirst() {
                switch byte {
                case UInt8(ascii: "\""): return Self.repaired(text)
                case UInt8(ascii: "\\"): text += String(try escape()).utf8
                case ..<0x20: throw .malformed("JSON: control character in a string")
                default: text.append(byte)
                }
            }
            throw .malformed("JSON: string without end")
        }

        private mutating func escape() throws(PullError.Cause) -> Unicode.Scalar {
            switch rest.popFirst() {
            case UInt8(ascii: "\""): return "\""
            case UInt8(ascii: "\\"): return "\\"
            case UInt8(ascii: "/"): return "/"
            case UInt8(ascii: "b"): return "\u{8}"
            case UInt8(ascii: "f"): return "\u{c}"
            case UInt8(ascii: "n"): return "\n"
            case UInt8(ascii: "r"): return "\r"
            case UInt8(ascii: "t"): return "\t"
            case UInt8(ascii: "u"): return try unicode()
            default: throw .malformed("JSON: unknown escape")
            }
        }

        /// What follows `\u`: four digits, or two surrogates' worth; a lone surrogate is U+FFFD.
        private mutating func unicode() throws(PullError.Cause) -> Unicode.Scalar {
            let first = try fourDigits()
            if let scalar = Unicode.Scalar(first) { return scalar }
            let behind = rest
            if UTF16.isLeadSurrogate(first), take("\\"), take("u") {
                let second = try fourDigits()
                if UTF16.isTrailSurrogate(second) {
                    return UTF16.decode(UTF16.EncodedScalar([first, second]))
                }
            }
            rest = behind
            return "\u{fffd}"
        }

        private mutating func fourDigits() throws(PullError.Cause) -> UInt16 {
            let digits = rest.prefix(4)
            // UInt16(_:radix:) would also take a sign.
            guard digits.count == 4, digits.first != UInt8(ascii: "+"), digits.first != UInt8(ascii: "-"),
                let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
            else { throw .malformed("JSON: \\u without four digits") }
            rest.removeFirst(4)
            return unit
        }

        /// Replaces every byte that belongs to no scalar by U+FFFD, one for one as Go does.
        private static func repaired(_ text: [UInt8]) -> [UInt8] {
            guard text.contains(where: { $0 >= 0x80 }) else { return text }
            var parser = UTF8.ForwardParser()
            var bytes = text.makeIterator()
            var repaired: [UInt8] = []
            while true {
                switch parser.parseScalar(from: &bytes) {
                case .valid(let scalar): repaired += scalar
                case .error(let length): repaired += repeatElement("\u{fffd}".utf8, count: length).joined()
                case .emptyInput: return repaired
                }
            }
        }

        private mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func skipSpace() {
            rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }
        }
    }
}
