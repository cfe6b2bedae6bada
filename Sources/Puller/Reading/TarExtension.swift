/// What an extended header says of the member behind it (POSIX.1 pax, "pax Extended Header").
struct TarExtension: Hashable, Sendable {
    /// The name in place of the header's.
    var path: [UInt8]?
    /// The target in place of the header's.
    var link: [UInt8]?
    /// The size in place of the header's.
    var size: Int64?
    /// Whether the bytes are no file's, but pieces of a sparse one (GNU tar).
    var isSparse = false

    /// Reads records, `<length> <key>=<value>\n`, and adds what they say.
    mutating func add(records bytes: [UInt8]) throws(TarDamage) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let digits = rest.prefix { $0 != UInt8(ascii: " ") }
            guard digits.count < 10, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count + 2,
                length <= rest.count
            else { throw .extensionMalformed }
            let record = rest.prefix(length)
            rest = rest.dropFirst(length)
            guard record.last == UInt8(ascii: "\n") else { throw .extensionMalformed }
            let text = record.dropFirst(digits.count + 1).dropLast()
            guard let sign = text.firstIndex(of: UInt8(ascii: "=")), sign > text.startIndex else {
                throw .extensionMalformed
            }
            try add(String(decoding: text[..<sign], as: UTF8.self), Array(text[(sign + 1)...]))
        }
    }

    private mutating func add(_ key: String, _ value: [UInt8]) throws(TarDamage) {
        switch key {
        case "path", "linkpath":
            guard !value.contains(0) else { throw .extensionMalformed }
            // An empty value takes back what an earlier record said.
            if key == "path" { path = value.isEmpty ? nil : value } else { link = value.isEmpty ? nil : value }
        case "size":
            guard !value.isEmpty else { return size = nil }
            guard let number = Int64(String(decoding: value, as: UTF8.self)), number >= 0 else { throw .number }
            size = number
        default: if key.hasPrefix("GNU.sparse.") { isSparse = true }
        }
    }
}
