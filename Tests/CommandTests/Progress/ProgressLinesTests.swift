import Puller
import Testing

@testable import docker_tar_lab

@Suite struct ProgressLinesTests {
    private func progress(layers: Int, moving: Range<Int> = 0..<0, verified: Range<Int> = 0..<0) -> PullProgress {
        var progress = PullProgress()
        progress.apply(.planned(layers: (0..<layers).map { Sample.layer(0x3d83 + $0, size: 24_000_000) }), at: .zero)
        for index in moving { progress.apply(.received(layer: index, bytes: 1), at: .zero) }
        for index in moving { progress.apply(.received(layer: index, bytes: 12_000_000), at: .seconds(6)) }
        for index in verified {
            progress.apply(.received(layer: index, bytes: 1), at: .zero)
            progress.apply(.verified(layer: index), at: .seconds(12))
        }
        return progress
    }

    private func lines(
        _ progress: PullProgress, columns: Int, rows: Int = 24, _ language: Language = .english
    ) -> [String] {
        ProgressLines(size: TerminalSize(columns: columns, rows: rows), language: language)
            .block(progress, at: .seconds(12))
    }

    @Test func theFullFormOfALine() {
        let lines = lines(progress(layers: 7, verified: 0..<1), columns: 200)
        let bar = String(repeating: "█", count: 40)
        #expect(lines[0] == "[1/7]000000003d83: Verified     100% |\(bar)| (24/24 MB, 2 MB/s)")
        #expect(lines[1] == "[2/7]000000003d84: Waiting        0% |\(String(repeating: " ", count: 40))| (0/24 MB)")
        #expect(lines.count == 8)
        #expect(lines[7].hasPrefix("Total:             Downloading   14% |█████ "))
    }

    @Test func aLayerThatMovesShowsItsSpeedAndTheTotalTheTimeLeft() {
        let lines = lines(progress(layers: 2, moving: 0..<1), columns: 120)
        #expect(lines[0].contains("Downloading   50% |") && lines[0].contains("(12/24 MB, "))
        #expect(lines[0].hasSuffix("/s)"))
        #expect(lines[2].hasSuffix(" left"))
    }

    @Test func chineseLinesUp() {
        let lines = lines(progress(layers: 3, moving: 1..<2, verified: 0..<1), columns: 100, .chinese)
        #expect(lines[0].contains("已校验  100% |") && lines[1].contains("下载中   50% |"))
        let bars = lines.map { line in DisplayWidth.of(line.prefix { $0 != "|" }) }
        #expect(Set(bars).count == 1, "bars begin in one column: \(bars)")
        #expect(lines[3].hasPrefix("总计：") && lines[3].contains("剩余"))
    }

    @Test(arguments: Array(1...200), Language.allCases)
    func noLineWrapsAndNoBlockIsTooHigh(columns: Int, language: Language) {
        for rows in [1, 2, 3, 5, 24] {
            for layers in [1, 7, 120] {
                let some = progress(layers: layers, moving: 0..<(layers / 2), verified: (layers / 2)..<layers)
                let lines = lines(some, columns: columns, rows: rows, language)
                #expect(lines.allSatisfy { DisplayWidth.of($0) <= max(1, columns - 1) })
                #expect(lines.count <= max(1, rows - 1))
                #expect(!lines.isEmpty)
            }
        }
    }

    @Test func whatIsNarrowLosesTheBarFirst() {
        let some = progress(layers: 7, moving: 0..<1)
        #expect(lines(some, columns: 80)[0].contains("|"))
        let narrow = lines(some, columns: 62)[0]
        #expect(!narrow.contains("|") && narrow.contains("B/s)"))
        #expect(lines(some, columns: 54)[0].contains("MB)"))
        #expect(lines(some, columns: 30)[0].contains("50%"))
        #expect(lines(some, columns: 10)[0].contains("50%"))
    }

    @Test func moreLayersThanRowsShowsThoseThatMove() {
        let many = progress(layers: 100, moving: 50..<54, verified: 0..<50)
        let lines = lines(many, columns: 100, rows: 12)
        #expect(lines.count == 11)
        #expect(lines.prefix(4).allSatisfy { $0.contains("Downloading") })
        #expect(lines[0].hasPrefix("[ 51/100]"))
        #expect(lines[9] == "… not shown: 50 verified, 41 waiting")
        #expect(lines[10].hasPrefix("Total:"))
        #expect(ProgressLines(size: .usual, language: .english).all(many, at: .zero).count == 100)
    }

    @Test func withoutATerminalOneLineSaysAll() {
        let line = ProgressLines.plain(
            progress(layers: 4, moving: 1..<2, verified: 0..<1), at: .seconds(12), in: .english)
        #expect(line.hasPrefix("Downloading 37% (36/96 MB, "))
        #expect(line.contains("1 of 4 layers verified") && line.hasSuffix(" left"))
        #expect(ProgressLines.plain(PullProgress(), at: .zero, in: .chinese) == "下载中 0%（0/0 B），已校验 0/0 层")
        let push = PullProgress(isSending: true)
        #expect(ProgressLines.plain(push, at: .zero, in: .english) == "Sending 0% (0/0 B), 0 of 0 blobs there")
    }

    @Test(arguments: [(5, "5 s left"), (65, "1 min 5 s left"), (3600, "1 h 0 min left"), (7265, "2 h 1 min left")])
    func timeLeft(seconds: Int, expected: String) {
        #expect(Sentence.timeLeft(Int64(seconds)).en == expected)
    }
}
