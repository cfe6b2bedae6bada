extension IPAddress {
    /// Whether a datagram can be sent to it and answered from it: not unspecified, not multicast, not reserved.
    var canBeAsked: Bool {
        !Self.unaskable.contains { $0.contains(self) }
    }

    /// Whether IANA's special-purpose registries (RFC 6890) say that it is not an address of the public Internet.
    ///
    /// Forged answers have held such addresses; but private registries do live there, so it is a weak sign.
    var isSpecialPurpose: Bool {
        Self.specialPurpose.contains { $0.contains(self) }
    }

    /// Whether it is an IPv4 address in IPv6's clothes (RFC 4291 2.5.5.2): the system would dial the other family.
    var isMapped: Bool {
        if case .v6(high: 0, let low) = self { low >> 32 == 0xffff } else { false }
    }

    /// Whether it is this machine itself (RFC 1122 3.2.1.3, RFC 4291 2.5.3).
    package var isLoopback: Bool {
        switch self {
        case .v4(let number): number >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }

    /// Whether it is on the user's own network (RFC 1918, RFC 3927, RFC 6598, RFC 4193, RFC 4291 2.5.6), nearer than any
    /// border; this machine itself is not meant.
    package var isLocalNetwork: Bool {
        Self.localNetwork.contains { $0.contains(self) }
    }

    /// The block that it is taken to share with its neighbours: /16 of IPv4, /32 of IPv6; by its first address.
    ///
    /// What one operator or one CDN was given is seldom smaller.
    var network: IPAddress {
        switch self {
        case .v4(let number): .v4(number & 0xffff_0000)
        case .v6(let high, _): .v6(high: high & 0xffff_ffff_0000_0000, low: 0)
        }
    }

    private static let localNetwork = AddressBlock.list([
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10",
    ])

    /// Whether it is of the ranges from which local proxies answer names (Clash and its kin: "fake-ip"): the connection
    /// ends on this machine, and the proxy knows by the address which name was meant.
    ///
    /// 198.18.0.0/15 is for benchmarks (RFC 2544), and fc00::/18 of the half of RFC 4193 that nobody assigns; a server of
    /// somebody's own can stand in either, so this says nothing without the system's own answer.
    package var isFakeIP: Bool {
        Self.fakeIPs.contains { $0.contains(self) }
    }

    private static let fakeIPs = AddressBlock.list(["198.18.0.0/15", "fc00::/18"])

    private static let unaskable = AddressBlock.list(["0.0.0.0/8", "224.0.0.0/3", "::/128", "ff00::/8"])

    private static let specialPurpose = AddressBlock.list([
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        "::/127", "::ffff:0:0/96", "100::/64", "2001::/32", "2001:db8::/32", "fc00::/7", "fe80::/10", "ff00::/8",
    ])
}

/// A range of addresses with a common prefix (RFC 4632).
private struct AddressBlock: Sendable {
    let base: IPAddress
    let prefix: Int

    /// Reads `base/prefix` literals of this file; a test asks for one address of each.
    static func list(_ literals: [String]) -> [AddressBlock] {
        literals.compactMap { literal in
            let parts = literal.split(separator: "/")
            guard parts.count == 2, let base = IPAddress(parts[0]), let prefix = Int(parts[1]) else { return nil }
            return AddressBlock(base: base, prefix: prefix)
        }
    }

    func contains(_ address: IPAddress) -> Bool {
        switch (base, address) {
        case (.v4(let base), .v4(let number)):
            return (base ^ number) >> (32 - UInt32(prefix)) == 0
        case (.v6(let high, let low), .v6(let otherHigh, let otherLow)):
            // Shifts by the full width yield 0, so a prefix of 64 or less leaves the lower half out.
            let upper = (high ^ otherHigh) >> UInt64(max(0, 64 - prefix))
            let lower = (low ^ otherLow) >> UInt64(128 - max(64, prefix))
            return upper == 0 && lower == 0
        default: return false
        }
    }
}
