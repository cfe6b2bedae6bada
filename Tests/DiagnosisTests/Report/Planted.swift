import LabNet
import Puller

@testable import Diagnosis

/// A diagnosis in which every field that can hold a stranger's words or a name holds something that must not be told.
enum Planted {
    /// What must stand in no report, in whatever case.
    static let secrets = [
        "hunter2", "dtl-t0ken", "s1gnature", "acme-widgets", "acme-nas", "payroll", "alice", "sunrise-hotel",
        "203.0.113.77",
        "203.0.113.53", "192.168.178", "10.23.45.67", "2001:db8:77:", "198.51.100.80", "198.51.100.99", "ab12cd34",
        "team-blue", "customer-7", "100.64.9.9", "0123456789abcdef0123456789abcdef",
    ]

    static let whereabouts = Whereabouts(
        addresses: addresses("203.0.113.77", "192.168.178.20", "2001:db8:77::5", "127.0.0.1"),
        resolvers: addresses("203.0.113.53", "192.168.178.1", "8.8.8.8"))

    static func address(_ text: String) -> IPAddress { IPAddress(text) ?? .v4(0) }
    static func addresses(_ texts: String...) -> Set<IPAddress> { Set(texts.map(address)) }
    static func endpoint(_ text: String, _ port: UInt16 = 443) -> Endpoint {
        Endpoint(address: address(text), port: port)
    }

    static let words = """
        denied for 203.0.113.77 (Bearer dtl-t0ken-abcdef), password=hunter2 account alice:hunter2@hub.acme-widgets.de; see \
        https://alice:hunter2@hub.acme-widgets.de/v2/acme/payroll/blobs/x?sig=s1gnature and /home/alice/.docker, \
        0123456789abcdef0123456789abcdef, acme-nas and vpn.acme-widgets.de, [2001:db8:77::9]:443, 10.23.45.67:5000, 100.64.9.9
        """

    static let problem = NetworkError.CertificateProblem(
        code: 62, reason: "hostname mismatch for vpn.acme-widgets.de",
        names: ["hub.acme-widgets.de", "*.acme-widgets.de", "stranger.example"],
        fingerprint: "sha256:" + String(repeating: "0123456789abcdef", count: 4))

    /// One of every cause that carries words, and of the others.
    static let causes: [NetworkError.Cause] = [
        .noSuchName, .noAnswer, .onlyForgedAnswers(count: 3), .noAddressInFamily(.ip6), .refused,
        .unreachable(errno: 101), .unreachable(errno: 113), .timedOut(.seconds(3)), .proxyRefused(code: 407),
        .proxyProtocol(words), .leftAlone(.seconds(120)), .resetAfterHello, .silenceAfterHello(.seconds(2)),
        .closedAfterHello, .alert(40), .certificate(problem), .tls(words), .reset, .closedEarly,
        .protocolViolation(words), .redirect(words), .system(errno: 24), .allAttemptsFailed,
    ]

    static let resolvers: [ResolverAddress] = [
        ResolverAddress(endpoint("8.8.8.8", 53)), ResolverAddress(endpoint("203.0.113.53", 53)),
        ResolverAddress(endpoint("192.168.178.1", 53)), ResolverAddress(endpoint("9.9.9.9", 53), over: .stream),
        ResolverAddress(endpoint("198.51.100.80"), over: .https(.name("dns.acme-widgets.de"), path: "/ab12cd34")),
        ResolverAddress(endpoint("198.51.100.80", 853), over: .tls(.name("customer-7.dns.acme-widgets.de"))),
    ]

    static let strategies: [ServerNameStrategy] = [
        .omit, .alter("hub.acme-widgets.de"), .disorder, .recordsAndSegments, .segments, .records, .plain,
    ]

