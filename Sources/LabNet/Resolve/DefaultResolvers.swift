extension ResolverList {
    /// The resolvers that lab mode asks when nobody names others: `resolvers.default.txt`, compiled in.
    ///
    /// The file says who runs them and where the addresses come from; a test holds the two together.
    package static let defaults = ResolverList(
        resolvers: defaultLiterals.compactMap(IPAddress.init).map {
            ResolverAddress(Endpoint(address: $0, port: defaultPort))
        })

    /// The lines of the file, in its order.
    static let defaultLiterals = [
        "8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844",
        "1.1.1.1", "1.0.0.1", "2606:4700:4700::1111", "2606:4700:4700::1001",
        "9.9.9.10", "149.112.112.10", "2620:fe::10", "2620:fe::fe:10",
        "9.9.9.9", "149.112.112.112", "2620:fe::fe", "2620:fe::9",
        "208.67.222.222", "208.67.220.220", "2620:119:35::35", "2620:119:53::53",
        "208.67.222.2", "208.67.220.2", "2620:0:ccc::2", "2620:0:ccd::2",
        "94.140.14.140", "94.140.14.141", "2a10:50c0::1:ff", "2a10:50c0::2:ff",
        "185.222.222.222", "45.11.45.11", "2a09::", "2a11::",
        "101.101.101.101", "101.102.103.104", "2001:de4::101", "2001:de4::102",
        "64.6.64.6", "64.6.65.6", "2620:74:1b::1:1", "2620:74:1c::2:2",
        "4.2.2.1", "4.2.2.2",
        "74.82.42.42", "2001:470:20::2",
    ]
}
