import Foundation
import Testing

@testable import docker_tar_lab

/// Lines that line up, break and take colour.
@Suite struct TextTableTests {
    @Test func whatTheNetworkSaysIsClearedAndColourIsOnlyThereWhereItIsWanted() {
        let line = Painted("a\u{1B}[31mb\u{202E}", .bad) + "c"
        #expect(line.plain == "abc")
        #expect(line.text(inColour: false) == "abc")
        #expect(line.text(inColour: true) == "\u{1B}[31mab\u{1B}[0mc")
        #expect(line.width == 3)
    }

    @Test func cutLinesFitAndSayThatSomethingIsMissing() {
        let line = Painted("中文", .good) + "abcdef"
        #expect(line.cut(to: 10) == line)
        for width in 1..<10 {
            let cut = line.cut(to: width)
            #expect(cut.width <= width && cut.plain.hasSuffix("…"), "\(width): \(cut.plain)")
        }
        #expect((Painted("abc") + Painted("def")).cut(to: 6).plain == "abcdef")
        #expect((Painted("abc") + Painted("def")).cut(to: 3).plain == "ab…")
    }

    @Test(arguments: [
        "one two three four five six seven eight nine ten", "中文的句子没有空格，所以可以在任何字之间换行，但标点不能在行首。",
        "a-word-that-is-longer-than-any-line-that-it-could-ever-stand-in and more",
    ])
    func wrappedLinesFitAndLoseNothing(text: String) {
        for width in 12...60 {
            let lines = Painted(text).wrapped(to: width, indent: 4)
            #expect(lines.allSatisfy { $0.width <= width }, "\(width): \(lines.map(\.plain))")
            #expect(lines.dropFirst().allSatisfy { $0.plain.hasPrefix("    ") })
            #expect(!lines.contains { $0.plain.hasPrefix("    ，") || $0.plain.hasPrefix("    。") })
            #expect(lines.map(\.plain).joined().filter { $0 != " " } == text.filter { $0 != " " })
        }
    }

    @Test func columnsLineUpWithWideLettersAndGiveWay() {
        var table = TextTable(columns: [.yielding, .figures, .flowing], heading: ["地址", "时延", "结果"])
        table.rows = [
            [Painted("2001:db8::1:2:3:4:5"), Painted("8 ms"), Painted("验证通过", .good)],
            [Painted("短"), Painted("148 ms"), Painted("the connection was reset, and much more is said of it")],
        ]
        let wide = table.lines(width: 100).map(\.plain)
        #expect(wide.count == 3)
        let columns = zip(wide, ["结果", "验证", "the"]).map { line, word in
            line.range(of: word).map { DisplayWidth.of(line[..<$0.lowerBound]) }
        }
        #expect(Set(columns).count == 1 && columns[0] != nil, "\(wide)")
        for width in 40...100 {
            #expect(table.lines(width: width).allSatisfy { $0.width <= width }, "\(width)")
        }
        table.rows = []
        #expect(table.lines(width: 80).isEmpty)
    }
}