    /// One of every sign.
    static let signs: [Sign] = [
        .early(elapsed: .milliseconds(3), roundTrip: .milliseconds(40)),
        .earlyNearby(elapsed: .milliseconds(1), roundTrip: .milliseconds(9)), .hopLimit(60, baseline: 49), .noOPT,
        .noCookie, .wrongCookie, .caseChanged, .seenAtCanary(address("31.13.94.37")), .forgersHopLimit(60),
        .canaryShape, .impersonated, .seenForged, .loneDissent, .authoritative, .noRecursion, .strayRecords,
        .specialPurpose(address("10.23.45.67")),
    ]

    /// One of every claim, the last for a truncated answer.
    static let claims: [DNSClaim?] = [
        .addresses(addresses("31.13.94.37", "198.51.100.99", "10.23.45.67")),
        .addresses(addresses("2001:db8:77::9", "2001:db8:aa::1")),
        DNSName("edge.acme-widgets.de").map { .alias($0) }, .noData, .noSuchName, .failure(responseCode: 2),
        .failure(responseCode: 5), .failure(responseCode: 1), nil,
    ]

    static func answer(_ claim: DNSClaim?, _ cookie: DNSCookie.Echo = .echoed) -> LookupRecord.Arrival.Content {
        .answer(
            LookupRecord.Answer(
                flags: claim == nil ? 0x8380 : 0x8180, records: 2, claim: claim, hasOPT: true, cookie: cookie,
                keepsCase: true, timeToLive: 300))
    }

    /// A lookup in which everything happens to a name.
    static func lookup(_ name: String, candidates: [Candidate]) -> LookupRecord {
        var arrivals = claims.enumerated().map { index, claim in
            LookupRecord.Arrival(
                elapsed: .milliseconds(4 + index), hopLimit: 60, content: answer(claim, index == 0 ? .wrong : .absent),
                judgement: .init(
                    outcome: [.rejected, .doubtful, .held, .accepted][index % 4], signs: index == 0 ? signs : [],
                    isContradicted: index == 0, basis: .traits(.hopLimit)))
        }
        arrivals.append(.init(elapsed: .milliseconds(30), hopLimit: nil, content: .unreadable(words)))
        arrivals.append(.init(elapsed: .milliseconds(31), hopLimit: nil, content: .disturbed(errno: 111)))
        var queries = resolvers.map { resolver in
            LookupRecord.Query(
                resolver: resolver, purpose: .answer, name: name, type: .a, sent: .milliseconds(1), arrivals: arrivals)
        }
        queries.append(
            .init(
                resolver: resolvers[1], purpose: .baseline, name: ".", type: .ns, sent: .zero,
                arrivals: [.init(elapsed: .milliseconds(40), hopLimit: 49, content: answer(.noData))]))
        queries.append(
            .init(
                resolver: ResolverAddress(endpoint("198.51.100.80", 53)), purpose: .canary, name: name, type: .aaaa,
                sent: .zero, failure: .tls(words)))
        queries.append(
            .init(resolver: resolvers[0], purpose: .answer, name: name, type: .aaaa, isRepeated: true, sent: .zero))
        return LookupRecord(
            name: name, window: .seconds(2), queries: queries,
            baselines: [
                resolvers[0]: Baseline(roundTrip: .milliseconds(40), hopLimit: 49, hasOPT: true),
                resolvers[1]: Baseline(roundTrip: .milliseconds(4), hopLimit: nil, hasOPT: false, echoesCookie: true),
            ], candidates: candidates, failure: candidates.isEmpty ? .redirect(words) : nil,
            notices: [.resolversImpersonated, .localProxy(address("198.18.0.4"))], start: .milliseconds(10))
    }

    static func greeted(_ outcome: Greeted.Outcome) -> Greeted {
        Greeted(
            roundTrip: .milliseconds(40), elapsed: .milliseconds(12), outcome: outcome, start: .milliseconds(2500))
    }

