import Diagnosis
import Testing

@testable import LabNet
@testable import docker_tar_lab

/// What a diagnosis looks like on a terminal.
@Suite struct TerminalReportTests {
    private func report(
        _ language: Language = .english, width: Int = 100, findings: Findings = SampleFindings.findings
    ) -> TerminalReport {
        TerminalReport(
            findings: findings, assessments: SampleFindings.assessments, ownFlags: .none, language: language,
            width: width)
    }

    @Test(arguments: Language.allCases, [40, 60, 80, 100, 200])
    func noLineIsWiderThanTheTerminalButTheCommandsToType(language: Language, width: Int) {
        for line in report(language, width: width).lines where !line.plain.contains("docker-tar-lab pull") {
            #expect(line.width <= width, "\(line.plain)")
        }
    }

    @Test func everyTargetHasItsVerdictItsReasonsAndItsCommand() {
        let text = report().lines.map(\.plain)
        #expect(text.first == "sni    nginx: connections are killed for the name in their TLS hello.")
        #expect(text.contains("clear  ghcr.io: nothing is in the way."))
        #expect(text.contains { $0.contains("131 forged answers came, by 3 injectors") })
        #expect(text.contains { $0.contains("so it was somebody nearer") })
        #expect(text.contains { $0.trimmingPrefix { $0 == " " } == "docker-tar-lab pull nginx:latest -lab" })
        #expect(text.contains { $0.trimmingPrefix { $0 == " " } == "docker-tar-lab pull ghcr.io/NAME" })
    }

    @Test func timelinesShowForgedAndTrueAnswers() {
        let lines = report().lines.map(\.plain)
        let racing = lines.filter { $0.contains("true, ") && $0.contains("x") && $0.contains("o") && $0.contains("·") }
        #expect(racing.count > 10)
        #expect(lines.contains { $0.contains("(no resolver)") && $0.contains("answers (1)") })
        #expect(lines.contains { $0.contains("x forged") })
        #expect(lines.joined(separator: " ").contains("more resolvers"))
    }

    @Test func whatIsBurntAndWhatWasRefusedIsSaid() {
        let text = report().lines.map(\.plain).joined(separator: "\n")
        #expect(text.contains("198.51.100.1:443 is burnt by this diagnosis: left alone for another 178 s"))
        #expect(text.contains("alert 112 after 160 ms"))
        #expect(text.contains("wrong certificate") || text.contains("stranger.example"))
        #expect(text.contains("verified (TLSv1.3) (3 times)"))
        #expect(text.contains("“<b>not here</b>”"), "foreign words are cleared of escapes")
        #expect(!text.contains("\u{1B}"))
    }

    @Test func ofManyTargetsThoseThatAreClearTakeLittleRoom() {
        let lines = report().lines.map(\.plain)
        let clear = lines.drop { !$0.hasPrefix("ghcr.io  the registry") }
        #expect(clear.count <= 5, "\(Array(clear))")
        var alone = SampleFindings.findings
        alone.targets.removeFirst()
        let whole = TerminalReport(
            findings: alone, assessments: Array(SampleFindings.assessments.dropFirst()), ownFlags: .none,
            language: .english, width: 100
        ).lines
        #expect(whole.count > 20, "alone it is shown whole")
    }

    @Test func quietIsOneLineATarget() {
        #expect(report().briefLines.map(\.plain) == ["sni  nginx", "clear  ghcr.io"])
    }

    @Test func coloursAddNothingButColours() {
        for line in report(.chinese).lines {
            let coloured = line.text(inColour: true)
            #expect(printable(coloured) == line.plain)
        }
        #expect(report().lines.contains { $0.text(inColour: true).contains("\u{1B}[31m") })
    }

    @Test func aHostWithoutAnyFindingsIsSaidToo() {
        let bare = HostFindings(origin: Origin(scheme: .https, host: .name("a.example")), role: .host)
        let lines = HostReport(host: bare, target: SampleFindings.hub, language: .english, width: 80).lines
        #expect(lines.map(\.plain) == ["a.example  the host"])
    }
}
