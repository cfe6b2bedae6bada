extension ResolverList {
    /// The resolvers that lab mode asks when nobody names others: `resolvers.default.txt`, compiled in.
    ///
    /// The file says who runs them, where the addresses come from, and why the canaries are where they are; a test holds
    /// the two together.
    package static let defaults = ResolverList(
        resolvers: defaultResolvers.compactMap { try? ResolverAddress(parsing: $0) },
        canaries: (try? parse(canaries: defaultCanaries, beside: [])) ?? [])

    /// The file's lines, in its order, which is the order of asking.
    static let defaultResolvers = [
        "8.8.8.8", "2606:4700:4700::1111", "tls://9.9.9.9", "https://1.1.1.1/dns-query", "208.67.222.222",
        "tls://[2001:4860:4860::8888]", "94.140.14.140", "2620:fe::10", "tls://185.222.222.222@dot.sb",
        "https://8.8.4.4/dns-query", "1.0.0.1", "2a09::", "tls://[2606:4700:4700::1001]@one.one.one.one", "9.9.9.10",
        "2620:119:35::35", "tls://94.140.14.141@unfiltered.adguard-dns.com", "101.101.101.101", "2620:74:1b::1:1",
        "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844", "1.1.1.1", "2606:4700:4700::1001",
        "149.112.112.10", "2620:fe::fe:10", "tls://149.112.112.10@dns10.quad9.net", "9.9.9.9", "149.112.112.112",
        "2620:fe::fe", "2620:fe::9", "tls://[2620:fe::fe]@dns.quad9.net", "208.67.220.220", "2620:119:53::53",
        "tls://208.67.220.220@dns.opendns.com", "208.67.222.2", "208.67.220.2", "2620:0:ccc::2", "2620:0:ccd::2",
        "94.140.14.141", "2a10:50c0::1:ff", "2a10:50c0::2:ff", "185.222.222.222", "45.11.45.11", "2a11::",
        "101.102.103.104", "2001:de4::101", "2001:de4::102", "64.6.64.6", "64.6.65.6", "2620:74:1c::2:2", "4.2.2.1",
        "4.2.2.2", "74.82.42.42", "2001:470:20::2", "tls://74.82.42.42@ordns.he.net",
    ]

    /// The addresses of the file's `canary` lines.
    static let defaultCanaries = "8.8.8.200,2001:4860:4860::200"
}
