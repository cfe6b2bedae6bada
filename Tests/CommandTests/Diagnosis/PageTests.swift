import Diagnosis
import Foundation
import Testing

@testable import LabNet
@testable import docker_tar_lab

/// The page as text; `BrowserTests` shows it to a browser.
@Suite struct PageTests {
    static func page(_ language: Language = .english, findings: Findings = SampleFindings.findings) -> String {
        Page(
            findings: findings, assessments: SampleFindings.assessments, ownFlags: .none,
            began: "2026-01-31 12:00:00", language: language
        ).html
    }

    /// The same with markup wherever the network or the user could put some.
    static var hostile: String {
        let evil = "\"'><script>alert(1)</script>&amp;\u{202E}"
        var findings = SampleFindings.findings
        var host = findings.targets[0].hosts[0]
        host.origin.host = .name(evil)
        host.lookup?.name = evil
        host.lookup?.queries[0].name = evil
        host.lookup?.queries[0].arrivals.append(
            .init(elapsed: .zero, hopLimit: nil, content: .unreadable(evil)))
        host.greetings[0].greeting.strategy = .alter(evil)
        host.greetings[3].results[0].outcome = .failed(
            .secure,
            .certificate(.init(code: 18, reason: evil, names: [evil], fingerprint: evil)))
        host.passage?.requests[0].url = evil
        host.passage?.requests[0].words = evil
        findings.targets[0].hosts[0] = host
        findings.line.portal = evil
        findings.line.proxy?.place = evil
        let target = Target(text: evil, kind: SampleFindings.hub.kind)
        findings.targets[0].target = target
        let assessment = Assessment(
            target: target, condition: .denied, host: .name(evil),
            reasons: [.status(403, url: evil, words: evil), .portalAt(evil)], ways: [.mirror(evil)])
        return Page(
            findings: findings, assessments: [assessment, SampleFindings.assessments[1]], ownFlags: .none, began: evil,
            language: .english
        ).html
    }

    @Test(arguments: Language.allCases)
    func itStaysSmallForDockerHub(language: Language) {
        let size = PageTests.page(language).utf8.count
        #expect(size < 300_000, "\(size)")
    }

    @Test func nothingFromOutsideBecomesMarkup() {
        let page = PageTests.hostile
        #expect(!page.lowercased().contains("<script"))
        #expect(!page.contains("\u{202E}"))
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"))
        // Every attribute's value ends where the page ended it.
        #expect(!page.contains("\"'>") && !page.contains("='\""))
    }

    @Test func aPolicyForbidsEverythingAndNothingIsReferredTo() throws {
        for page in [PageTests.page(), PageTests.hostile] {
            #expect(page.contains("content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"))
            let head = try #require(page.range(of: "Content-Security-Policy"))
            let style = try #require(page.range(of: "<style>"))
            #expect(head.lowerBound < style.lowerBound, "the policy comes before what it governs")
            for forbidden in ["<script", "<link", "<img", "<iframe", "<object", "<form", " src=", "url(", "@import"] {
                #expect(!page.contains(forbidden), "\(forbidden)")
            }
            #expect(!page.contains(/\son[a-z]+=/))
            #expect(!page.contains(/href="[^#]/), "references stay inside the page")
        }
    }

    @Test func elementsAreClosedInTheirOrder() throws {
        for page in [PageTests.page(), PageTests.page(.chinese), PageTests.hostile] {
            var open: [Substring] = []
            let body = page.replacing(/(?s)<style>.*?<\/style>/, with: "").replacing("<!doctype html>", with: "")
            for tag in body.matches(of: /<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/) {
                if tag.3 == "/" { continue }
                if tag.1 == "/" {
                    #expect(open.popLast() == tag.2)
                } else {
                    open.append(tag.2)
                }
            }
            #expect(open.isEmpty)
        }
    }

    @Test func thePageSaysItsLanguageAndSpeaksIt() {
        let english = PageTests.page(.english)
        let chinese = PageTests.page(.chinese)
        #expect(english.contains("<html lang=\"en\">") && chinese.contains("<html lang=\"zh-CN\">"))
        #expect(!english.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) })
        #expect(chinese.contains("连接遭到阻断"))
    }

    @Test func everyMarkOfTheLegendHasItsShape() {
        let page = PageTests.page()
        for shape in ["f", "g", "d", "n", "r"] {
            #expect(page.contains("id=\"\(shape)\""), "\(shape)")
        }
        #expect(page.contains("class=\"window\""))
        #expect(page.matches(of: /<use href="#f"/).count > 100)
    }

    @Test func theMatrixSaysInWordsWhatItsColoursSay() throws {
        let page = PageTests.page()
        #expect(page.contains("<td class=\"good\" title=\"verified (TLSv1.3) (3 times)\">ok ×3, 309 ms</td>"))
        #expect(page.contains("<td class=\"bad\" title=\"reset after 9 ms\">reset, 9 ms</td>"))
        #expect(page.contains("203.0.113.9 *"))
    }

    @Test func markupKnowsNoUnescapedText() {
        let markup = Markup.element("p", ["title": "a\"b'c<d"], "<&>\"'\u{7}\u{1B}[1m")
        #expect(markup.html == "<p title=\"a&quot;b&#39;c&lt;d\">&lt;&amp;&gt;&quot;&#39;</p>")
        #expect(Markup.void("br").html == "<br/>")
    }
}
