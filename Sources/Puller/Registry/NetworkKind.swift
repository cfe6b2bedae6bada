internal import LabNet

/// What part of the world a host belongs to, as far as its literal or its name tells.
enum NetworkKind: Hashable, Sendable {
    case loopback
    case linkLocal
    /// Addresses and names of a house's own network.
    case `private`
    /// Everything else.
    case global

    init(_ host: Host) {
        switch host {
        case .address(let address): self = Self.kind(of: address)
        case .name(let name): self = Self.kind(of: name)
        }
    }

    private static func kind(of name: String) -> NetworkKind {
        if name == "localhost" || name.hasSuffix(".localhost") { return .loopback }
        let isPrivate =
            !name.contains(".")
            || [".local", ".lan", ".internal", ".corp", ".home.arpa"].contains(where: name.hasSuffix)
        return isPrivate ? .private : .global
    }

    /// IANA's special-purpose registries (RFC 6890); whatever is not for the Internet counts as private.
    private static func kind(of address: IPAddress) -> NetworkKind {
        switch address {
        case .v4(let number): kind(ofV4: number)
        case .v6(let high, let low):
            // IPv4 in IPv6's clothes: mapped and compatible (RFC 4291 2.5.5), NAT64 (RFC 6052), 6to4 (RFC 3056).
            if high == 0, low <= 1 {
                .loopback
            } else if (high == 0 && (low >> 32 == 0 || low >> 32 == 0xFFFF))
                || (high == 0x64_FF9B << 32 && low >> 32 == 0)
            {
                kind(ofV4: UInt32(truncatingIfNeeded: low))
            } else if high >> 48 == 0x2002 {
                kind(ofV4: UInt32(truncatingIfNeeded: high >> 16))
            } else if high >> 54 == 0xFE80 >> 6 {
                .linkLocal
            } else {
                high >> 61 == 1 ? .global : .private
            }
        }
    }

    private static func kind(ofV4 number: UInt32) -> NetworkKind {
        func isIn(_ network: UInt32, _ length: UInt32) -> Bool { number >> (32 - length) == network >> (32 - length) }
        if isIn(0x7F00_0000, 8) || isIn(0, 8) { return .loopback }
        if isIn(0xA9FE_0000, 16) { return .linkLocal }
        let isPrivate =
            isIn(0x0A00_0000, 8) || isIn(0xAC10_0000, 12) || isIn(0xC0A8_0000, 16) || isIn(0x6440_0000, 10)
            || isIn(0xC000_0000, 24) || isIn(0xC612_0000, 15) || isIn(0xE000_0000, 3)
        return isPrivate ? .private : .global
    }
}
