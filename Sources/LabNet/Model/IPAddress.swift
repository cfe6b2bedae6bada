import Glibc

/// An IPv4 or IPv6 address as it stands on the wire; in order, IPv4 comes first.
public enum IPAddress: Hashable, Comparable, Sendable {
    /// Four bytes in network order, read as a big-endian number.
    case v4(UInt32)
    /// Sixteen bytes in network order, read as two big-endian numbers.
    case v6(high: UInt64, low: UInt64)

    /// The families that a socket can have.
    public enum Family: String, Hashable, Sendable, CaseIterable {
        /// IPv4.
        case ip4
        /// IPv6.
        case ip6
    }

    /// Which of the two families this address belongs to.
    public var family: Family {
        switch self {
        case .v4: .ip4
        case .v6: .ip6
        }
    }

    /// Reads a literal as `inet_pton` does; brackets and zones are not part of it. Nil when it is none.
    public init?(_ literal: some StringProtocol) {
        let text = String(literal)
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self = .v4(UInt32(bigEndian: v4.s_addr))
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            self.init(bytes: withUnsafeBytes(of: v6) { Array($0) })
        } else {
            return nil
        }
    }

    /// Reads 4 or 16 bytes in network order; nil for any other count.
    public init?(bytes: some Collection<UInt8>) {
        func number(_ part: some Sequence<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
        switch bytes.count {
        case 4: self = .v4(UInt32(number(bytes)))
        case 16: self = .v6(high: number(bytes.prefix(8)), low: number(bytes.suffix(8)))
        default: return nil
        }
    }

    /// The 4 or 16 bytes in network order.
    public var bytes: [UInt8] {
        switch self {
        case .v4(let number): withUnsafeBytes(of: number.bigEndian) { Array($0) }
        case .v6(let high, let low):
            withUnsafeBytes(of: high.bigEndian) { Array($0) } + withUnsafeBytes(of: low.bigEndian) { Array($0) }
        }
    }
}

extension IPAddress: CustomStringConvertible {
    /// The literal as `inet_ntop` writes it (RFC 5952 for IPv6).
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = self.family == .ip4 ? AF_INET : AF_INET6
        _ = bytes.withUnsafeBytes { inet_ntop(family, $0.baseAddress, &text, socklen_t(text.count)) }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
