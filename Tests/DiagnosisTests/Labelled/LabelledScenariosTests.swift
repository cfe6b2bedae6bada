import CensorLab
import Foundation
import LabNet
import Testing

@testable import Diagnosis

/// Every labelled scenario, by the whole diagnosis over the real transport: the class is right, and every way that is claimed
/// is gone right after it. One lab at a time.
@Suite(.serialized) struct LabelledScenariosTests {
    @Test(.timeLimit(.minutes(2)), arguments: LabelledScenario.all)
    func theClassIsRightAndEveryClaimedWayWorks(_ label: LabelledScenario) async throws {
        let scenario = try #require(Scenario.named(label.name))
        try await LabelledLab.run(scenario) { lab in
            try await Self.check(label, in: lab)
        }
    }

    static func check(_ label: LabelledScenario, in lab: LabelledLab) async throws {
        let (findings, found) = try await lab.diagnosis()
        let assessment = try #require(found)
        let story = "\(assessment.reasons)\n\(findings.targets.flatMap(\.hosts).map(\.story).joined(separator: "\n"))"
        #expect(assessment.condition == label.condition, "\(story)")
        #expect(assessment.ways.isEmpty != label.hasWay, "\(assessment.ways)\n\(story)")
        for way in assessment.ways {
            await #expect(throws: Never.self, "\(way)\n\(story)") { try await lab.pull(by: way) }
        }
    }

    @Test func thereAreThirtyAndEachIsOneOfTheLabs() {
        let names = LabelledScenario.all.map(\.name) + [LabelledScenario.tunnel.name]
        #expect(Set(names).count == names.count && names.count >= 30)
        #expect(names.allSatisfy { Scenario.named($0) != nil })
        // No class is without a scenario.
        #expect(Set((LabelledScenario.all + [.tunnel]).map(\.condition)) == Set(Condition.allCases))
    }

    /// Where the document stands in the source tree that this was built from.
    private static let document = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../docs/diagnosis.md").standardizedFileURL

    @Test func theDocumentShowsThisTable() throws {
        let text = try String(contentsOf: Self.document, encoding: .utf8)
        #expect(text.contains(LabelledScenario.markdown), "docs/diagnosis.md wants:\n\(LabelledScenario.markdown)")
    }
}

extension HostFindings {
    /// What was seen, in a few lines, for whoever reads of a test that has failed.
    fileprivate var story: String {
        let addresses = (lookup?.candidates ?? []).map { "\($0.address) \($0.trust)" }.joined(separator: ", ")
        let connections = reached.map {
            "\($0.endpoint) \($0.source) \($0.trials.map { "\($0.failure.map { "\($0)" } ?? "up")" })"
        }
        let handshakes = greetings.map {
            "\($0.greeting.endpoint) \($0.greeting.strategy) \($0.place) \($0.results.map(\.outcome))"
        }
        let requests = (passage?.requests ?? []).map {
            "\($0.method) \($0.url) \($0.status ?? 0), \($0.bytes) bytes in \($0.elapsed), \($0.failure.map { "\($0)" } ?? "whole")"
        }
        return
            (["\(role) \(origin.host): \(addresses); system \(system?.addresses ?? [])"] + connections + handshakes
            + requests)
            .joined(separator: "\n  ")
    }
}
