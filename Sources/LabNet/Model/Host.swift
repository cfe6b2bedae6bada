/// The host of an origin: a DNS name or an address literal.
public enum Host: Hashable, Sendable, CustomStringConvertible {
    /// A DNS name in lower case, without the root's dot.
    case name(String)
    /// An address literal; it is never resolved and never named in TLS.
    case address(IPAddress)

    /// Reads a host as it stands in a URL or an image name; IPv6 literals with or without brackets.
    ///
    /// A name holds 1 to 253 bytes in labels of 1 to 63 letters, digits, `-` and `_` (RFC 1123 2.1, and `_` as found in
    /// the field). Nil for anything else.
    public init?(_ text: some StringProtocol) {
        if text.hasPrefix("["), text.hasSuffix("]") {
            guard let address = IPAddress(text.dropFirst().dropLast()), address.family == .ip6 else { return nil }
            self = .address(address)
            return
        }
        if let address = IPAddress(text) {
            self = .address(address)
            return
        }
        let name = text.hasSuffix(".") ? text.dropLast().lowercased() : text.lowercased()
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        // A name whose last label is a number is a malformed IPv4 address to everyone else (WHATWG URL, "ends in a number").
        guard (1...253).contains(name.utf8.count), labels.last?.allSatisfy(\.isNumber) == false,
            labels.allSatisfy(Self.isLabel)
        else { return nil }
        self = .name(name)
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// The name, or the literal without brackets.
    public var description: String {
        switch self {
        case .name(let name): name
        case .address(let address): address.description
        }
    }

    /// The host as it stands in a URL: IPv6 literals in brackets.
    public var bracketed: String {
        if case .address(let address) = self, address.family == .ip6 { return "[\(address)]" }
        return description
    }
}
