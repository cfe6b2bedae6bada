import LabNet

extension Scenario {
    /// Servers that fail, parts of a registry that are blocked alone, and mirrors.
    static let parts = failing + blockedParts + mirrors

    private static let failing = [
        reached("needs-name-clear", "a registry that demands its name, and nobody in the way") {
            $0.registry = .needsName
        },
        reached("server-refused", "nobody listens where the registry is") {
            $0.ways = [Way(end: .nobody(.refused)), Way(end: .nobody(.refused))]
        },
        reached("server-gone", "nothing comes back from the registry's only address") {
            $0.ways = [Way(end: .nobody(.swallowed))]
        },
        reached("server-500", "the registry answers everything with status 500") { $0.fault = .failing },
        reached("server-403", "the registry refuses with status 403, for the region") { $0.fault = .denying },
        reached("server-broken", "the registry answers every hello with alert 40, whatever it says") {
            $0.registry = .refusesEverybody
        },
        reached("server-expired", "the registry's certificate ran out a month ago") { $0.registry = .expired },
    ]

    private static let blockedParts = [
        reached("token-blocked", "a box that puts segments and records together kills the token server's name alone") {
            $0.tokenWays = Way.two(only(Lab.tokenHost))
        },
        reached(
            "token-swallowed", "SYNs to the token server's addresses of IPv4 are lost; its address of IPv6 is clear"
        ) {
            $0.tokenWays = [Way(end: .nobody(.swallowed)), Way(end: .nobody(.swallowed)), Way(.ip6)]
        },
        reached("storage-blocked", "a box that puts TCP segments together kills the storage host's name alone") {
            $0.storageWays = Way.two(only(Lab.storageHost, .segments))
        },
        reached("storage-frozen", "streams from the storage host freeze after 16 kB; the registry is clear") {
            $0.storageWays = Way.two(.clear().with { $0.cut = .init(afterBytes: 16 << 10, action: .blackhole) })
        },
    ]

    private static let mirrors = [
        reached("mirror", "a registry that nothing reaches, and a mirror that serves the same") {
            $0.ways = Way.two(.byName(.records))
            $0.registry = .needsName
            $0.mirror = .faithful
        },
        reached("mirror-stale", "a mirror that serves an older image under the same tag") { $0.mirror = .stale },
        reached("mirror-lying", "a mirror whose manifests are not what their digest says") { $0.mirror = .lying },
        reached("mirror-refusing", "a mirror that refuses everybody with status 403") { $0.mirror = .refusing },
    ]

    /// A box that kills one host's name, and no other.
    private static func only(_ host: String, _ reader: Reading.Reader = .records) -> TLSBox.Rules {
        TLSBox.Rules.byName(reader).with { $0.names = NameList([host]) }
    }

    private static func reached(
        _ name: String, _ explanation: String, _ change: (inout Scenario) -> Void
    ) -> Scenario {
        var scenario = Scenario(name: name, explanation: explanation, resolvers: Resolver.abroad())
        change(&scenario)
        return scenario
    }
}
