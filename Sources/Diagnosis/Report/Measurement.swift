internal import FoundationEssentials
internal import LabNet

/// A diagnosis as one measurement in the shape of OONI's data formats (`df-000-base`, version 0.2.0).
///
/// `docs/diagnosis.schema.json` describes it. The network and the country that it was made in are not told, as the format
/// provides for.
package struct Measurement: Encodable, Sendable {
    private let annotations: [String: String]
    private let dataFormatVersion = "0.2.0"
    private let extensions = ["dnst": 0, "httpt": 0, "netevents": 0, "tcpconnect": 0, "tlshandshake": 0]
    /// The target, where there is but one.
    private let input: OONI.OrNull<String>
    private let measurementStartTime: String
    private let probeAsn = "AS0"
    private let probeCc = "ZZ"
    private let probeIp = "127.0.0.1"
    private let reportId = ""
    private let softwareName = "docker-tar-lab"
    private let softwareVersion: String
    private let testKeys: Keys
    private let testName = "docker_tar_lab_diagnosis"
    private let testRuntime: Double
    private let testStartTime: String
    private let testVersion = "0.1.0"
    private let disclosure: Disclosure

    private enum CodingKeys: String, CodingKey {
        case annotations, dataFormatVersion, extensions, input, measurementStartTime, probeAsn, probeCc, probeIp,
            reportId,
            softwareName, softwareVersion, testKeys, testName, testRuntime, testStartTime, testVersion
    }

    /// Puts together what is told.
    package init(_ disclosure: Disclosure, on occasion: Occasion) {
        annotations = [
            "architecture": occasion.architecture, "engine_name": "docker-tar-lab",
            "engine_version": occasion.version, "platform": "linux", "x_redacted": "\(disclosure.isRedacted)",
            "x_resolvers": occasion.resolvers.rawValue,
        ]
        let targets = disclosure.findings.targets
        input = OONI.OrNull(targets.count == 1 ? targets.first?.target.text : nil)
        measurementStartTime = occasion.startText
        softwareVersion = occasion.version
        testKeys = Keys(disclosure)
        testRuntime = OONI.seconds(occasion.runtime)
        testStartTime = occasion.startText
        self.disclosure = disclosure
    }

    /// The file: JSON in UTF-8 with sorted keys, and a line break at its end.
    ///
    /// - Throws: what `JSONEncoder` throws; strings and finite numbers alone do not make it.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return disclosure.spelled(String(decoding: try encoder.encode(self), as: UTF8.self)) + "\n"
    }
}

extension Measurement {
    /// What was measured, over all targets; the control host stands beside them.
    struct Keys: Encodable {
        /// What each resolver's path looks like when nobody interferes.
        let baselines: [MeasuredBaseline]
        let line: MeasuredLine
        let networkEvents: [OONI.NetworkEvent]
        /// Lab mode's queries, as in the test `dnsping`.
        let pings: [OONI.Ping]
        /// What the system's resolver said.
        let queries: [OONI.Query]
        let requests: [OONI.Transaction]
        /// As in the test `sni-blocking`.
        let sniBlocking: [OONI.NameTest]
        let targets: [MeasuredTarget]
        let tcpConnect: [OONI.TCPConnect]
        let tlsHandshakes: [OONI.TLSHandshake]
    }
}

extension Measurement.Keys {
    fileprivate init(_ disclosure: Disclosure) {
        let findings = disclosure.findings
        let hosts = (findings.line.control.map { [$0] } ?? []) + findings.targets.flatMap(\.hosts)
        let lookups = hosts.compactMap(\.lookup)
        baselines = MeasuredBaseline.list(lookups)
        line = MeasuredLine(findings.line)
        networkEvents = hosts.flatMap(OONI.NetworkEvent.list)
        pings = lookups.flatMap { record in record.queries.map { OONI.Ping($0, of: record) } }
        queries = hosts.compactMap { host in host.system.map { OONI.Query($0, to: host.origin.host.description) } }
        requests = hosts.flatMap(OONI.Transaction.list)
        sniBlocking = hosts.flatMap(OONI.NameTest.list)
        // Each target is assessed; what was not shows in its lack of a condition.
        targets = findings.targets.enumerated().map { index, found in
            let isAssessed = disclosure.assessments.indices.contains(index)
            return MeasuredTarget(found, isAssessed ? disclosure.assessments[index] : nil)
        }
        tcpConnect = hosts.flatMap(OONI.TCPConnect.list)
        tlsHandshakes = hosts.flatMap(OONI.TLSHandshake.list)
    }
}
