import Diagnosis
import LabNet
import Testing

@testable import docker_tar_lab

/// What is shown while an examination runs.
@Suite struct ExaminationProgressTests {
    private static let hub = Origin(scheme: .https, host: .name("registry-1.docker.io"))
    private static let token = Origin(scheme: .https, host: .name("auth.docker.io"))

    private func progress(_ events: [Progress]) -> ExaminationProgress {
        events.reduce(into: ExaminationProgress()) { $0.apply($1, at: .zero) }
    }

    @Test func hostsComeAndGoThroughTheirStages() {
        var progress = ExaminationProgress()
        #expect(progress.isBlank)
        progress.apply(.host(Self.hub, .registry, .names), at: .zero)
        progress.apply(.host(Self.hub, .registry, .hellos), at: .zero)
        progress.apply(.host(Self.token, .tokenServer, .done), at: .zero)
        progress.apply(.finished, at: .zero)
        let block = progress.block(in: .usual, at: .milliseconds(3200), .english)
        #expect(
            block == [
                "Examining: 1 of 2 hosts done, 3.2 s", "  registry-1.docker.io  connecting and shaking hands",
                "  auth.docker.io        done",
            ])
        #expect(progress.line(at: .seconds(3), .chinese) == "正在诊断：已完成 1/2 台主机，3 秒")
        #expect(progress.rest(in: .usual, at: .zero, .english).isEmpty, "the report takes its place")
    }

    @Test(arguments: Language.allCases, [TerminalSize(columns: 20, rows: 4), TerminalSize(columns: 200, rows: 50)])
    func theBlockFitsTheTerminal(language: Language, size: TerminalSize) {
        let events = (0..<30).map { number in
            Progress.host(
                Origin(scheme: .https, host: .name("a-host-with-a-long-name-\(number).example")), .registry, .names)
        }
        let block = progress(events).block(in: size, at: .seconds(1), language)
        #expect(block.count < size.rows)
        #expect(block.allSatisfy { DisplayWidth.of($0) < size.columns })
    }
}
