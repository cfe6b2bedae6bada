import Diagnosis
import Puller

@testable import LabNet
@testable import docker_tar_lab

/// A diagnosis of Docker Hub behind three injectors: the registry's name is forged and killed, its token server is clear,
/// its storage is forged, too. All addresses are of the ranges for documentation, but those of the resolvers' list.
enum SampleFindings {
    static let image = ImageReference(domain: "docker.io", path: "library/nginx", tag: "latest", digest: nil)
    static let hub = Target(
        text: "nginx",
        kind: .registry(Origin(scheme: .https, host: .name("registry-1.docker.io")), image: image))
    static let github = Target(
        text: "ghcr.io", kind: .registry(Origin(scheme: .https, host: .name("ghcr.io")), image: nil))

    static var findings: Findings {
        Findings(
            line: Line(
                families: [.ip4], isUp: true, control: host("example.com", .control, forging: false),
                clockOffset: .milliseconds(400),
                proxy: .init(place: "http://127.0.0.1:7890", isUsed: false, failure: .refused)),
            targets: [
                TargetFindings(
                    target: hub, hosts: [registry, host("auth.docker.io", .tokenServer, forging: false), storage],
                    registry: RegistryFindings(
                        isRegistry: true, realm: "https://auth.docker.io/token",
                        digest: Sample.digest(7).description, pullsLeft: 97)),
                TargetFindings(target: github, hosts: [host("ghcr.io", .registry, forging: false)]),
            ])
    }

    static var assessments: [Assessment] {
        [
            Assessment(
                target: hub, condition: .sni,
                reasons: [
                    .killedByName(
                        endpoint(1), .plain, .resetAfterHello, elapsed: .milliseconds(9), roundTrip: .milliseconds(152)),
                    .forgedAnswers(count: 131, injectors: 3), .systemMisled([address("192.0.2.66")]),
                ], ways: [.lab(nil, family: nil), .mirror("mirror.example")]),
            Assessment(target: github, condition: .clear, reasons: [], ways: [.ordinary]),
        ]
    }

    /// The registry: forged, and killed by its name.
    static var registry: HostFindings {
        var host = host("registry-1.docker.io", .registry, forging: true)
        host.greetings = greetings("registry-1.docker.io")
        host.burnt = [.init(endpoint: endpoint(1), left: .seconds(178))]
        host.passage = HostFindings.Passage(
            endpoint: endpoint(2), strategy: .omit,
            requests: [
                .init(
                    method: "GET", url: "https://registry-1.docker.io/v2/", status: 401, bytes: 87,
                    elapsed: .milliseconds(612)),
                .init(
                    method: "GET", url: "https://registry-1.docker.io/v2/library/nginx/manifests/latest", status: 200,
                    bytes: 10_332, elapsed: .milliseconds(498)),
                .init(
                    method: "GET", url: "https://production.example.com/blob", status: 403, bytes: 120,
                    elapsed: .milliseconds(300),
                    failure: NetworkError(step: .exchange, host: "production.example.com", cause: .reset),
                    words: "<b>not \u{1B}[31mhere</b>"),
            ])
        return host
    }

    private static var storage: HostFindings {
        var host = host("production.cloudflare.docker.com", .storage, forging: true)
        host.greetings = greetings("production.cloudflare.docker.com")
        return host
    }

    /// A host with a lookup of the whole list.
    static func host(_ name: String, _ role: HostFindings.Role, forging: Bool) -> HostFindings {
        var reached = (1...3).map { number in
            HostFindings.Reach(
                endpoint: endpoint(number), source: .trusted,
                trials: [Reached(failure: nil, elapsed: .milliseconds(148 + number))])
        }
        if forging {
            reached.append(
                .init(
                    endpoint: Endpoint(address: address("192.0.2.66"), port: 443), source: .forged,
                    trials: [Reached(failure: .timedOut(.seconds(2)), elapsed: .seconds(2))]))
        }
        return HostFindings(
            origin: Origin(scheme: .https, host: .name(name)), role: role, lookup: lookup(name, forging: forging),
            system: SystemAnswer(
                addresses: [address(forging ? "192.0.2.66" : "198.51.100.1")], elapsed: .milliseconds(8)),
            reached: reached,
            greetings: forging
                ? [] : [trials(name, 1, .omit, [verified(310)]), trials(name, 1, .plain, [verified(305)])],
            passage: HostFindings.Passage(endpoint: endpoint(1), strategy: .omit, requests: []))
    }

    // MARK: TLS

    private static func greetings(_ name: String) -> [HostFindings.Trials] {
        let stranger = Greeted(
            roundTrip: .milliseconds(31), elapsed: .milliseconds(60),
            outcome: .failed(.secure, .certificate(Sample.certificate())))
        let declined = Greeted(
            roundTrip: .milliseconds(150), elapsed: .milliseconds(160), outcome: .failed(.secure, .alert(112)))
        let reset = Greeted(
            roundTrip: .milliseconds(152), elapsed: .milliseconds(9), outcome: .failed(.secure, .resetAfterHello))
        let control = Greeting(
            host: .name(name), endpoint: Endpoint(address: address("203.0.113.9"), port: 443), strategy: .plain)
        return [
            trials(name, 1, .omit, [verified(311), verified(309), verified(330)]),
            trials(name, 2, .omit, [verified(300)]), trials(name, 3, .omit, [declined]),
            trials(name, 66, .omit, [stranger], .forged),
            trials(name, 1, .alter("example.com"), [verified(320)]),
            trials(name, 2, .recordsAndSegments, [verified(331)]), trials(name, 3, .records, [reset]),
            trials(name, 1, .plain, [reset]),
            HostFindings.Trials(greeting: control, source: .given, place: .control, results: [reset]),
        ]
    }

