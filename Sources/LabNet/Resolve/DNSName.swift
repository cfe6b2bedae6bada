/// A domain name in the form by which names are compared: uncompressed, letters in lower case (RFC 1035 3.1, RFC 4343).
///
/// Labels from the network may hold any byte, dots included; so names are kept as they stand on the wire and never as text.
package struct DNSName: Hashable, Sendable {
    /// Labels, each after its length, and the root's zero: 1 to 255 bytes.
    package let wire: [UInt8]

    /// The root.
    package static let root = DNSName(wire: [0])

    init(wire: [UInt8]) { self.wire = wire.map(Self.lowercase) }

    /// Reads a name as ``Host`` allows it, or `.`; nil for anything else.
    package init?(_ text: String) {
        if text == "." {
            self = .root
            return
        }
        guard case .name(let name)? = Host(text) else { return nil }
        self.init(wire: name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0])
    }

    /// Lower case for ASCII letters; no length byte is one, for lengths end at 63.
    static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension DNSName: CustomStringConvertible {
    /// `www.example.net`, or `.`; bytes that are not printable, and dots inside labels, as `\DDD` (RFC 1035 5.1).
    package var description: String {
        var labels: [String] = []
        var rest = wire[...]
        while let length = rest.popFirst(), length > 0 {
            labels.append(rest.prefix(Int(length)).map(Self.escaped).joined())
            rest = rest.dropFirst(Int(length))
        }
        return labels.isEmpty ? "." : labels.joined(separator: ".")
    }

    private static func escaped(_ byte: UInt8) -> String {
        let plain = (0x21...0x7e).contains(byte) && byte != UInt8(ascii: ".") && byte != UInt8(ascii: "\\")
        if plain { return String(Unicode.Scalar(byte)) }
        let decimal = String(byte)
        return "\\" + String(repeating: "0", count: 3 - decimal.count) + decimal
    }
}
