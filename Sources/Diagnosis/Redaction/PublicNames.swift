internal import LabNet

/// What everybody may know: services that so many people use that their names say nothing about one of them.
enum PublicNames {
    /// Registries, their token servers and stores, the customary control hosts, and names that nobody can own (RFC 2606).
    ///
    /// Services whose names or paths begin with their customer's are not among them (`azurecr.io`, `amazonaws.com`,
    /// `storage.googleapis.com`): where a public registry leads there, they are public by that.
    static let suffixes = [
        "docker.io", "docker.com", "ghcr.io", "githubusercontent.com", "github.com", "quay.io", "gcr.io",
        "mcr.microsoft.com", "data.mcr.microsoft.com", "registry.k8s.io", "public.ecr.aws", "nvcr.io", "lscr.io",
        "registry.gitlab.com", "docker.elastic.co", "registry.access.redhat.com", "registry.redhat.io",
        "container-registry.oracle.com", "daocloud.io", "example.com", "example.net",
        "example.org", "example", "test", "invalid", "localhost",
    ]

    /// Whether a lower-case name is one of these services' or below it.
    static func cover(_ name: String) -> Bool {
        suffixes.contains { name == $0 || name.hasSuffix("." + $0) }
    }

    /// Whether a resolver is one that the whole world is told to use: of the list that is built in, or one of the public
    /// ones inside China (114DNS, AliDNS, DNSPod, Baidu, CNNIC, as their operators announce them).
    static func cover(resolver address: IPAddress) -> Bool { resolvers.contains(address) }

    private static let resolvers: Set<IPAddress> = {
        let listed = ResolverList.defaults.resolvers.map(\.endpoint.address)
        let canaries = ResolverList.defaults.canaries.map(\.address)
        let others = [
            "114.114.114.114", "114.114.115.115", "223.5.5.5", "223.6.6.6", "2400:3200::1", "2400:3200:baba::1",
            "119.29.29.29", "180.76.76.76", "1.2.4.8", "210.2.4.8",
        ]
        return Set(listed + canaries + others.compactMap { IPAddress($0) })
    }()
}
