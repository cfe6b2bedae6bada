import Diagnosis
import LabNet
import Testing

@testable import docker_tar_lab

/// Nothing secret stands in any report, whatever servers and users have put into what was found.
@Suite struct SecretsTests {
    /// What is a credential, and so told by no report at all.
    private static let credentials = ["hunter2", "dtl-t0ken", "s1gnature"]

    private func leaks(of secrets: [String], in text: String) -> [String] {
        secrets.filter { text.lowercased().contains($0) }
    }

    private func html(_ disclosure: Disclosure, _ language: Language) -> String {
        disclosure.spelled(
            Page(
                findings: disclosure.findings, assessments: disclosure.assessments, ownFlags: .none,
                began: Planted.occasion.startText, language: language
            ).html)
    }

    @Test(arguments: Language.allCases) func aRedactedPageNamesNobody(language: Language) {
        let page = html(Planted.redacted, language)
        #expect(leaks(of: Planted.secrets, in: page) == [])
        #expect(page.contains("31.13.94.37") && page.contains("host-1"))
        #expect(!page.contains(">240.0.0."), "pseudonyms are words")
    }

    @Test(arguments: Language.allCases) func aWholePageHoldsNoCredential(language: Language) {
        let page = html(Planted.plain, language)
        #expect(leaks(of: Self.credentials, in: page) == [])
        #expect(page.contains("hub.acme-widgets.de"))
    }

    @Test(arguments: Language.allCases) func theTerminalHoldsNoCredential(language: Language) {
        let report = TerminalReport(
            findings: Planted.plain.findings, assessments: Planted.plain.assessments, ownFlags: .none,
            language: language, width: 100)
        let text = (report.lines + report.briefLines).map(\.plain).joined(separator: "\n")
        #expect(leaks(of: Self.credentials, in: text) == [])
        #expect(text.contains("hub.acme-widgets.de"))
    }

    @Test(arguments: Language.allCases) func theBlockToBePastedNamesNobody(language: Language) {
        let lines = ShareBlock(Planted.redacted, on: Planted.occasion).lines(in: language)
        #expect(leaks(of: Planted.secrets, in: lines.joined(separator: "\n")) == [])
        #expect(lines.count <= ShareBlock.maximumLines)
        #expect(lines.contains { $0.hasPrefix("nginx: sni") })
    }

    @Test func theMeasurementNamesNobody() throws {
        let json = try Measurement(Planted.redacted, on: Planted.occasion).json()
        #expect(leaks(of: Planted.secrets, in: json) == [])
    }
}