    private static func trials(
        _ name: String, _ number: Int, _ strategy: ServerNameStrategy, _ results: [Greeted],
        _ source: HostFindings.Source = .trusted
    ) -> HostFindings.Trials {
        let place = number == 66 ? Endpoint(address: address("192.0.2.66"), port: 443) : endpoint(number)
        return .init(
            greeting: Greeting(host: .name(name), endpoint: place, strategy: strategy), source: source, results: results
        )
    }

    private static func verified(_ milliseconds: Int) -> Greeted {
        Greeted(
            roundTrip: .milliseconds(150), elapsed: .milliseconds(milliseconds), outcome: .verified("TLSv1.3"))
    }

    // MARK: DNS

    /// Every resolver of the list is asked for both types; IPv6 is not routed here.
    static func lookup(_ name: String, forging: Bool) -> LookupRecord {
        let list = ResolverList.defaults
        var baselines: [ResolverAddress: Baseline] = [:]
        var queries: [LookupRecord.Query] = []
        for (number, resolver) in list.resolvers.enumerated() {
            if resolver.endpoint.address.family == .ip4 {
                baselines[resolver] = Baseline(
                    roundTrip: .milliseconds(140 + number % 50), hopLimit: UInt8(50 + number % 9), hasOPT: true)
            }
            for type in [DNSRecordType.a, .aaaa] { queries.append(query(name, type, resolver, number, forging)) }
        }
        for canary in list.canaries where canary.address.family == .ip4 {
            queries.append(
                .init(
                    resolver: ResolverAddress(canary), purpose: .canary, name: name, type: .a, sent: .zero,
                    arrivals: forging ? [forged(8, type: .a, number: 0, judged: false)] : []))
        }
        return LookupRecord(
            name: name, window: .seconds(2), queries: queries, baselines: baselines,
            candidates: (1...3).map { Candidate(address: endpoint($0).address, trust: .trusted) })
    }

    private static func query(
        _ name: String, _ type: DNSRecordType, _ resolver: ResolverAddress, _ number: Int, _ forging: Bool
    ) -> LookupRecord.Query {
        var query = LookupRecord.Query(
            resolver: resolver, purpose: .answer, name: name, type: type,
            sent: .milliseconds(number < 6 ? 0 : number < 18 ? 250 : number < 42 ? 500 : 750))
        guard resolver.endpoint.address.family == .ip4 else {
            query.failure = .unreachable(errno: 101)
            return query
        }
        let truth = Duration.milliseconds((resolver.isEncrypted ? 320 : 140) + number % 50)
        if forging, resolver.carrier == .datagrams {
            query.arrivals = [7, 9, 14].prefix(1 + number % 3).map {
                forged($0, type: type, number: number, judged: true)
            }
        }
        query.arrivals.append(genuine(truth, type: type, number: number, isEncrypted: resolver.isEncrypted))
        return query
    }

    private static func forged(
        _ milliseconds: Int, type: DNSRecordType, number: Int, judged: Bool
    ) -> LookupRecord.Arrival {
        let claim = DNSClaim.addresses([type == .a ? address("192.0.2.66") : address("2001:db8::face")])
        let signs: [Sign] = [
            .early(elapsed: .milliseconds(milliseconds), roundTrip: .milliseconds(140 + number % 50)),
            .hopLimit(UInt8(40 + milliseconds), baseline: UInt8(50 + number % 9)), .noOPT,
        ]
        return .init(
            elapsed: .milliseconds(milliseconds) + .microseconds(number * 13), hopLimit: UInt8(40 + milliseconds),
            content: .answer(
                .init(
                    flags: 0x8180, records: 1, claim: claim, hasOPT: false, cookie: .absent, keepsCase: true,
                    timeToLive: 164)),
            judgement: judged ? .init(outcome: .rejected, signs: signs, isContradicted: true, basis: .signs) : nil)
    }

    private static func genuine(
        _ elapsed: Duration, type: DNSRecordType, number: Int, isEncrypted: Bool
    ) -> LookupRecord.Arrival {
        let claim: DNSClaim = type == .a ? .addresses(Set((1...3).map { endpoint($0).address })) : .noData
        return .init(
            elapsed: elapsed, hopLimit: isEncrypted ? nil : UInt8(50 + number % 9),
            content: .answer(
                .init(
                    flags: 0x8180, records: 3, claim: claim, hasOPT: true, cookie: .absent, keepsCase: true,
                    timeToLive: 60)),
            judgement: .init(
                outcome: number % 17 == 4 ? .doubtful : .accepted, signs: [], isContradicted: false,
                basis: isEncrypted ? .channel(isEncrypted: true) : .traits([.roundTrip, .hopLimit, .opt])))
    }

    // MARK: addresses

    static func address(_ text: String) -> IPAddress {
        guard let address = IPAddress(text) else { preconditionFailure("a sample address is well-formed") }
        return address
    }

    static func endpoint(_ number: Int) -> Endpoint {
        Endpoint(address: address("198.51.100.\(number)"), port: 443)
    }
}
