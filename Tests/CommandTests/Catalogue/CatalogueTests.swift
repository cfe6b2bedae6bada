import Testing

@testable import docker_tar_lab

@Suite struct CatalogueTests {
    private func hasHan(_ text: String) -> Bool {
        text.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }
    }

    /// Whether a literal says something, apart from what is put into it.
    private func speaks(_ text: String) -> Bool {
        text.replacing("\\()", with: "").contains(/[A-Za-z]{2}/)
    }

    /// Two words of lower-case letters with a blank between them, or any Chinese, are language.
    private func isSentence(_ text: String) -> Bool {
        hasHan(text) || text.replacing("\\()", with: "").contains(/[A-Za-z,]{2,} [a-z]{2,}/)
    }

    @Test func everySentenceStandsInBothLanguages() throws {
        var count = 0
        for (path, text) in try SwiftLiterals.sources() {
            for call in SwiftLiterals.calls(of: "Sentence", in: text) where call.text.contains("en:") {
                count += 1
                let place = "\(path):\(call.line)"
                guard let cut = call.text.firstRange(of: /,\s*zh:/) else {
                    Issue.record("no Chinese at \(place)")
                    continue
                }
                let english = SwiftLiterals(String(call.text[..<cut.lowerBound])).all
                let chinese = SwiftLiterals(String(call.text[cut.upperBound...])).all
                #expect(!english.contains { hasHan($0.text) }, "Chinese in the English of \(place)")
                if english.contains(where: { speaks($0.text) }) {
                    #expect(chinese.contains { hasHan($0.text) }, "no Chinese letters at \(place)")
                }
                // What is put into one language must be put into the other.
                let inEnglish = Set(english.flatMap(\.interpolations).map { $0.replacing(".en", with: ".zh") })
                let inChinese = Set(chinese.flatMap(\.interpolations).map { $0.replacing(".en", with: ".zh") })
                func normalised(_ texts: Set<String>) -> Set<String> {
                    Set(texts.map { $0.filter { !$0.isWhitespace } })
                }
                let literalFree = normalised(inEnglish).symmetricDifference(normalised(inChinese)).filter {
                    !$0.contains("\"")
                }
                #expect(literalFree.isEmpty, "something is said in one language only at \(place): \(literalFree)")
            }
        }
        #expect(count > 150, "the scan found the catalogue")
    }

    @Test func namesAreNoSentences() throws {
        for (path, text) in try SwiftLiterals.sources() {
            for call in SwiftLiterals.calls(of: "Sentence", in: text) where call.text.hasPrefix("name:") {
                for literal in SwiftLiterals(call.text).all {
                    #expect(!isSentence(literal.text), "a sentence passed off as a name at \(path):\(call.line)")
                }
            }
        }
    }

    @Test func noSentenceStandsOutsideTheCatalogue() throws {
        // Commands are the same in every language; so are the two lines that scripts look for, and what OpenSSL says.
        let known = [
            "Available Architecture:", "Output File:  \\()", "wrong version number", "http request",
            "packet length too long",
        ]
        // A style sheet's words are no language of people's.
        for (path, text) in try SwiftLiterals.sources()
        where !path.hasPrefix("Catalogue/") && !path.hasSuffix("+Sheet.swift") {
            for literal in SwiftLiterals(text).all where isSentence(literal.text) {
                let isKnown = known.contains(literal.text) || literal.text.hasPrefix("docker-tar-lab ")
                #expect(isKnown, "a sentence outside the catalogue at \(path):\(literal.line): \(literal.text)")
            }
        }
    }

    @Test func theScanSeesWhatItMustSee() {
        let source = #"""
            // "a comment with words"
            let a = Sentence(en: "one \(b.map { "(\($0))" } ?? "") two", zh: "一\(b)二") ; let c = "plain words"
            """#
        let literals = SwiftLiterals(source).all
        #expect(literals.map(\.text).contains("one \\() two"))
        #expect(literals.map(\.text).contains("plain words"))
        #expect(!literals.map(\.text).contains("a comment with words"))
        #expect(SwiftLiterals.calls(of: "Sentence", in: source).count == 1)
        #expect(isSentence("plain words") && isSentence("中") && !isSentence("docker|docker-20.10"))
    }

    @Test func everyFlagAndCodeHasItsHelp() {
        for language in Language.allCases {
            let lines = Help(language: language).lines
            for flag in Flag.allCases {
                #expect(
                    lines.contains { $0.hasPrefix("  \(flag.spelling)") || flag == .help && $0.contains("-h, -help") })
                #expect(flag.takesValue == (Sentence.placeholder(flag) != nil), "\(flag)")
            }
            for code in ExitCode.allCases { #expect(lines.contains { $0.hasPrefix("  \(code.rawValue) ") }) }
            #expect(lines.allSatisfy { DisplayWidth.of($0) <= 110 })
        }
    }

    @Test func messagesSpeakTheLanguageAskedFor() {
        let sentence = Sentence(en: "yes", zh: "是")
        #expect(sentence.text(in: .english) == "yes")
        #expect(sentence.text(in: .chinese) == "是")
    }
}
