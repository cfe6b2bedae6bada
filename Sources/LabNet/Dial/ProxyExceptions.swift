/// The list in `NO_PROXY`: hosts that are reached directly. Pure.
///
/// Items stand between commas or spaces: `*` for everything; an address; a network `10.0.0.0/8`; a domain, which covers
/// its subdomains too, or `.domain` and `*.domain`, which cover nothing but those (as in Go). Each but `*` and networks
/// may end in `:port`. Items that cannot be read cover nothing.
package struct ProxyExceptions: Hashable, Sendable {
    private enum Item: Hashable {
        case everything
        case network(IPAddress, bits: Int)
        case address(IPAddress, port: UInt16?)
        case domain(String, itself: Bool, port: UInt16?)
    }

    private let items: [Item]

    /// Reads the variable's value.
    package init(_ list: String) {
        items = list.split { $0 == "," || $0.isWhitespace }.compactMap(Self.item)
    }

    /// Whether the origin is reached directly.
    package func cover(_ origin: Origin) -> Bool { items.contains { Self.covers($0, origin) } }

    private static func covers(_ item: Item, _ origin: Origin) -> Bool {
        switch (item, origin.host) {
        case (.everything, _): true
        case (.network(let network, let bits), .address(let address)):
            network.family == address.family && network.bytes.hasSamePrefix(as: address.bytes, bits: bits)
        case (.address(let exception, let port), .address(let address)):
            exception == address && (port ?? origin.port) == origin.port
        case (.domain(let domain, let itself, let port), .name(let name)):
            (name.hasSuffix("." + domain) || itself && name == domain) && (port ?? origin.port) == origin.port
        default: false
        }
    }

    private static func item(_ text: Substring) -> Item? {
        if text == "*" { return .everything }
        if let slash = text.firstIndex(of: "/") {
            guard let network = IPAddress(text[..<slash]), let bits = Int(text[text.index(after: slash)...]),
                (0...network.bytes.count * 8).contains(bits)
            else { return nil }
            return .network(network, bits: bits)
        }
        if let address = IPAddress(text) { return .address(address, port: nil) }
        var name = text
        var port: UInt16?
        if let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") {
            guard let number = UInt16(text[text.index(after: colon)...]) else { return nil }
            (name, port) = (text[..<colon], number)
        }
        let itself = !name.hasPrefix("*.") && !name.hasPrefix(".")
        switch Host(name.drop { $0 == "*" }.drop { $0 == "." }) {
        case .address(let address): return .address(address, port: port)
        case .name(let domain): return .domain(domain, itself: itself, port: port)
        case nil: return nil
        }
    }
}

extension [UInt8] {
    fileprivate func hasSamePrefix(as other: [UInt8], bits: Int) -> Bool {
        let whole = bits / 8
        guard prefix(whole) == other.prefix(whole) else { return false }
        let mask = ~(UInt8.max >> UInt8(bits % 8))
        return bits % 8 == 0 || self[whole] & mask == other[whole] & mask
    }
}
