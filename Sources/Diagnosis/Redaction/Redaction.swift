internal import LabNet
internal import Puller

/// Hides in a diagnosis what says who made it: one value, which gives the same thing the same pseudonym everywhere.
///
/// Hidden are:
/// - this machine's addresses and their neighbours, and all of private networks (RFC 1918, RFC 6598, RFC 4193, link-local);
/// - resolvers that are not known to everybody: those this machine is configured with, and those of the user's own list;
/// - hosts that are not known to everybody: what the user typed, unless it is one of ``PublicNames`` or a name of nobody's,
///   with the hosts behind it, its aliases and true addresses; names without a public suffix, and names whose every address
///   is private;
/// - the proxy's host and credential, queries and user names of URLs, repositories that the user typed, long segments of
///   paths, and whatever looks like a secret, a home folder, or an address that is no evidence in words from the network.
///
/// Forged addresses stay: they are evidence, and the censor's. Loopback and the ranges of local proxies stay, since they
/// say nothing about anybody.
///
/// An address has an address as its pseudonym (of 240.0.0.0/4, RFC 1112 4, or 100::/64, RFC 6666), so that every type keeps
/// its meaning; ``Disclosure/spelled(_:)`` makes `private-1` of it in text.
struct Redaction {
    /// What of this machine must not be named; nil where nothing but secrets is hidden.
    private let whereabouts: Whereabouts?
    private(set) var pseudonyms = Pseudonyms()
    /// Names that are hidden wherever they come, in lower case.
    private var hiddenNames: Set<String> = []
    /// What the hidden names end with; a certificate names siblings.
    private var hiddenBases: Set<String> = []
    /// Names that are kept although few know them: a public registry led there.
    private var publicNames: Set<String> = []
    private var hiddenResolvers: Set<IPAddress>
    private var hiddenAddresses: Set<IPAddress> = []
    /// Addresses that were dialled, asked or answered.
    private var evidence: Set<IPAddress> = []
    /// Repositories that the tool chose and not the user, and official images.
    private var publicRepositories: Set<String> = []
    /// Repositories that the user chose.
    private(set) var hiddenRepositories: Set<String> = []

    /// Hides secrets alone: credentials, and the queries of URLs.
    init() {
        whereabouts = nil
        hiddenResolvers = []
    }

    /// Looks through the findings for what has to be hidden.
    init(of findings: Findings, hiding whereabouts: Whereabouts) {
        self.whereabouts = whereabouts
        publicRepositories = Set(WellKnownRegistry.all.map(\.image.path))
        hiddenResolvers = whereabouts.resolvers.filter { !PublicNames.cover(resolver: $0) }
        for target in findings.targets { collect(target) }
        if let control = findings.line.control { collect(control, isPublic: false) }
        if findings.line.proxy?.isUsed == true { hideProxy(findings) }
        hiddenNames.subtract(publicNames)
    }

    private mutating func collect(_ target: TargetFindings) {
        var image: ImageReference?
        switch target.target.kind {
        case .registry(_, let known): image = known
        case .mirror(_, let known, _): image = known
        case .host: break
        }
        // Everybody pulls the official images; at other registries `library/` is anybody's (Harbor's first project).
        if let image, image.domain == ImageReference.dockerHub, image.path.hasPrefix("library/") {
            publicRepositories.insert(image.path)
        } else if let image, !publicRepositories.contains(image.path) {
            hiddenRepositories.insert(image.path)
        }
        let isPublic = PublicNames.cover(target.target.origin.host.description)
        for host in target.hosts { collect(host, isPublic: isPublic) }
        if target.hosts.isEmpty, !isPublic { hide(target.target.origin.host) }
    }

    /// What exchanges were connected to is the proxy.
    private mutating func hideProxy(_ findings: Findings) {
        let passages = (findings.targets.flatMap(\.hosts) + [findings.line.control].compactMap(\.self)).compactMap(
            \.passage)
        for passage in passages {
            if let endpoint = passage.endpoint { hiddenAddresses.insert(endpoint.address) }
            for failure in passage.requests.compactMap(\.failure) { hideEndpoints(of: failure) }
        }
    }

