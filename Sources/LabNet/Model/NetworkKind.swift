/// What part of the world an address or a host belongs to.
package enum NetworkKind: Hashable, Sendable, CaseIterable {
    /// This machine.
    case loopback
    /// The wire that it hangs on; clouds keep their machines' credentials there (169.254.169.254).
    case linkLocal
    /// Addresses and names of a house's own network, and whatever else is not for the Internet.
    case `private`
    /// Everything else.
    case global

    /// By IANA's special-purpose registries (RFC 6890).
    package init(_ address: IPAddress) {
        // From these ranges a local proxy (Clash and its kin) answers every name that it carries, true ones as well:
        // whoever sits behind one is at such an address with the registry, its token server and its storage alike. The
        // connection goes to the proxy, by a name, and to nothing in the house.
        if address.isFakeIP {
            self = .global
            return
        }
        self =
            switch address {
            case .v4(let number): Self.kind(ofV4: number)
            case .v6(let high, let low): Self.kind(ofV6: high, low)
            }
    }

    /// By the literal, or by what the name tells of itself.
    package init(_ host: Host) {
        self =
            switch host {
            case .address(let address): NetworkKind(address)
            case .name(let name) where LocalName.isLocalhost(name): .loopback
            case .name(let name): LocalName.matches(name) ? .private : .global
            }
    }

    private static func kind(ofV6 high: UInt64, _ low: UInt64) -> NetworkKind {
        if high == 0, low <= 1 { return .loopback }
        // IPv4 in IPv6's clothes: mapped and compatible (RFC 4291 2.5.5), NAT64 (RFC 6052), 6to4 (RFC 3056).
        let isEmbedding = high == 0 && (low >> 32 == 0 || low >> 32 == 0xFFFF)
        if isEmbedding || high == 0x64_FF9B << 32 && low >> 32 == 0 {
            return NetworkKind(.v4(UInt32(truncatingIfNeeded: low)))
        }
        if high >> 48 == 0x2002 { return NetworkKind(.v4(UInt32(truncatingIfNeeded: high >> 16))) }
        if high >> 54 == 0xFE80 >> 6 { return .linkLocal }
        return high >> 61 == 1 ? .global : .private
    }

    private static func kind(ofV4 number: UInt32) -> NetworkKind {
        func isIn(_ network: UInt32, _ length: UInt32) -> Bool { number >> (32 - length) == network >> (32 - length) }
        if isIn(0x7F00_0000, 8) || isIn(0, 8) { return .loopback }
        if isIn(0xA9FE_0000, 16) { return .linkLocal }
        let isPrivate =
            isIn(0x0A00_0000, 8) || isIn(0xAC10_0000, 12) || isIn(0xC0A8_0000, 16) || isIn(0x6440_0000, 10)
            || isIn(0xC000_0000, 24) || isIn(0xE000_0000, 3)
        return isPrivate ? .private : .global
    }
}
