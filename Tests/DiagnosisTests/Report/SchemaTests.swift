import Foundation
import LabNet
import Testing

@testable import Diagnosis

@Suite struct SchemaTests {
    private func data(_ disclosure: Disclosure) throws -> Data {
        Data(try Measurement(disclosure, on: Planted.occasion).json().utf8)
    }

    @Test func whatIsWrittenFits() async throws {
        let empty = Disclosure(findings: Findings(line: Line(), targets: []), assessments: [])
        let unassessed = Disclosure(findings: Planted.findings, assessments: [])
        let refused = try await Validator.refused([
            "redacted": data(Planted.redacted), "plain": data(Planted.plain), "empty": data(empty),
            "unassessed": data(unassessed),
        ])
        #expect(refused.isEmpty, "\(refused)")
    }

    @Test func everyConditionAndRoleIsKnown() async throws {
        var documents: [String: Data] = [:]
        for condition in Condition.allCases {
            let assessment = Assessment(target: Planted.targets[0], condition: condition, reasons: [], ways: [])
            let findings = Findings(line: Line(), targets: [.init(target: Planted.targets[0], hosts: [])])
            documents[condition.rawValue] = try data(Disclosure(findings: findings, assessments: [assessment]))
        }
        for role in [HostFindings.Role.registry, .tokenServer, .storage, .mirror, .host, .control] {
            let host = HostFindings(origin: Planted.hub, role: role)
            let findings = Findings(line: Line(), targets: [.init(target: Planted.targets[0], hosts: [host])])
            documents["role \(role)"] = try data(Disclosure(findings: findings, assessments: []))
        }
        let refused = try await Validator.refused(documents)
        #expect(refused.isEmpty, "\(refused)")
    }

    /// Where the document is changed, and into what; nil takes the place out.
    private static let breaks: [(path: [String], value: (any Sendable)?)] = [
        (["data_format_version"], "0.3.0"), (["test_name"], nil), (["probe_ip"], "203.0.113.77"),
        (["probe_asn"], "AS1"),
        (["password"], "hunter2"), (["measurement_start_time"], "2026-11-21T18:00:00Z"), (["test_runtime"], "4"),
        (["test_keys", "queries"], nil), (["test_keys", "more"], 1), (["annotations", "x_redacted"], true),
        (["test_keys", "pings", "0", "query", "failure"], "something"),
        (["test_keys", "pings", "0", "query", "failure"], nil), (["test_keys", "pings", "0", "query", "t"], nil),
        (["test_keys", "pings", "0", "query", "t"], -1), (["test_keys", "pings", "0", "query", "engine"], "smoke"),
        (["test_keys", "pings", "0", "query", "x_signs", "0", "sign"], "bad_feeling"),
        (["test_keys", "pings", "0", "query", "x_signs"], nil),
        (["test_keys", "pings", "0", "delayed_responses"], nil),
        (["test_keys", "pings", "0", "query", "answers", "0", "ttl"], nil),
        (["test_keys", "pings", "0", "query", "answers", "0", "answer_type"], "AAAA"),
        (["test_keys", "pings", "0", "query", "x_hop_limit"], 256),
        (["test_keys", "tcp_connect", "0", "status", "success"], true),
        (["test_keys", "tcp_connect", "0", "port"], 65536), (["test_keys", "tcp_connect", "0", "ip"], "acme-nas"),
        (["test_keys", "tls_handshakes", "0", "no_tls_verify"], true),
        (["test_keys", "tls_handshakes", "0", "x_strategy"], "luck"),
        (["test_keys", "tls_handshakes", "0", "address"], "192.0.2.1"),
        (["test_keys", "sni_blocking", "0", "result"], "interference"),
        (["test_keys", "sni_blocking", "0", "control", "sni"], nil),
        (["test_keys", "requests", "0", "request", "url"], "https://a/?b"),
        (["test_keys", "requests", "0", "request", "headers"], [:] as [String: String]),
        (["test_keys", "requests", "0", "response", "body"], "token"),
        (["test_keys", "network_events", "0", "num_bytes"], 0),
        (["test_keys", "targets", "0", "condition"], "fine"), (["test_keys", "targets", "0", "origin"], "https://a/b"),
        (["test_keys", "targets", "0", "reasons", "0", "reason"], "because"),
        (["test_keys", "targets", "0", "ways", "0", "way"], "prayer"),
        (["test_keys", "targets", "0", "hosts", "0", "role"], "friend"),
        (["test_keys", "baselines", "0", "round_trip"], nil), (["test_keys", "line", "families", "0"], "ip5"),
    ]

    @Test func whatIsBrokenIsRefused() async throws {
        let document = try JSONSerialization.jsonObject(with: data(Planted.redacted))
        var documents: [String: Data] = [:]
        for (path, value) in Self.breaks {
            let broken = try #require(changed(document, at: path[...], to: value), "\(path) is there")
            documents["\(path) \(value ?? "gone")"] = try JSONSerialization.data(withJSONObject: broken)
        }
        let refused = try await Validator.refused(documents)
        for name in documents.keys { #expect(refused[name] != nil, "accepted: \(name)") }
    }

    /// The document with one place changed; nil where the way there leads nowhere.
    private func changed(_ document: Any, at path: ArraySlice<String>, to value: Any?) -> Any? {
        guard let key = path.first else { return value }
        let isEnd = path.count == 1
        if var object = document as? [String: Any] {
            if isEnd {
                object[key] = value
            } else {
                guard let inner = object[key], let new = changed(inner, at: path.dropFirst(), to: value) else {
                    return nil
                }
                object[key] = new
            }
            return object
        }
        guard var list = document as? [Any], let index = Int(key), list.indices.contains(index),
            let new = changed(list[index], at: path.dropFirst(), to: value)
        else { return nil }
        list[index] = new
        return list
    }
}
