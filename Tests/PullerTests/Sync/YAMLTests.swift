import Testing

@testable import Puller

/// The part of YAML that compose files are written in, and what is refused of the rest.
@Suite struct YAMLTests {
    /// A node in the notation of flows, every text in quotes.
    private func shown(_ node: YAMLNode) -> String {
        switch node.kind {
        case .null: "~"
        case .scalar(let text): "\"\(text)\""
        case .sequence(let nodes): "[\(nodes.map(shown).joined(separator: ","))]"
        case .mapping(let entries): "{\(entries.map { "\($0.key):\(shown($0.value))" }.joined(separator: ","))}"
        }
    }

    @Test(arguments: [
        ("", "~"), ("# nothing\n\n", "~"), ("---\n", "~"), ("a: b", #"{a:"b"}"#), ("a:\n  b: c\n", #"{a:{b:"c"}}"#),
        ("a: # comment\n  - b\n  - c # more\n", #"{a:["b","c"]}"#), ("a:\n- b\n- c\nd: e", #"{a:["b","c"],d:"e"}"#),
        ("- a: 1\n  b: 2\n- c: 3\n", #"[{a:"1",b:"2"},{c:"3"}]"#), ("- - a\n  - b\n- c", #"[["a","b"],"c"]"#),
        ("-\n  a: b\n-\n", #"[{a:"b"},~]"#), ("a: http://x:80/y#z", #"{a:"http://x:80/y#z"}"#),
        ("a: nginx:1 # c", #"{a:"nginx:1"}"#), ("a: ~\nb: null\nc:\n", "{a:~,b:~,c:~}"),
        ("a: 'it''s'\nb: \"x\\ty\\u00e9\\x41\"", "{a:\"it's\",b:\"x\tyéA\"}"),
        ("\"quoted key\": 1\n'b' : 2", #"{quoted key:"1",b:"2"}"#),
        ("a: \"one\n  two\n\n  three\"\nb: 1", "{a:\"one two\nthree\",b:\"1\"}"),
        ("a: one\n  two\n\n  three\nb: 1", #"{a:"one two three",b:"1"}"#),
        ("a: |\n  x: y\n   z\n\nb: >-\n  q\n  r\nc: |+2\n    s\n", "{a:\"x: y\n z\n\",b:\"q r\",c:\"  s\n\"}"),
        ("a: [b, 'c, d', {e: f, \"g\":h}, ]\ni: {}\nj: []", #"{a:["b","c, d",{e:"f",g:"h"}],i:{},j:[]}"#),
        ("a: [\n  b, # c\n\n  d\n]\ne: f", #"{a:["b","d"],e:"f"}"#), ("a: {b: , c: }", "{a:{b:~,c:~}}"),
        ("x: &x\n  a: 1\n  b: 2\ny:\n  <<: *x\n  b: 3\n", #"{x:{a:"1",b:"2"},y:{b:"3",a:"1"}}"#),
        ("x: &x {a: 1}\nz: &z {a: 2, c: 3}\ny: {<<: [*x, *z]}", #"{x:{a:"1"},z:{a:"2",c:"3"},y:{a:"1",c:"3"}}"#),
        ("a: &n nginx\nb: *n # again\nc: [*n]", #"{a:"nginx",b:"nginx",c:["nginx"]}"#),
        ("a: !!str 1\nb: !!int 2", #"{a:"1",b:"2"}"#), ("\u{FEFF}a: b\r\nc:\r\n  d: e\r\n", #"{a:"b",c:{d:"e"}}"#),
        ("%YAML 1.2\n---\na: b\n...\n", #"{a:"b"}"#), ("--- # start\na: b", #"{a:"b"}"#),
        ("just text", #""just text""#),
        ("a: -b\nc: -1\nd: ?e", #"{a:"-b",c:"-1",d:"?e"}"#), ("a: b#c\nd: 'e' # f", #"{a:"b#c",d:"e"}"#),
        ("a:\n    b: 1\n    c: 2\nd:\n  e: 3", #"{a:{b:"1",c:"2"},d:{e:"3"}}"#),
    ])
    func whatIsRead(text: String, expected: String) throws {
        #expect(shown(try YAMLBlocks.document(text)) == expected)
    }

    @Test(arguments: [
        ("a: b\n\tc: d", 2, YAMLProblem.tab), ("a:\n  b: 1\n c: 2", 3, .indentation),
        ("a: b\n  c: d", 2, .unexpected(":")), ("a: b: c", 1, .unexpected(":")), ("a: \"b\nc: d", 1, .unclosed),
        ("a: [b,\n  c\n", 3, .unclosed), ("a: 'b' c", 1, .unexpected("c")), ("a: [b] c", 1, .unexpected("c")),
        ("a: b\na: c", 2, .duplicateKey("a")), ("a: {b: 1, b: 2}", 1, .duplicateKey("b")),
        ("a: *b", 1, .unknownAlias("b")), ("a: &a\n  b: *a", 2, .unknownAlias("a")), ("a:\n  <<: b", 2, .merge),
        ("a: !reset null", 1, .unsupported("!reset")), ("? a\n: b", 1, .unexpected("?")),
        ("a: b\n---\nc: d", 2, .unsupported("---")), ("a: @b", 1, .unexpected("@")), ("a: - b", 1, .unexpected("-")),
        ("a: \"\\q\"", 1, .unexpected("\\q")), ("a: [b, , c]", 1, .unexpected(",")), ("a: {b c", 1, .unclosed),
        ("a: |x\n  b", 1, .unexpected("|x")), ("a:\n  - b\n  c: d", 3, .indentation), ("a\nb: c", 2, .unexpected(":")),
        ("a: [b c: d]", 1, .unsupported(":")), ("&x a: b", 1, .unsupported("&x a")), ("a: b\nc", 2, .unexpected("c")),
    ])
    func whatIsRefusedAndWhere(text: String, line: Int, problem: YAMLProblem) {
        #expect(throws: ListFileError(line: line, problem: .yaml(problem))) { try YAMLBlocks.document(text) }
    }

    @Test func depthAndMergesAreBounded() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: ListFileError(line: 1, problem: .yaml(.tooLarge))) { try YAMLBlocks.document("a: \(deep)") }
        let nested = (0..<1000).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n")
        #expect(throws: ListFileError.self) { try YAMLBlocks.document(nested) }
        let dashes = String(repeating: "- ", count: 10_000) + "a"
        #expect(throws: ListFileError.self) { try YAMLBlocks.document(dashes) }
        let keys = (0..<1000).map { "k\($0): 1" }.joined(separator: ", ")
        let merges = (0..<200).map { "m\($0): {<<: *x}" }.joined(separator: "\n")
        #expect(throws: ListFileError(line: 102, problem: .yaml(.tooLarge))) {
            try YAMLBlocks.document("x: &x {\(keys)}\n\(merges)")
        }
    }

    @Test func randomTextsAreReadOrRefused() {
        var generator = SystemRandomNumberGenerator()
        let pieces = [
            "a", ":", " ", "\n", "  ", "- ", "#", "\"", "'", "[", "]", "{", "}", ",", "&x", "*x", "<<", "|", ">", "!",
            "---", "\\", "\t", "é", "\r\n",
        ]
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
            let count = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).count
            do throws(ListFileError) {
                _ = try YAMLBlocks.document(text)
            } catch {
                #expect((1...count).contains(error.line), "\(text.debugDescription)")
            }
        }
    }
}