    private mutating func hideEndpoints(of failure: NetworkError) {
        if let endpoint = failure.endpoint { hiddenAddresses.insert(endpoint.address) }
        for attempt in failure.attempts { hideEndpoints(of: attempt) }
    }

    /// - Parameter isPublic: a target that everybody knows has led there.
    private mutating func collect(_ host: HostFindings, isPublic: Bool) {
        let queries = host.lookup?.queries ?? []
        for query in queries { collect(query) }
        let believed = Set(
            (host.lookup?.candidates.map(\.address) ?? []) + (host.system?.addresses ?? [])
                + host.reached.filter { $0.source != .forged }.map(\.endpoint.address)
                + host.greetings.filter { $0.source != .forged && $0.place == .own }.map(\.greeting.endpoint.address)
        ).subtracting(host.reached.filter { $0.source == .forged }.map(\.endpoint.address))
        evidence.formUnion(believed)
        evidence.formUnion(host.reached.map(\.endpoint.address))
        evidence.formUnion(host.greetings.map(\.greeting.endpoint.address))
        let isPrivate = !believed.isEmpty && believed.allSatisfy { $0.isLocalNetwork && !$0.isFakeIP }
        let name = host.origin.host.description
        if isPrivate || !(isPublic || PublicNames.cover(name)) || LocalName.matches(name) && name != "localhost" {
            hide(host.origin.host)
            hiddenAddresses.formUnion(believed)
            let aliases =
                queries.filter { $0.purpose != .baseline }.map(\.name)
                + queries.flatMap(\.arrivals).compactMap(\.alias)
            for alias in aliases where !PublicNames.cover(alias) { hide(name: alias) }
        } else {
            publicNames.insert(name)
        }
    }

    private mutating func collect(_ query: LookupRecord.Query) {
        let resolver = query.resolver.endpoint.address
        evidence.insert(resolver)
        if !PublicNames.cover(resolver: resolver) { hiddenResolvers.insert(resolver) }
        for case .answer(let answer) in query.arrivals.map(\.content) {
            evidence.formUnion(answer.claim?.addresses ?? [])
        }
    }

    private mutating func hide(_ host: Host) {
        switch host {
        case .address(let address): hiddenAddresses.insert(address)
        case .name(let name): hide(name: name)
        }
    }

    private mutating func hide(name: String) {
        guard name != ".", name != "localhost", IPAddress(name) == nil else { return }
        hiddenNames.insert(name)
        let labels = name.split(separator: ".")
        if labels.count > 1, !PublicNames.cover(name) { hiddenBases.insert(labels.suffix(2).joined(separator: ".")) }
    }
}

// MARK: - Addresses and names

extension Redaction {
    /// The address, or what stands for it.
    mutating func address(_ address: IPAddress) -> IPAddress {
        kind(of: address).map { pseudonyms.address(for: address, $0) } ?? address
    }

    /// The word for an address in words from the network, where one that is no evidence may be the user's own; nil for one
    /// that stays.
    mutating func word(forForeign address: IPAddress) -> String? {
        guard hidesIdentity else { return nil }
        let isNamed = evidence.contains(address) || address.isLoopback
        guard let kind = kind(of: address) ?? (isNamed ? nil : .address) else { return nil }
        return pseudonyms.word(for: address, kind)
    }

    /// Whether more is hidden than secrets.
    var hidesIdentity: Bool { whereabouts != nil }

    private func kind(of address: IPAddress) -> Pseudonyms.Kind? {
        guard let whereabouts else { return nil }
        if Pseudonyms.isOne(address) { return .address }
        if address.isLoopback || address.isFakeIP { return nil }
        if isOwn(address, in: whereabouts) { return .own }
        if address.isLocalNetwork { return .private }
        if hiddenResolvers.contains(address) { return .resolver }
        return hiddenAddresses.contains(address) ? .address : nil
    }

