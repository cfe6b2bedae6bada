import LabNet
import Puller
import Testing

@testable import Diagnosis

@Suite struct RedactionTests {
    /// Every string that a value holds, however deep, and every address as it is written.
    private func strings(in value: Any) -> [String] {
        if let text = value as? String { return [text] }
        if let address = value as? IPAddress { return [address.description] }
        if let name = value as? DNSName { return [name.description] }
        return Mirror(reflecting: value).children.flatMap { strings(in: $0.value) }
    }

    private func leaks(in text: String) -> [String] {
        Planted.secrets.filter { text.lowercased().contains($0) }
    }

    @Test func theSampleHoldsEverySecret() {
        let all = strings(in: Planted.findings).joined(separator: "\n")
        #expect(Set(Planted.secrets).subtracting(leaks(in: all)).isEmpty)
    }

    @Test func nothingSecretIsLeftInAnyField() {
        for text in strings(in: Planted.redacted.findings) + strings(in: Planted.redacted.assessments) {
            #expect(leaks(in: text).isEmpty, "\(text)")
        }
    }

    @Test func nothingSecretStandsInTheJSON() throws {
        let json = try Measurement(Planted.redacted, on: Planted.occasion).json()
        #expect(leaks(in: json).isEmpty)
        let open = try Measurement(Planted.plain, on: Planted.occasion).json()
        #expect(leaks(in: open).contains("203.0.113.77"), "without a redaction it stands there")
        #expect(!open.contains("private-1"))
        #expect(Set(leaks(in: open)).isDisjoint(with: ["hunter2", "dtl-t0ken", "s1gnature"]), "but for credentials")
    }

    @Test func evidenceIsLeft() throws {
        let json = try Measurement(Planted.redacted, on: Planted.occasion).json()
        let keptTexts = [
            "31.13.94.37", "registry-1.docker.io", "nginx", "8.8.8.8:53", "interference.reset", "198.18.0.4",
            "tcp://9.9.9.9", "stranger.example", "example.com", "sha256:aa",
        ]
        #expect(keptTexts.filter { !json.contains($0) } == [])
        let words = ["private-1", "resolver-1", "host-1", "own-1", "proxy-1", "image-1", "address-1"]
        #expect(words.filter { !json.contains($0) } == [])
    }

    @Test func theDigestsOfAPrivateImageAreHiddenInReasonsToo() {
        let digests = Reason.otherDigest(mirror: "sha256:aa", origin: "sha256:bb")
        let assessments = zip(Planted.targets, Planted.redacted.assessments)
        let kept = assessments.filter { $1.reasons.contains(digests) }.map(\.0.text)
        #expect(kept.contains("nginx"))
        #expect(kept.filter { $0.contains("payroll") } == [])
        let open = Planted.plain.assessments.filter { $0.reasons.contains(digests) }
        #expect(open.contains { $0.target.text.contains("payroll") }, "without a redaction they stand there")
    }

    @Test func theSameThingHasTheSamePseudonym() throws {
        let hidden = Planted.redacted
        let origins = hidden.findings.targets.map(\.target.origin)
        #expect(origins[0] == hidden.assessments[0].target.origin)
        #expect(hidden.findings.targets[0].hosts[0].origin == origins[0])
        #expect(Set(origins.map(\.host)).count == Set(Planted.targets.map(\.origin.host)).count)
        let again = Disclosure(
            findings: Planted.findings, assessments: Planted.assessments, hiding: Planted.whereabouts)
        let texts = try [hidden, again].map { try Measurement($0, on: Planted.occasion).json() }
        #expect(texts[0] == texts[1])
    }

    @Test func whatTheUserTypedIsToldWhereEverybodyKnowsIt() {
        let texts = Planted.redacted.findings.targets.map { Planted.redacted.spelled($0.target.text) }
        #expect(texts[0].wholeMatch(of: /host-\d+\/image-\d+:latest/) != nil, "\(texts[0])")
        #expect(texts[1].wholeMatch(of: /host-\d+:5000/) != nil, "\(texts[1])")
        #expect(texts[2].wholeMatch(of: /private-\d+:5000/) != nil, "\(texts[2])")
        #expect(texts[3] == "nginx")
        #expect(texts[4].wholeMatch(of: /image-\d+:latest/) != nil, "\(texts[4])")
        #expect(texts[5] == "https://quay.io/v2/")
        #expect(texts[6].wholeMatch(of: /host-\d+\/…/) != nil, "\(texts[6])")
    }

    @Test func aHostWhoseEveryAddressIsPrivateIsHidden() {
        let origin = Origin(scheme: .https, host: .name("mirror.daocloud.io"))
        let target = Target(text: "mirror.daocloud.io", kind: .host(origin))
        func disclosed(_ address: String) -> String {
            let system = SystemAnswer(addresses: [Planted.address(address)], elapsed: .zero)
            let findings = Findings(
                line: Line(),
                targets: [.init(target: target, hosts: [.init(origin: origin, role: .host, system: system)])])
            let hidden = Disclosure(findings: findings, assessments: [], hiding: Whereabouts())
            return hidden.findings.targets[0].target.text
        }
        #expect(disclosed("192.168.1.7") == "host-1")
        #expect(disclosed("192.0.2.7") == "mirror.daocloud.io")
        #expect(disclosed("198.18.0.7") == "mirror.daocloud.io", "a local proxy's address says nothing of the host")
    }

    @Test(arguments: [
        ("203.0.113.9", true), ("203.0.112.9", false), ("2001:db8:77::99", true), ("2001:db8:78::99", false),
        ("127.0.0.53", false), ("8.8.8.8", false), ("203.0.113.53", true), ("198.18.0.1", false),
        ("100.64.1.1", true), ("fe80::1", true), ("fd00::1", true), ("169.254.3.3", true), ("240.0.0.1", true),
    ])
    func addressesNearby(text: String, isHidden: Bool) {
        var redaction = Redaction(of: Findings(line: Line(), targets: []), hiding: Planted.whereabouts)
        let address = Planted.address(text)
        #expect((redaction.address(address) != address || Pseudonyms.isOne(address)) == isHidden)
    }

    @Test func aPseudonymNeverStandsForTwo() {
        var redaction = Redaction(of: Findings(line: Line(), targets: []), hiding: Whereabouts())
        let hidden = ["10.0.0.1", "240.0.0.1", "240.0.0.2", "255.255.255.255", "fd00::1", "100::1"].map {
            redaction.address(Planted.address($0))
        }
        #expect(Set(hidden).count == hidden.count)
        #expect(hidden.map(\.family) == [.ip4, .ip4, .ip4, .ip4, .ip6, .ip6])
    }
}
