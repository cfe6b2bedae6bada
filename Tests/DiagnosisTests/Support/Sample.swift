import LabNet
import Puller

@testable import Diagnosis

/// Hand-made findings: a host on a good day, and what can be wrong with it.
enum Sample {
    static let name = Host.name("registry.example")
    static let origin = Origin(scheme: .https, host: name)
    static let a = endpoint("203.0.113.1")
    static let b = endpoint("198.51.100.1")
    static let six = endpoint("2001:db8::1")
    static let stranger = endpoint("192.0.2.66")
    static let beyond = endpoint("192.0.2.200")
    static let resolver = ResolverAddress(Endpoint(address: .v4(0x0102_0304), port: 53))
    static let decoy = ServerNameStrategy.alter("control.example")

    static func endpoint(_ text: String, port: UInt16 = 443) -> Endpoint {
        Endpoint(address: IPAddress(text) ?? .v4(0), port: port)
    }

    // MARK: Outcomes

    static let verified = Greeted.Outcome.verified("TLSv1.3")
    static let reset = Greeted.Outcome.failed(.secure, .resetAfterHello)
    static let silence = Greeted.Outcome.failed(.secure, .silenceAfterHello(.seconds(2)))
    static let closed = Greeted.Outcome.failed(.secure, .closedAfterHello)
    static let leftAlone = Greeted.Outcome.failed(.secure, .leftAlone(.seconds(100)))
    static func alert(_ code: UInt8) -> Greeted.Outcome { .failed(.secure, .alert(code)) }

    static func certificate(_ code: Int = 62, _ names: String..., print: String = "other") -> Greeted.Outcome {
        .failed(.secure, .certificate(problem(code, names, print: print)))
    }

    static func problem(_ code: Int, _ names: [String], print: String) -> NetworkError.CertificateProblem {
        NetworkError.CertificateProblem(code: code, reason: "no", names: names, fingerprint: print)
    }

    // MARK: Parts of a host

    static func reach(
        _ endpoint: Endpoint, _ failure: NetworkError.Cause? = nil, _ source: HostFindings.Source = .trusted
    ) -> HostFindings.Reach {
        let trial = Reached(failure: failure, elapsed: .milliseconds(50))
        return HostFindings.Reach(endpoint: endpoint, source: source, trials: [trial, trial, trial])
    }

    static func hello(
        _ endpoint: Endpoint, _ strategy: ServerNameStrategy, _ outcomes: Greeted.Outcome..., size: Int? = nil,
        source: HostFindings.Source = .trusted, place: HostFindings.Trials.Place = .own
    ) -> HostFindings.Trials {
        HostFindings.Trials(
            greeting: Greeting(host: name, endpoint: endpoint, strategy: strategy, segmentSize: size),
            source: source, place: place,
            results: outcomes.map {
                Greeted(roundTrip: .milliseconds(50), elapsed: .milliseconds(60), outcome: $0)
            })
    }

    static func request(
        _ path: String = "/v2/", _ status: Int?, bytes: Int = 10, elapsed: Duration = .milliseconds(100),
        failure: NetworkError.Cause? = nil, words: String? = nil
    ) -> HostFindings.Request {
        HostFindings.Request(
            method: "GET", url: "\(origin)\(path)", status: status, bytes: bytes, elapsed: elapsed,
            failure: failure.map {
                NetworkError(step: .exchange, host: "registry.example", endpoint: a, strategy: .omit, cause: $0)
            }, words: words)
    }

    static func passage(_ requests: HostFindings.Request...) -> HostFindings.Passage {
        HostFindings.Passage(endpoint: a, strategy: .omit, requests: requests)
    }

    static func arrival(
        _ addresses: [Endpoint], _ outcome: Verdict.Outcome, signs: [Sign] = [], isContradicted: Bool = false,
        elapsed: Duration = .milliseconds(150), hopLimit: UInt8 = 50, flags: UInt16 = 0x8180
    ) -> LookupRecord.Arrival {
        LookupRecord.Arrival(
            elapsed: elapsed, hopLimit: hopLimit,
            content: .answer(
                LookupRecord.Answer(
                    flags: flags, records: 1, claim: .addresses(Set(addresses.map(\.address))), hasOPT: true,
                    cookie: .absent, keepsCase: true)),
            judgement: LookupRecord.Judgement(
                outcome: outcome, signs: signs, isContradicted: isContradicted, basis: .signs))
    }

    static func query(
        _ arrivals: LookupRecord.Arrival..., purpose: LookupRecord.Query.Purpose = .answer,
        resolver: ResolverAddress = Sample.resolver
    ) -> LookupRecord.Query {
        LookupRecord.Query(
            resolver: resolver, purpose: purpose, name: "registry.example", type: .a, sent: .zero, arrivals: arrivals)
    }

    static func lookup(_ addresses: [Endpoint], _ queries: LookupRecord.Query...) -> LookupRecord {
        LookupRecord(
            name: "registry.example", window: .seconds(2),
            queries: queries.isEmpty ? [query(arrival(addresses, .accepted))] : queries,
            baselines: [resolver: Baseline(roundTrip: .milliseconds(150), hopLimit: 50, hasOPT: true)],
            candidates: addresses.map { Candidate(address: $0.address, trust: .trusted) })
    }

    // MARK: Wholes

    /// Two addresses, both without a fault.
    static func clear(_ change: (inout HostFindings) -> Void = { _ in }) -> HostFindings {
        var host = HostFindings(origin: origin, role: .registry)
        host.lookup = lookup([a, b])
        host.system = SystemAnswer(addresses: [a.address, b.address], elapsed: .milliseconds(5))
        host.reached = [reach(a), reach(b)]
        host.greetings = [
            hello(a, .omit, verified), hello(b, .omit, verified), hello(a, decoy, verified), hello(b, decoy, verified),
            hello(a, .disorder, verified), hello(b, .records, verified), hello(b, .plain, verified),
        ]
        host.passage = passage(request("/v2/", 401), request("/v2/x/manifests/latest", 200))
        change(&host)
        return host
    }

    static var control: HostFindings {
        let origin = Origin(scheme: .https, host: .name("control.example"))
        var host = HostFindings(origin: origin, role: .control)
        host.reached = [reach(beyond)]
        host.greetings = [hello(beyond, .plain, verified)]
        return host
    }

    static func line(_ change: (inout Line) -> Void = { _ in }) -> Line {
        var line = Line(families: [.ip4, .ip6], isUp: true, control: control, clockOffset: .zero)
        change(&line)
        return line
    }

    static let image = ImageReference(domain: "registry.example", path: "x", tag: "latest", digest: nil)

    static func target(
        _ hosts: HostFindings..., registry: RegistryFindings = RegistryFindings(isRegistry: true, digest: "sha256:1")
    ) -> TargetFindings {
        TargetFindings(
            target: Target(text: "registry.example/x", kind: .registry(origin, image: image)), hosts: hosts,
            registry: registry)
    }
}