    /// A host at which everything happens.
    static func host(
        _ origin: Origin, _ role: HostFindings.Role, at own: String, url: String, hasLookup: Bool = true
    ) -> HostFindings {
        let candidates = [
            Candidate(address: address(own), trust: .trusted),
            Candidate(address: address("2001:db8:77::80"), trust: .doubtful),
        ]
        let failures = causes.map { Greeted.Outcome.failed(.secure, $0) } + [.failed(.dial, .tls(words))]
        let strategyTrials = strategies.map { strategy in
            HostFindings.Trials(
                greeting: Greeting(host: origin.host, endpoint: endpoint(own), strategy: strategy, segmentSize: 536),
                source: .trusted,
                results: [.failed(.secure, .resetAfterHello), .verified("TLSv1.3")].map(greeted)
                    + (strategy == .plain ? failures.map(greeted) : []))
        }
        let requests = [nil] + causes.map { NetworkError(step: .exchange, host: origin.host.description, cause: $0) }
        return HostFindings(
            origin: origin, role: role,
            lookup: hasLookup ? lookup(origin.host.description, candidates: candidates) : nil,
            system: SystemAnswer(
                addresses: [address("31.13.94.37"), address(own)], failure: .tls(words), elapsed: .milliseconds(5),
                start: .zero),
            reached: [
                .init(
                    endpoint: endpoint(own), source: .trusted,
                    trials: causes.map { Reached(failure: $0, elapsed: .milliseconds(9), start: .seconds(2)) }),
                .init(
                    endpoint: endpoint("31.13.94.37"), source: .forged,
                    trials: [Reached(failure: nil, elapsed: .milliseconds(9))]),
            ], greetings: strategyTrials, burnt: [.init(endpoint: endpoint(own), left: .seconds(170))],
            passage: .init(
                endpoint: endpoint(own), strategy: .omit,
                requests: requests.map { failure in
                    HostFindings.Request(
                        method: "GET", url: url, status: failure == nil ? 401 : nil, bytes: failure == nil ? 4096 : 0,
                        elapsed: .milliseconds(80), failure: failure.map(nested), words: words, start: .seconds(3))
                }))
    }

    /// The failure below one of another step, with every field filled.
    static func nested(_ error: NetworkError) -> NetworkError {
        NetworkError(
            step: .exchange, host: error.host, endpoint: endpoint("198.51.100.99"), cause: .allAttemptsFailed,
            attempts: [error, NetworkError(step: .dial, host: "hub.acme-widgets.de:5000", cause: .tls(words))])
    }

    static let typed = Origin(scheme: .https, host: .name("hub.acme-widgets.de"))
    static let nearby = Origin(scheme: .http, host: .name("acme-nas"), port: 5000)
    static let literal = Origin(scheme: .http, host: .address(address("10.23.45.67")), port: 5000)
    static let hub = Origin(scheme: .https, host: .name("registry-1.docker.io"))

    static let targets: [Target] = [
        Target(
            text: "hub.acme-widgets.de/acme/payroll:customer-7",
            kind: .registry(
                typed, image: .init(domain: "hub.acme-widgets.de", path: "acme/payroll", tag: "customer-7", digest: nil)
            )),
        Target(text: "acme-nas:5000", kind: .host(nearby)), Target(text: "10.23.45.67:5000", kind: .host(literal)),
        Target(
            text: "nginx",
            kind: .registry(hub, image: .init(domain: "docker.io", path: "library/nginx", tag: "latest", digest: nil))),
        Target(
            text: "acme/payroll:customer-7",
            kind: .registry(
                hub, image: .init(domain: "docker.io", path: "acme/payroll", tag: "customer-7", digest: nil))),
        Target(
            text: "https://alice:hunter2@quay.io/v2/?token=dtl-t0ken",
            kind: .host(.init(scheme: .https, host: .name("quay.io")))),
        Target(
            text: "mirror.acme-widgets.de/team-blue",
            kind: .mirror(
                Origin(scheme: .https, host: .name("mirror.acme-widgets.de")),
                image: .init(domain: "docker.io", path: "library/hello-world", tag: "latest", digest: nil),
                prefix: "team-blue")),
    ]

