import Testing

@testable import docker_tar_lab

/// What is shown while an archive is judged.
@Suite struct ReadingProgressTests {
    private func progress(_ steps: [(Int, Int64)], of path: String = "/srv/nginx.tar") -> ReadingProgress {
        steps.reduce(into: ReadingProgress(of: path)) { progress, step in
            progress.apply(.init(read: step.1, all: 10_000_000), at: .seconds(step.0))
        }
    }

    @Test func theLineSaysHowFarItIsAndWhatIsRead() {
        #expect(progress([]).isBlank)
        let half = progress([(0, 0), (1, 2_500_000), (2, 5_000_000)])
        #expect(!half.isBlank)
        #expect(
            half.block(in: .usual, at: .seconds(2), .english) == [
                "Reading 50% (5/10 MB, 2.5 MB/s), 2 s left: nginx.tar"
            ])
        #expect(half.line(at: .seconds(2), .chinese) == "正在读取 50%（5/10 MB, 2.5 MB/s），剩余 2 秒：nginx.tar")
        #expect(half.rest(in: .usual, at: .seconds(2), .english).isEmpty, "the verdict takes its place")
        let whole = progress([(0, 10_000_000)])
        #expect(whole.line(at: .zero, .english) == "Reading 100% (10/10 MB): nginx.tar")
    }

    @Test func aNameCannotWriteOnTheTerminal() {
        let hostile = progress([(0, 1)], of: "a\u{1B}[2J\n.tar")
        #expect(hostile.block(in: .usual, at: .zero, .english).allSatisfy { !$0.contains { "\u{1B}\n".contains($0) } })
    }

    @Test(arguments: Language.allCases, [TerminalSize(columns: 20, rows: 4), TerminalSize(columns: 200, rows: 50)])
    func theBlockFitsTheTerminal(language: Language, size: TerminalSize) {
        let long = progress([(0, 0), (1, 1000)], of: String(repeating: "n", count: 300))
        let block = long.block(in: size, at: .seconds(1), language)
        #expect(block.count == 1)
        #expect(block.allSatisfy { DisplayWidth.of($0) < size.columns })
    }

    /// What a truncated archive's last member claims to have.
    @Test func sizesBeyondAnySumDoNotEndTheProgram() {
        var progress = ReadingProgress(of: "a.tar")
        progress.apply(.init(read: 0, all: .max), at: .zero)
        progress.apply(.init(read: 1_000_000, all: .max), at: .seconds(1))
        #expect(progress.line(at: .seconds(1), .english) == "Reading 0% (0/9.2 EB, 1 MB/s): a.tar")
        progress.apply(.init(read: .max, all: .max), at: .seconds(2))
        #expect(progress.line(at: .seconds(2), .english).hasPrefix("Reading 100% (9.2/9.2 EB, "))
    }
}
