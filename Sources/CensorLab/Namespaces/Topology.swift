package import LabNet

/// Four namespaces in a row and what stands in them, as arguments of `ip` (iproute2). A value: nothing happens here.
package struct Topology: Hashable, Sendable {
    /// What the names of the namespaces begin with.
    package var prefix: String
    /// Where the censor stands.
    package var place: Place
    /// The families that this machine has.
    package var families: [IPAddress.Family]

    /// Where on the path a censor stands.
    package enum Place: Hashable, Sendable {
        /// Behind the first router, as at a border.
        case border
        /// Before the first router: a packet that is to die at that router dies behind the censor.
        case firstHop
    }

    /// Who has a namespace of its own.
    package enum Role: String, Hashable, Sendable, CaseIterable {
        /// Where commands are run.
        case client
        /// A plain hop.
        case router
        /// The censor, who is no hop.
        case censor
        /// Resolvers, registry, strangers.
        case world
    }

    /// Joins the three.
    package init(prefix: String, place: Place, families: [IPAddress.Family]) {
        self.prefix = prefix
        self.place = place
        self.families = families
    }

    /// A namespace's name.
    package func name(of role: Role) -> String { "\(prefix)-\(role.rawValue)" }

    /// An interface toward the client's end of the row.
    package static let inward = "inward"
    /// An interface toward the world's end.
    package static let outward = "outward"

    /// The row, from the client to the world.
    package var row: [Role] {
        switch place {
        case .border: [.client, .router, .censor, .world]
        case .firstHop: [.client, .censor, .router, .world]
        }
    }

    /// The interfaces in a namespace.
    package func interfaces(of role: Role) -> [String] {
        switch role {
        case .client: [Self.outward]
        case .world: [Self.inward]
        case .router, .censor: [Self.inward, Self.outward]
        }
    }

    /// The hop limit of what the world sends: as if a dozen hops lay behind the censor.
    package static let worldHopLimit: UInt8 = 52
}

// MARK: - Addresses

extension Topology {
    /// The world's addresses, out of the blocks for documentation (RFC 5737, RFC 3849).
    package struct Addresses: Hashable, Sendable {
        /// The literal of each.
        let literals: [String]

        /// Where resolvers listen.
        package static let resolvers = Addresses(literals: ["203.0.113.53", "203.0.113.153", "2001:db8:53::53"])
        /// Beside the resolvers, where nobody listens.
        package static let canaries = Addresses(literals: ["203.0.113.200", "2001:db8:53::200"])
        /// Where the registry listens.
        package static let registry = Addresses(
            literals: ["198.51.100.10", "198.51.100.20", "2001:db8:10::10", "2001:db8:10::20"])
        /// Where strangers listen: what injectors answer.
        package static let strangers = Addresses(literals: ["192.0.2.66", "192.0.2.67", "2001:db8:66::66"])

        /// Where the control listens, which nobody blocks.
        package static let control = Addresses(literals: ["192.0.2.80", "2001:db8:80::80"])

        static let all = resolvers.literals + registry.literals + strangers.literals + control.literals

        /// Those of these families.
        package func of(_ families: [IPAddress.Family]) -> [IPAddress] {
            literals.compactMap { IPAddress($0) }.filter { families.contains($0.family) }
        }
    }

    /// One family's share in the plan of addresses.
    private struct Plan {
        /// What `ip` is told before the verb.
        var flag: String
        /// Between client and router, and between router and world: network, the end inward, the end outward.
        var near: (inner: String, outer: String)
        var far: (inner: String, outer: String)
        var length: Int
        /// Blocks of the world; an address of theirs where nobody is swallows.
        var blocks: [String]