    static let findings: Findings = {
        let found = targets.map { target in
            TargetFindings(
                target: target,
                hosts: [
                    host(
                        target.origin, .registry, at: target.origin == hub ? "192.0.2.10" : "198.51.100.99",
                        url: "\(target.origin)/v2/acme/payroll/manifests/customer-7?token=dtl-t0ken")
                ],
                registry: RegistryFindings(
                    isRegistry: true, realm: "Bearer https://auth.acme-widgets.de/token?account=alice",
                    digest: "sha256:aa", originDigest: "sha256:bb", pullsLeft: 99))
        }
        let line = Line(
            families: [.ip4, .ip6], isUp: true,
            control: host(
                Origin(scheme: .https, host: .name("example.com")), .control, at: "192.0.2.1",
                url: "https://example.com/?s1gnature"),
            portal: "http://login.sunrise-hotel.net/start?mac=aa&ip=203.0.113.77", clockOffset: .seconds(-90),
            proxy: .init(
                place: "http://alice:hunter2@proxy.acme-widgets.de:3128", isUsed: true, failure: .proxyProtocol(words)))
        return Findings(line: line, targets: found)
    }()

    /// One of every reason.
    static let reasons: [Reason] = [
        .forgedAnswers(count: 12, injectors: 3), .systemMisled([address("31.13.94.37"), address("198.51.100.99")]),
        .systemFails(.tls(words)), .portHijacked, .polluted(resolvers), .encryptedBlocked(3, of: 9),
        .killedByName(
            endpoint("198.51.100.99"), .alter("hub.acme-widgets.de"), .resetAfterHello, elapsed: .milliseconds(11),
            roundTrip: .milliseconds(140)), .killedByNameElsewhere(endpoint("203.0.113.77"), .tls(words)),
        .namelessDropped(endpoint("10.23.45.67"), .silenceAfterHello(.seconds(2))),
        .unreachable(endpoint("198.51.100.99"), .proxyProtocol(words)), .familyBlocked(.ip6),
        .otherCertificate(endpoint("198.51.100.99"), problem),
        .streamStopped(endpoint("198.51.100.99"), bytes: 16384, .protocolViolation(words)),
        .streamStopped(nil, bytes: 0, .closedEarly), .streamSlow(bytes: 9000, elapsed: .seconds(3)),
        .smallSegmentsPass(endpoint("198.51.100.99"), size: 536),
        .portalAt("http://login.sunrise-hotel.net/start?mac=aa&ip=203.0.113.77"),
        .localProxy(address("198.18.0.4")), .clockOff(.seconds(-3600)), .certificateOutOfDate(problem),
        .status(403, url: "https://hub.acme-widgets.de/v2/acme/payroll/manifests/customer-7?x=s1gnature", words: words),
        .otherDigest(mirror: "sha256:aa", origin: "sha256:bb"), .mirrorFails(.redirect(words)), .mirrorFails(nil),
        .proxyDead("socks5h://alice:hunter2@proxy.acme-widgets.de:1080", .tls(words)),
        .serverFails(endpoint("198.51.100.99"), .tls(words)), .serverFails(nil, .refused), .noSuchName, .nothingAnswers,
        .partOf(.name("auth.acme-widgets.de"), .tokenServer),
    ]

    static let ways: [Way] = [
        .ordinary, .lab(nil, family: nil), .lab(.alter("hub.acme-widgets.de"), family: .ip4), .segmentSize(536),
        .family(.ip6), .withoutProxy, .mirror("mirror.acme-widgets.de/team-blue"),
    ]

    static let assessments = zip(targets, [Condition.dns, .down, .sni, .sni, .clear, .portal, .mirror]).map {
        Assessment(
            target: $0, condition: $1, host: .name("auth.acme-widgets.de"), reasons: reasons, ways: ways)
    }

    static let occasion = Occasion(
        version: "0.1.0", start: 1_795_286_400, runtime: .milliseconds(4820), architecture: "amd64", resolvers: .file)

    static let redacted = Disclosure(findings: findings, assessments: assessments, hiding: whereabouts)
    static let plain = Disclosure(findings: findings, assessments: assessments)
}