    /// This machine's own, and what shares its subnet: the same /64, or the same /24 of public IPv4 addresses.
    private func isOwn(_ address: IPAddress, in whereabouts: Whereabouts) -> Bool {
        if whereabouts.addresses.contains(address) { return true }
        if address.isLocalNetwork { return false }
        return whereabouts.addresses.contains { own in
            switch (own, address) {
            case (.v4(let one), .v4(let other)): one >> 8 == other >> 8
            case (.v6(let one, _), .v6(let other, _)): one == other
            default: false
            }
        }
    }

    /// The host, or what stands for it.
    mutating func host(_ host: Host) -> Host {
        switch host {
        case .address(let address): .address(self.address(address))
        case .name(let name): hides(name) ? .name(pseudonyms.word(for: name, .host)) : host
        }
    }

    /// The name, or what stands for it.
    mutating func name(_ name: String) -> String {
        guard let known = Host(name) else { return name == "." ? name : text(name) }
        return host(known).description
    }

    /// The host of a URL; there one that nobody knows is hidden too, for a portal is the provider's.
    mutating func host(ofURL host: Host) -> Host {
        guard hidesIdentity, case .name(let name) = host, !hides(name), !publicNames.contains(name),
            !PublicNames.cover(name)
        else {
            if case .address(let address) = host, let word = word(forForeign: address) { return .name(word) }
            return self.host(host)
        }
        return .name(pseudonyms.word(for: name, .host))
    }

    /// Whether a lower-case name is hidden.
    func hides(_ name: String) -> Bool {
        if !hidesIdentity || name == "localhost" || pseudonyms.areWords(name) || IPAddress(name) != nil { return false }
        if hiddenNames.contains(name) || LocalName.matches(name) { return true }
        if publicNames.contains(name) || PublicNames.cover(name) { return false }
        return hiddenBases.contains { name == $0 || name.hasSuffix("." + $0) }
    }

    /// Hidden names of one label, which cannot be told from other words by their form.
    var hiddenWords: [String] { hiddenNames.filter { !$0.contains(".") } }

    /// The repository of an image, or what stands for it.
    mutating func repository(_ path: String) -> String {
        if !hidesIdentity || publicRepositories.contains(path) { return path }
        return pseudonyms.word(for: path, .image)
    }

    /// What stands for the proxy's host; one on this machine says nothing.
    mutating func proxy(_ host: Host) -> Host {
        guard hidesIdentity else { return host }
        if case .address(let address) = host, address.isLoopback { return host }
        return host == .name("localhost") ? host : .name(pseudonyms.word(for: host.description, .proxy))
    }

    /// The resolver, or what stands for it: the name in its certificate and its path can hold a customer's number.
    mutating func resolver(_ resolver: ResolverAddress) -> ResolverAddress {
        guard hidesIdentity, !ResolverList.defaults.resolvers.contains(resolver) else { return resolver }
        var hidden = resolver
        hidden.endpoint = endpoint(resolver.endpoint)
        switch resolver.carrier {
        case .datagrams, .stream: break
        case .tls(let name): hidden.carrier = .tls(certificateHost(name))
        case .https(let name, _): hidden.carrier = .https(certificateHost(name), path: ResolverAddress.defaultPath)
        }
        return hidden
    }

    private mutating func certificateHost(_ host: Host) -> Host {
        guard case .name(let name) = host else { return self.host(host) }
        return .name(pseudonyms.word(for: name, .host))
    }

    /// The endpoint, or what stands for it; its port stays.
    mutating func endpoint(_ endpoint: Endpoint) -> Endpoint {
        Endpoint(address: address(endpoint.address), port: endpoint.port)
    }
}

extension LookupRecord.Arrival {
    /// The alias that it names instead of addresses.
    fileprivate var alias: String? {
        guard case .answer(let answer) = content, case .alias(let name)? = answer.claim else { return nil }
        return name.description
    }
}
