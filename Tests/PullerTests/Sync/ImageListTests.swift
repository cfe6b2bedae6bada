import Testing

@testable import Puller

/// Files of names, compose files, and the variables in them.
@Suite struct ImageListTests {
    @Test(arguments: [
        ("nginx", ["nginx:latest"]), ("nginx 1 1.25-alpine", ["nginx:1", "nginx:1.25-alpine"]),
        ("# all\n\n  ghcr.io/a/b:c  # one\n\tquay.io/d/e\tf\r\n", ["ghcr.io/a/b:c", "quay.io/d/e:f"]),
        ("\u{FEFF}a\nb\na", ["a:latest", "b:latest", "a:latest"]), ("localhost:5000/a b", ["localhost:5000/a:b"]),
        ("", []), ("#", []),
        (
            "a sha256:\(String(repeating: "0", count: 64))", ["a@sha256:\(String(repeating: "0", count: 64))"]
        ),
    ])
    func namesAndTheirTags(text: String, expected: [String]) throws {
        #expect(try ImageNames.parse(text).map(\.familiar) == expected)
    }

    @Test(arguments: [
        ("a\nNginx", 2, ListFileError.Problem.name("Nginx", .upperCase("Nginx"))),
        ("a:1 2", 1, .tagTwice("a:1")), ("a@sha256:00 2", 1, .tagTwice("a@sha256:00")),
        ("a b/c", 1, .name("a:b/c", .registry("a:b"))), ("\n\nx#y", 3, .name("x#y", .path("library/x#y"))),
    ])
    func mistakesHaveTheirLine(text: String, line: Int, problem: ListFileError.Problem) {
        #expect(throws: ListFileError(line: line, problem: problem)) { try ImageNames.parse(text) }
    }

    private static let variables = ["TAG": "1.2", "EMPTY": "", "REGISTRY": "r.example/", "A_1": "x"]

    @Test(arguments: [
        ("a:$TAG", "a:1.2"), ("a:${TAG}", "a:1.2"), ("a:${TAG:-3}", "a:1.2"), ("a:${NONE:-3}", "a:3"),
        ("a:${EMPTY:-3}", "a:3"), ("a${EMPTY-3}", "a"), ("a:${NONE-3}", "a:3"), ("$$TAG", "$TAG"),
        ("a${TAG:+:b}", "a:b"), ("a${NONE:+:b}", "a"), ("a${EMPTY:+:b}", "a"), ("a${EMPTY+:b}", "a:b"),
        ("${NONE:-${ALSO:-${TAG}}}", "1.2"), ("${REGISTRY}a:${TAG:?needed}", "r.example/a:1.2"), ("$A_1-b", "x-b"),
        ("${NONE:-a:b-c}", "a:b-c"), ("${NONE-}", ""), ("none", "none"),
    ])
    func variablesArePutIn(text: String, expected: String) throws {
        let substitution = Substitution(value: { Self.variables[$0] }, isStrict: true)
        #expect(try substitution.text(text) == expected)
    }

    @Test(arguments: [
        ("a:$NONE", ListFileError.Problem.unsetVariable("NONE", message: nil)),
        ("a:${NONE}", .unsetVariable("NONE", message: nil)),
        ("a:${NONE:?set $TAG}", .unsetVariable("NONE", message: "set 1.2")),
        ("a:${EMPTY:?}", .unsetVariable("EMPTY", message: "")), ("${TAG", .substitution("${TAG")),
        ("${}", .substitution("${}")), ("$", .substitution("$")), ("$ a", .substitution("$ a")),
        ("${TAG%x}", .substitution("${TAG%x}")), ("${1}", .substitution("${1}")),
    ])
    func whatCannotBePutInIsRefused(text: String, problem: ListFileError.Problem) {
        let substitution = Substitution(value: { Self.variables[$0] }, isStrict: true)
        #expect(throws: problem) { try substitution.text(text) }
    }

    @Test func defaultsInDefaultsAreBounded() {
        let text = String(repeating: "${A:-", count: 100_000) + String(repeating: "}", count: 100_000)
        #expect(throws: ListFileError.Problem.self) {
            try Substitution(value: { _ in nil }, isStrict: false).text(text)
        }
    }

    @Test func aFileOfVariables() throws {
        let text = """
            \u{FEFF}# settings
            A=1 # one
            export B = two words\u{20}
            C='$A # "raw"'
            D="$A\\n\\$x ${NONE-z}"
            E=${A}-${OUTER}${NONE}
            F="first
            second"
            G=
            A=2
            NAME
            """
        let file = try VariableFile(parsing: text, environment: ["OUTER": "o"])
        #expect(
            file.variables == [
                "A": "2", "B": "two words", "C": "$A # \"raw\"", "D": "1\n$x z", "E": "1-o", "F": "first\nsecond",
                "G": "",
            ])
        #expect(throws: ListFileError(line: 2, problem: .yaml(.unclosed))) {
            try VariableFile(parsing: "A=1\nB=\"x\n")
        }
    }

    private static let compose = """
        version: "3.9"
        x-base: &base
          restart: always
          image: ${REGISTRY}base:${TAG:-latest}
        services:
          web:
            image: "nginx:${WEB_TAG:-1.25}"   # the front
            ports: ["80:80", '443:443']
            environment:
              - KEY=value
            command: >
              run
              it
          db: { image: postgres:16, environment: { A: b } }
          worker:
            <<: *base
            build: .
          own:
            build: {context: ., dockerfile: D}
          same:
            extends: web
          also:
            extends:
              service: db
          far:
            extends:
              file: other.yml
              service: x
        volumes:
          data:
        """

    @Test func aComposeFilesImages() throws {
        let file = try ComposeFile(parsing: Self.compose) { Self.variables[$0] }
        #expect(
            file.images.map(\.familiar) == [
                "nginx:1.25", "postgres:16", "r.example/base:1.2", "nginx:1.25", "postgres:16",
            ])
        #expect(file.omissions == [.built(service: "own"), .extended(service: "far")])
    }

    @Test(arguments: [
        ("version: 2", 1, ListFileError.Problem.noServices), ("services: [a]", 1, .expected(.mapping("services"))),
        ("services:\n  a: b", 2, .expected(.mapping("a"))),
        ("services:\n  a:\n    image: [x]", 3, .expected(.text("image"))),
        ("services:\n  a:\n    image: A", 3, .name("A", .upperCase("A"))),
        ("services:\n  a:\n    image: a:$NO", 3, .unsetVariable("NO", message: nil)),
        ("services:\n  a:\n    image: a:${NO:?tell me}", 3, .unsetVariable("NO", message: "tell me")),
        ("services:\n  a:\n    extends: b", 3, .expected(.service("b"))),
        ("services:\n  a:\n    extends: a", 3, .expected(.service("a"))),
        ("services:\n  a:\n    extends: {x: y}", 3, .expected(.text("extends"))),
    ])
    func composeFilesThatAreWrong(text: String, line: Int, problem: ListFileError.Problem) {
        #expect(throws: ListFileError(line: line, problem: problem)) { try ComposeFile(parsing: text) { _ in nil } }
    }

    @Test func aFileThatIncludesOthersSaysSo() throws {
        let file = try ComposeFile(parsing: "include:\n  - other.yml\nservices:\n") { _ in nil }
        #expect(file.images == [])
        #expect(file.omissions == [.included(line: 2)])
    }
}
