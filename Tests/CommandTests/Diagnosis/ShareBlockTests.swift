import Diagnosis
import LabNet
import Testing

@testable import docker_tar_lab

@Suite struct ShareBlockTests {
    private let occasion = Occasion(
        version: "0.1.0", start: 1_795_286_400, runtime: .seconds(5), architecture: "amd64", resolvers: .builtIn)

    private func target(_ text: String) throws -> Target {
        Target(text: text, kind: .host(Origin(scheme: .https, host: try #require(Host("registry-1.docker.io")))))
    }

    private func endpoint(_ text: String) throws -> Endpoint {
        Endpoint(address: try #require(IPAddress(text)), port: 443)
    }

    /// Docker Hub behind three injectors and a box that reads names.
    private func blocked() throws -> Disclosure {
        let target = try target("nginx")
        let (forged, own) = (try endpoint("31.13.94.37"), try endpoint("192.0.2.10"))
        func arrival(_ address: Endpoint, _ outcome: Verdict.Outcome) -> LookupRecord.Arrival {
            .init(
                elapsed: .milliseconds(8), hopLimit: 60,
                content: .answer(
                    .init(
                        flags: 0x8180, records: 1, claim: .addresses([address.address]), hasOPT: false, cookie: .absent,
                        keepsCase: true)),
                judgement: .init(outcome: outcome, signs: [.noOPT], isContradicted: true, basis: .signs))
        }
        let queries = try ["8.8.8.8", "9.9.9.9"].map { text in
            LookupRecord.Query(
                resolver: ResolverAddress(Endpoint(address: try #require(IPAddress(text)), port: 53)), purpose: .answer,
                name: "registry-1.docker.io", type: .a, sent: .zero,
                arrivals: text == "8.8.8.8" ? [arrival(forged, .rejected), arrival(own, .accepted)] : [])
        }
        func trials(_ strategy: ServerNameStrategy, _ outcome: Greeted.Outcome) -> HostFindings.Trials {
            .init(
                greeting: Greeting(host: target.origin.host, endpoint: own, strategy: strategy), source: .trusted,
                results: [Greeted(roundTrip: .milliseconds(90), elapsed: .milliseconds(12), outcome: outcome)])
        }
        let host = HostFindings(
            origin: target.origin, role: .registry,
            lookup: LookupRecord(name: "registry-1.docker.io", window: .seconds(2), queries: queries),
            reached: [.init(endpoint: own, source: .trusted, trials: [Reached(failure: nil, elapsed: .zero)])],
            greetings: [
                trials(.omit, .verified("TLSv1.3")), trials(.alter("example.com"), .failed(.secure, .alert(112))),
                trials(.plain, .failed(.secure, .resetAfterHello)),
            ])
        let findings = Findings(
            line: Line(families: [.ip4], isUp: true, clockOffset: .seconds(7300)),
            targets: [.init(target: target, hosts: [host])])
        let assessment = Assessment(
            target: target, condition: .sni, reasons: [.forgedAnswers(count: 1, injectors: 3)],
            ways: [.lab(.omit, family: .ip4)])
        return Disclosure(findings: findings, assessments: [assessment], hiding: Whereabouts())
    }

    @Test func itSaysWhatWasFound() throws {
        let block = ShareBlock(try blocked(), on: occasion)
        #expect(
            block.lines(in: .english) == [
                "docker-tar-lab 0.1.0 diagnose, 2026-11-21 18:40:00 UTC, linux/amd64",
                "nginx: sni; works with -lab -network ip4",
                "DNS: 1/2 resolvers answered, 1/2 answers forged, injectors: 3", "TCP: 1/1 addresses reached",
                "TLS verified: omit 1/1, alter 0/1, plain 0/1", "Line: IPv4 +, IPv6 -; clock +7300 s",
            ])
        #expect(block.lines(in: .chinese).contains("DNS：1/2 个服务器有应答，1/2 个应答是伪造的，注入者 3 个"))
    }

    @Test(arguments: Language.allCases) func itIsNeverLongOrWide(language: Language) throws {
        let long = String(repeating: "a-very-long-name.", count: 12) + "example"
        let targets = try (0..<25).map { try target("\($0)\u{1B}[31m\n域名\(long)") }
        let line = Line(
            families: [.ip4, .ip6], portal: "http://\(long)/", clockOffset: .seconds(-9999),
            proxy: .init(place: "http://\(long):3128", isUsed: true, failure: .refused))
        let assessments = targets.map {
            Assessment(target: $0, condition: .mirror, host: Host(long), reasons: [], ways: [.mirror(long)])
        }
        let findings = Findings(line: line, targets: targets.map { .init(target: $0, hosts: []) })
        let lines = ShareBlock(
            Disclosure(findings: findings, assessments: assessments, hiding: Whereabouts()), on: occasion
        ).lines(in: language)
        #expect(lines.count <= ShareBlock.maximumLines)
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= ShareBlock.maximumColumns })
        #expect(!lines.joined().contains("\u{1B}"))
        #expect(lines.contains { $0.contains("15") && $0.contains("mirror 15") })
    }

    /// What a target's line says of ways.
    @Test(arguments: [
        (Condition.clear, [Way.ordinary], "x: clear"), (.tunnel, [], "x: tunnel"), (.dns, [], "x: dns; nothing worked"),
        (.mtu, [.segmentSize(536), .ordinary], "x: mtu; works with -lab -mss 536"),
        (.proxy, [.withoutProxy], "x: proxy; works with -proxy none"),
        (.ip, [.family(.ip6)], "x: ip; works with -network ip6"),
    ])
    func aTargetsLine(condition: Condition, ways: [Way], line: String) throws {
        let assessment = Assessment(target: try target("x"), condition: condition, reasons: [], ways: ways)
        #expect(Sentence.shareTarget(assessment).en == line)
    }

    @Test func hiddenThingsHaveTheirWordsAndANote() throws {
        let origin = Origin(scheme: .https, host: try #require(Host("10.1.2.3")), port: 5000)
        let target = Target(text: "10.1.2.3:5000", kind: .host(origin))
        let findings = Findings(line: Line(isUp: true), targets: [.init(target: target, hosts: [])])
        let assessment = Assessment(target: target, condition: .down, reasons: [], ways: [])
        let lines = ShareBlock(
            Disclosure(findings: findings, assessments: [assessment], hiding: Whereabouts()), on: occasion
        ).lines(in: .english)
        #expect(lines[1] == "private-1:5000: down; nothing worked")
        #expect(lines.last == Sentence.shareHidden.en)
    }
}
