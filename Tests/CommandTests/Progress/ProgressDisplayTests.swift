import Foundation
import Puller
import Testing

@testable import docker_tar_lab

@Suite struct ProgressDisplayTests {
    private struct Stopped: Error {}

    /// Runs a pull of one layer on a clock that the pull moves itself, and returns what was written.
    private func written(
        _ style: ProgressDisplay<ManualClock>.Style, seconds: Int, step: Duration, fails: Bool = false
    ) async throws -> String {
        let pipe = Pipe.kept()
        let console = Console(output: pipe.fileHandleForWriting.fileDescriptor, error: -1)
        let clock = ManualClock()
        let display = ProgressDisplay(
            console: console, stream: .output, style: style, language: .english, clock: clock)
        do {
            try await display.show { report in
                report(.planned(layers: [Sample.layer(1, size: 1_000_000)]))
                let steps = Int(Duration.seconds(seconds) / step)
                for number in 1...steps {
                    report(.received(layer: 0, bytes: Int64(1_000_000 * number / steps)))
                    if style != .none { await clock.awaitSleeper() }
                    clock.advance(by: step)
                }
                if style != .none { await clock.awaitSleeper() }
                if fails { throw Stopped() }
                report(.verified(layer: 0))
            }
        } catch is Stopped {}
        await console.drain()
        try pipe.fileHandleForWriting.close()
        return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }

    @Test func withoutATerminalALineEveryThirtySeconds() async throws {
        let lines = try await written(.plain, seconds: 100, step: .seconds(10)).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.hasPrefix("Downloading ") && !$0.contains("\u{1B}") })
    }

    @Test func quietMeansNothingAtAll() async throws {
        #expect(try await written(.none, seconds: 100, step: .seconds(10)) == "")
    }

    @Test func aTerminalShowsTheLayersAndKeepsThemInTheEnd() async throws {
        let text = try await written(.drawn, seconds: 1, step: .milliseconds(100))
        #expect(text.contains("[1/1]000000000001: Downloading"))
        #expect(text.contains("\u{1B}[2F\u{1B}[J"))
        let last = text.split(separator: "\n").last ?? ""
        #expect(last.contains("[1/1]000000000001: Verified     100%"))
    }

    @Test func aPullThatFailsLeavesTheLastPicture() async throws {
        let text = try await written(.drawn, seconds: 1, step: .milliseconds(100), fails: true)
        #expect(text.split(separator: "\n").last?.contains("Total:") == true)
        #expect(!text.contains("Verified"))
    }

    @Test func cancellingEndsTheDisplayToo() async throws {
        let clock = ManualClock()
        let display = ProgressDisplay(
            console: Console(output: -1, error: -1), stream: .output, style: .drawn, language: .english, clock: clock)
        let work = Task {
            try await display.show { _ in
                try await clock.sleep(for: .seconds(3600))
            }
        }
        await clock.awaitSleeper()
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
    }
}
