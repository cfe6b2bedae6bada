import Testing

@testable import docker_tar_lab

@Suite struct PrintableTests {
    @Test(arguments: [
        ("plain", "plain"),
        ("中文，é, 🐳", "中文，é, 🐳"),
        ("\u{1B}[31mred\u{1B}[0m", "red"),
        ("\u{1B}]0;title\u{07}after", "after"),
        ("\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\", "link"),
        ("\u{1B}Pq#0\u{1B}\\x", "x"),
        ("\u{1B}(Bx", "x"),
        ("\u{1B}cx", "x"),
        ("\u{9B}2Jx", "x"),
        ("\u{1B}[", ""),
        ("\u{1B}", ""),
        ("\u{1B}]never ends", "never ends"),
        ("one\r\ntwo\tthree", "one two three"),
        ("a\u{08}\u{7F}b\u{00}c", "abc"),
        ("\u{202E}exe.txt\u{202C}", "exe.txt"),
        ("\u{2066}a\u{2069}\u{200B}\u{FEFF}b\u{200F}", "ab"),
        ("a\u{2028}b\u{2029}c", "a b c"),
        ("tag\u{E0041}\u{E0042}", "tag"),
    ])
    func onlyTextIsLeft(text: String, expected: String) {
        #expect(printable(text) == expected)
    }

    @Test func nothingThatActsOnATerminalSurvivesMutation() {
        var generator = SystemRandomNumberGenerator()
        let parts = [
            "\u{1B}", "[", "]", "\\", "31", "m", ";", "\u{07}", "\u{9B}", "\u{9D}", "\u{9C}", "P", "x", "\n",
            "\u{202E}", "é",
        ]
        for _ in 0..<5000 {
            let text = (0..<12).map { _ in parts.randomElement(using: &generator) ?? "" }.joined()
            let left = printable(text).unicodeScalars
            #expect(left.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0.value != 0x202E })
        }
    }
}
