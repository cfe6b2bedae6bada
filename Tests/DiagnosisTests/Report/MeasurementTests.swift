import Foundation
import LabNet
import Testing

@testable import Diagnosis

@Suite struct MeasurementTests {
    private typealias Object = [String: Any]

    private func document(_ disclosure: Disclosure = Planted.plain) throws -> [String: Any] {
        let json = try Measurement(disclosure, on: Planted.occasion).json()
        return try #require(JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    }

    private func list(_ key: String, in disclosure: Disclosure = Planted.plain) throws -> [[String: Any]] {
        let keys = try #require(document(disclosure)["test_keys"] as? [String: Any])
        return try #require(keys[key] as? [[String: Any]])
    }

    private func disclosure(_ host: HostFindings) -> Disclosure {
        let target = Target(text: "x", kind: .host(host.origin))
        return Disclosure(
            findings: Findings(line: Line(), targets: [.init(target: target, hosts: [host])]), assessments: [])
    }

    @Test func theEnvelopeSaysWhenAndWithWhat() throws {
        let document = try document()
        #expect(document["measurement_start_time"] as? String == "2026-11-21 18:40:00")
        #expect(document["test_runtime"] as? Double == 4.82)
        #expect(document["software_version"] as? String == "0.1.0")
        #expect(document["input"] is NSNull)
        #expect((document["annotations"] as? [String: String])?["x_resolvers"] == "file")
        let one = Findings(line: Line(), targets: [.init(target: Planted.targets[3], hosts: [])])
        #expect(try self.document(Disclosure(findings: one, assessments: []))["input"] as? String == "nginx")
    }

    @Test func aQueryHasItsFirstAnswerAndTheDelayedOnes() throws {
        let arrivals: [LookupRecord.Arrival] = [
            .init(
                elapsed: .milliseconds(4), hopLimit: 60,
                content: Planted.answer(.addresses(Planted.addresses("31.13.94.37"))),
                judgement: .init(
                    outcome: .rejected, signs: [.noOPT], isContradicted: true, basis: .signs)),
            .init(elapsed: .milliseconds(41), hopLimit: 49, content: Planted.answer(.noSuchName)),
        ]
        let query = LookupRecord.Query(
            resolver: Planted.resolvers[0], purpose: .answer, name: "ghcr.io", type: .a, sent: .milliseconds(250),
            arrivals: arrivals)
        let silent = LookupRecord.Query(
            resolver: Planted.resolvers[0], purpose: .baseline, name: ".", type: .ns, sent: .milliseconds(500))
        let record = LookupRecord(
            name: "ghcr.io", window: .seconds(2), queries: [query, silent], start: .seconds(1))
        let pings = try list("pings", in: disclosure(HostFindings(origin: Planted.hub, role: .host, lookup: record)))
        let first = try #require(pings[0]["query"] as? Object)
        #expect(first["t0"] as? Double == 1.25 && first["t"] as? Double == 1.254)
        #expect(first["x_verdict"] as? String == "rejected" && first["x_hop_limit"] as? Int == 60)
        #expect(first["resolver_address"] as? String == "8.8.8.8:53" && first["engine"] as? String == "udp")
        #expect((first["answers"] as? [Object])?.first?["ipv4"] as? String == "31.13.94.37")
        #expect(first["x_flags"] as? String == "0x8180" && first["rcode"] as? Int == 0)
        let delayed = try #require(pings[0]["delayed_responses"] as? [Object])
        #expect(delayed.map { $0["failure"] as? String } == ["dns_nxdomain_error"])
        #expect(delayed[0]["x_verdict"] == nil)
        let unanswered = try #require(pings[1]["query"] as? Object)
        #expect(unanswered["failure"] as? String == "generic_timeout_error")
        #expect(unanswered["t0"] as? Double == 1.5 && unanswered["t"] as? Double == 3)
    }

    @Test func everyStepIsThere() throws {
        let hosts = Planted.findings.targets.flatMap(\.hosts) + [try #require(Planted.findings.line.control)]
        #expect(try list("pings").count == hosts.count * 9)
        #expect(try list("queries").count == hosts.count)
        // One of the handshakes was left alone, and one never came to a hello.
        #expect(try list("tls_handshakes").count == hosts.count * (7 * 2 + Planted.causes.count - 1))
        #expect(try list("tcp_connect").count == hosts.count * (Planted.causes.count + 1 + 1))
        #expect(try list("requests").count == hosts.count * (Planted.causes.count + 1))
        #expect(try list("network_events").count == hosts.count)
        #expect(try list("sni_blocking").count == hosts.count)
        #expect(try list("baselines").count == 2)
        let reasons = try #require(try list("targets")[0]["reasons"] as? [Object])
        #expect(reasons.count == Planted.reasons.count)
        #expect(Set(reasons.compactMap { $0["reason"] as? String }).count == 27, "each reason has a name of its own")
    }

    @Test func whatNobodyTimedHasNoTime() throws {
        let host = HostFindings(
            origin: Planted.hub, role: .host,
            reached: [
                .init(
                    endpoint: Planted.endpoint("192.0.2.1"), source: .trusted,
                    trials: [Reached(failure: nil, elapsed: .milliseconds(3))])
            ])
        let connect = try #require(try list("tcp_connect", in: disclosure(host)).first)
        #expect(connect["t0"] == nil && connect["t"] == nil)
        #expect((connect["status"] as? Object)?["failure"] is NSNull)
    }

    /// What a hello shows in its server name.
    @Test(arguments: [
        (ServerNameStrategy.plain, "ghcr.io", "ghcr.io"), (.omit, "ghcr.io", ""), (.records, "ghcr.io", "ghcr.io"),
        (.alter("a.example"), "ghcr.io", "a.example"), (.plain, "192.0.2.1", ""), (.disorder, "192.0.2.1", ""),
        (.alter("a.example"), "192.0.2.1", "a.example"),
    ])
    func serverName(strategy: ServerNameStrategy, host: String, name: String) throws {
        let greeting = Greeting(
            host: try #require(Host(host)), endpoint: Planted.endpoint("192.0.2.1"), strategy: strategy)
        #expect(greeting.serverName == name)
    }

    /// OONI's words for what a true name met beside another.
    @Test(arguments: [
        (nil as String?, nil as String?, "success.got_server_hello"),
        ("ssl_invalid_hostname", nil, "success.got_server_hello"), ("connection_reset", nil, "interference.reset"),
        ("eof_error", nil, "interference.closed"),
        ("generic_timeout_error", nil, "anomaly.timeout"),
        ("generic_timeout_error", "ssl_invalid_hostname", "anomaly.timeout"),
        ("generic_timeout_error", "generic_timeout_error", "anomaly.test_helper_unreachable"),
        ("ssl_unknown_authority", nil, "interference.unknown_authority"),
        ("ssl_invalid_certificate", nil, "interference.invalid_certificate"),
        ("connection_refused", nil, "anomaly.test_helper_unreachable"),
        ("ssl_failed_handshake", nil, "anomaly.unexpected_failure"),
    ])
    func nameTest(target: String?, control: String?, result: String) {
        #expect(OONI.NameTest.result(of: target, control: control) == result)
    }

    @Test(arguments: [
        (NetworkError.Cause.refused, "connection_refused"), (.resetAfterHello, "connection_reset"),
        (.silenceAfterHello(.seconds(1)), "generic_timeout_error"), (.timedOut(.seconds(1)), "generic_timeout_error"),
        (.closedAfterHello, "eof_error"), (.alert(112), "ssl_failed_handshake"),
        (.certificate(Planted.problem), "ssl_invalid_hostname"),
        (.certificate(.init(code: 18, reason: "", names: [], fingerprint: nil)), "ssl_unknown_authority"),
        (.certificate(.init(code: 10, reason: "", names: [], fingerprint: nil)), "ssl_invalid_certificate"),
        (.unreachable(errno: 101), "network_unreachable"), (.unreachable(errno: 113), "host_unreachable"),
        (.noSuchName, "dns_nxdomain_error"), (.onlyForgedAnswers(count: 2), "unknown_failure: only_forged_answers 2"),
        (.system(errno: 24), "unknown_failure: errno 24"),
    ])
    func failure(cause: NetworkError.Cause, word: String) {
        #expect(OONI.failure(cause) == word)
    }

    @Test func anExchangesFailureIsThatOfItsFirstAttempt() {
        let first = NetworkError(step: .secure, host: "a", cause: .resetAfterHello)
        let error = NetworkError(step: .dial, host: "a", cause: .allAttemptsFailed, attempts: [first])
        #expect(OONI.failure(error) == "connection_reset")
    }

    @Test func theTallyCounts() {
        let tally = Tally(of: Planted.findings, assessments: Planted.assessments)
        #expect(tally.resolversAsked == 6 && tally.resolversHeard == 6)
        #expect(tally.injectors == 3)
        #expect(tally.strategies.map(\.strategy) == Planted.strategies)
        #expect(tally.strategies.allSatisfy { $0.tried == 7 && $0.verified == 7 })
        // Three answers of nine are rejected, at each of six resolvers, for each of seven targets.
        #expect(tally.forgedAnswers == 3 * 6 * 7 && tally.answers == 9 * 6 * 7)
        #expect(tally.addressesTried == 2 && tally.addressesReached == 0)
    }
}
