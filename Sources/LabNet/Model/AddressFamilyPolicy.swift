/// Which address families may be asked for and dialled (`-network`).
public enum AddressFamilyPolicy: String, Hashable, Sendable, CaseIterable {
    /// Both, interleaved as RFC 8305 says.
    case ip
    /// IPv4 only: no AAAA is asked, no IPv6 address touched.
    case ip4
    /// IPv6 only: no A is asked, no IPv4 address touched.
    case ip6

    /// Whether an address of this family may be touched; resolvers and proxies count as well.
    public func allows(_ family: IPAddress.Family) -> Bool {
        self == .ip || rawValue == family.rawValue
    }
}