        init(_ family: IPAddress.Family) {
            switch family {
            case .ip4:
                flag = "-4"
                near = ("10.77.1.2", "10.77.1.1")
                far = ("10.77.2.1", "10.77.2.2")
                length = 24
                blocks = ["203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24"]
            case .ip6:
                flag = "-6"
                near = ("fd77:6c61:62::1:2", "fd77:6c61:62::1:1")
                far = ("fd77:6c61:62::2:1", "fd77:6c61:62::2:2")
                length = 112
                blocks = ["2001:db8::/32"]
            }
        }
    }
}

// MARK: - Commands

extension Topology {
    /// Makes the namespaces and the links between them, nothing up yet.
    package var construction: [[String]] {
        let namespaces = Role.allCases.map { ["netns", "add", name(of: $0)] }
        let links = zip(row, row.dropFirst()).map { inner, outer in
            ["link", "add", Self.outward, "netns", name(of: inner), "type", "veth"]
                + ["peer", "name", Self.inward, "netns", name(of: outer)]
        }
        // Nobody is to speak of his own accord: an interface without a link-local address does not, and the censor's are mute.
        let quiet = Role.allCases.flatMap { role in
            interfaces(of: role).map { link(role, ["set", "dev", $0, "addrgenmode", "none"]) }
        }
        return namespaces + links + quiet
    }

    /// Gives addresses and routes, and brings everything up.
    package var configuration: [[String]] {
        var commands = Role.allCases.flatMap { role in
            (["lo"] + interfaces(of: role)).map { link(role, ["set", "dev", $0, "up"]) }
        }
        for plan in families.map(Plan.init) {
            commands += [
                address(.client, plan.near.inner, plan, on: Self.outward),
                address(.router, plan.near.outer, plan, on: Self.inward),
                address(.router, plan.far.inner, plan, on: Self.outward),
                address(.world, plan.far.outer, plan, on: Self.inward),
                route(.client, plan, ["default", "via", plan.near.outer]),
                route(.router, plan, ["default", "via", plan.far.outer]),
                route(.world, plan, ["default", "via", plan.far.inner, "hoplimit", "\(Self.worldHopLimit)"]),
            ]
            if plan.flag == "-6" { commands += neighbourly }
            commands += plan.blocks.map { route(.world, plan, ["blackhole", $0]) }
        }
        let world = families.flatMap { family in
            Addresses(literals: Addresses.all).of([family]).map { address in
                let length = family == .ip4 ? 32 : 128
                return at(.world, ["address", "add", "\(address)/\(length)", "dev", "lo"] + noProbe(family))
            }
        }
        return commands + world
    }

    /// Removes everything again: links go with their namespaces.
    package var demolition: [[String]] { Role.allCases.map { ["netns", "delete", name(of: $0)] } }

    /// Link-local addresses: a router asks for its neighbours in their name (RFC 4861 7.2.2).
    private var neighbourly: [[String]] {
        [(Role.client, Self.outward), (.router, Self.inward), (.router, Self.outward), (.world, Self.inward)]
            .enumerated().map { number, place in
                at(place.0, ["address", "add", "fe80::\(number + 1)/64", "dev", place.1] + noProbe(.ip6))
            }
    }

    private func at(_ role: Role, _ words: [String]) -> [String] { ["-n", name(of: role)] + words }

    private func link(_ role: Role, _ words: [String]) -> [String] { at(role, ["link"] + words) }

    private func route(_ role: Role, _ plan: Plan, _ words: [String]) -> [String] {
        ["-n", name(of: role), plan.flag, "route", "add"] + words
    }

    private func address(_ role: Role, _ literal: String, _ plan: Plan, on interface: String) -> [String] {
        let family = plan.flag == "-6" ? IPAddress.Family.ip6 : .ip4
        return at(role, ["address", "add", "\(literal)/\(plan.length)", "dev", interface] + noProbe(family))
    }

    /// Nobody else can have the address, so there is no second to be waited for (RFC 4862 5.4).
    private func noProbe(_ family: IPAddress.Family) -> [String] { family == .ip6 ? ["nodad"] : [] }
}
