import Testing

@testable import docker_tar_lab

@Suite struct DisplayWidthTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("中文", 4), ("下载中 100%", 11), ("e\u{301}", 1), ("ＡＢ", 4), ("한글", 4), ("█", 1), ("…", 1),
        ("🐳", 2), ("a\u{200B}b", 2),
    ])
    func columns(text: String, expected: Int) {
        #expect(DisplayWidth.of(text) == expected)
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("中文字", 5, "中文…"), ("中文字", 4, "中…"), ("abc", 1, "…"),
        ("abc", 0, ""), ("", 0, ""),
    ])
    func cutting(text: String, width: Int, expected: String) {
        let cut = DisplayWidth.cut(text, to: width)
        #expect(cut == expected)
        #expect(DisplayWidth.of(cut) <= width)
    }

    @Test func paddingAndRows() {
        #expect(DisplayWidth.padded("中", to: 4) == "中  ")
        #expect(DisplayWidth.padded("long", to: 2) == "long")
        #expect(DisplayWidth.rows(of: ["", "abc", "abcd", "中文"], columns: 3) == 1 + 1 + 2 + 2)
        #expect(DisplayWidth.rows(of: [], columns: 3) == 0)
    }
}
