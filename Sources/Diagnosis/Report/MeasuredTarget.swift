internal import LabNet

/// A target with its conclusion, as the JSON has it.
struct MeasuredTarget: Encodable {
    /// As it was typed.
    let target: String
    let kind: String
    let origin: String
    let condition: OONI.OrNull<String>
    /// The host that the condition is about, where it is not the target's own.
    let host: OONI.OrNull<String>
    let reasons: [MeasuredReason]
    let ways: [MeasuredWay]
    let hosts: [MeasuredHost]
    let registry: OONI.OrNull<MeasuredRegistry>

    /// Joins what was found and what it comes to; nil for the latter where nothing was concluded.
    init(_ found: TargetFindings, _ assessment: Assessment?) {
        target = found.target.text
        kind =
            switch found.target.kind {
            case .registry: "registry"
            case .mirror: "mirror"
            case .host: "host"
            }
        origin = found.target.origin.description
        condition = .init(assessment?.condition.rawValue)
        host = .init(assessment?.host?.description)
        reasons = assessment?.reasons.map(MeasuredReason.init) ?? []
        ways = assessment?.ways.map(MeasuredWay.init) ?? []
        hosts = found.hosts.map(MeasuredHost.init)
        registry = .init(found.registry.map(MeasuredRegistry.init))
    }
}

/// A way that works, as the JSON has it.
struct MeasuredWay: Encodable {
    /// `ordinary`, `lab`, `segment_size`, `family`, `without_proxy` or `mirror`.
    let way: String
    /// What the command line says for it.
    let arguments: [String]
    /// The hello that lab mode's own choice has found.
    let strategy: String?

    /// Takes a way.
    init(_ way: Way) {
        arguments = way.arguments
        strategy = if case .lab(let found?, _) = way { found.spelling } else { nil }
        self.way =
            switch way {
            case .ordinary: "ordinary"
            case .lab: "lab"
            case .segmentSize: "segment_size"
            case .family: "family"
            case .withoutProxy: "without_proxy"
            case .mirror: "mirror"
            }
    }
}

/// A host of a target, as the JSON has it; its measurements stand in the formats' own lists.
struct MeasuredHost: Encodable {
    let host: String
    let origin: String
    let role: String
    /// What lab mode's lookup came to, the trusted first.
    let addresses: [Candidate]
    let failure: OONI.OrNull<String>
    let burnt: [Burnt]
    /// Somebody answers DNS where no resolver is.
    let resolversImpersonated: Bool

    struct Candidate: Encodable {
        let ip: String
        let trust: String
    }

    /// An endpoint that is left alone, and for how many seconds more.
    struct Burnt: Encodable {
        let endpoint: String
        let left: Double
    }

    /// Takes a host.
    init(_ found: HostFindings) {
        host = found.origin.host.description
        origin = found.origin.description
        role = found.role.rawValue
        addresses = (found.lookup?.candidates ?? []).map {
            Candidate(ip: "\($0.address)", trust: $0.trust == .trusted ? "trusted" : "doubtful")
        }
        failure = .init(found.lookup?.failure.map(OONI.failure))
        burnt = found.burnt.map { Burnt(endpoint: "\($0.endpoint)", left: OONI.seconds($0.left)) }
        resolversImpersonated = found.lookup?.notices.contains(.resolversImpersonated) ?? false
    }
}

/// What a registry said, as the JSON has it.
struct MeasuredRegistry: Encodable {
    let isRegistry: Bool
    let realm: String?
    let digest: String?
    let originDigest: String?
    let pullsLeft: Int?
    /// Content came that does not have the digest by which it was asked for or named.
    let isFalse: Bool

    /// Takes the findings.
    init(_ found: RegistryFindings) {
        isRegistry = found.isRegistry
        realm = found.realm
        digest = found.digest
        originDigest = found.originDigest
        pullsLeft = found.pullsLeft
        isFalse = found.isFalse
    }
}

/// The line, as the JSON has it.
struct MeasuredLine: Encodable {
    let isUp: Bool
    /// `ip4`, `ip6`.
    let families: [String]
    let controlHost: OONI.OrNull<String>
    let portal: OONI.OrNull<String>
    /// In seconds; positive where this machine's clock is ahead.
    let clockOffset: OONI.OrNull<Double>
    let proxy: OONI.OrNull<Proxy>

    struct Proxy: Encodable {
        let place: String
        let isUsed: Bool
        let failure: OONI.OrNull<String>
    }

    /// Takes the line.
    init(_ line: Line) {
        isUp = line.isUp
        families = line.families.map(\.rawValue).sorted()
        controlHost = .init(line.control?.origin.host.description)
        portal = .init(line.portal)
        clockOffset = .init(line.clockOffset.map(OONI.seconds))
        proxy = .init(
            line.proxy.map {
                Proxy(place: $0.place, isUsed: $0.isUsed, failure: .init($0.failure.map(OONI.failure)))
            })
    }
}

/// What a resolver's path looks like, as the JSON has it.
struct MeasuredBaseline: Encodable {
    let resolver: String
    let roundTrip: Double
    let hopLimit: UInt8?
    let hasOpt: Bool
    let echoesCookie: Bool

    /// Those of all lookups, one a resolver: a run asks each for its baseline once.
    static func list(_ lookups: [LookupRecord]) -> [MeasuredBaseline] {
        var baselines: [ResolverAddress: Baseline] = [:]
        for lookup in lookups { baselines.merge(lookup.baselines) { first, _ in first } }
        return baselines.map { resolver, baseline in
            MeasuredBaseline(
                resolver: "\(resolver)", roundTrip: OONI.seconds(baseline.roundTrip), hopLimit: baseline.hopLimit,
                hasOpt: baseline.hasOPT, echoesCookie: baseline.echoesCookie)
        }.sorted { $0.resolver < $1.resolver }
    }
}
