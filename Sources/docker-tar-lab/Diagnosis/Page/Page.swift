internal import Diagnosis
internal import LabNet

/// A diagnosis as one self-contained HTML page without scripts: a pure function of what was found.
struct Page: Sendable {
    /// What was found.
    let findings: Findings
    /// What it comes to, one for each target.
    let assessments: [Assessment]
    /// The user's own flags, for the commands to type.
    let ownFlags: OwnFlags
    /// When it began, in UTC: `2026-01-31 12:00:00`.
    let began: String
    /// The language of the words.
    let language: Language

    /// The page's text.
    var html: String {
        Markup.document(
            language: language == .chinese ? "zh-CN" : "en",
            [head, .element("body", [:], [header, verdicts, line, evidence, footer])]
        ).html
    }

    /// Nothing may be loaded, run, embedded or sent: Content Security Policy Level 3. Only the page's own style is used.
    private static let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

    private var head: Markup {
        .element(
            "head", [:],
            [
                .void("meta", ["charset": "utf-8"]),
                .void("meta", ["http-equiv": "Content-Security-Policy", "content": Self.policy]),
                .void("meta", ["name": "viewport", "content": "width=device-width"]),
                .void("meta", ["name": "referrer", "content": "no-referrer"]),
                .void("meta", ["name": "robots", "content": "noindex"]),
                .element("title", [:], "\(text(.pageTitle)): \(names)"), .style(Self.sheet),
            ])
    }

    private var names: String { assessments.map(\.target.text).joined(separator: ", ") }

    private var header: Markup {
        .element(
            "header", [:],
            [
                .element("h1", [:], text(.pageTitle)),
                .element("p", ["class": "faint"], "\(began) UTC · docker-tar-lab \(version)"),
            ])
    }

    // MARK: verdicts

    private var verdicts: Markup {
        .element("section", ["class": "verdicts"], assessments.map(verdict))
    }

    private func verdict(_ assessment: Assessment) -> Markup {
        let condition = assessment.condition
        let heading = Markup.element(
            "h2", [:],
            [
                .element("span", ["class": "badge \(condition.tone.rawValue)"], condition.rawValue), .text(" "),
                .text(assessment.target.text),
            ])
        let meaning = Markup.element(
            "p", ["class": "meaning"], text(.meaning(condition, of: assessment.host.map(\.description))))
        let reasons = assessment.reasons.map { Markup.element("li", [:], text(.reason($0))) }
        return .element(
            "article", ["class": "card \(condition.tone.rawValue)"],
            [heading, meaning] + (reasons.isEmpty ? [] : [.element("ul", [:], reasons)]) + ways(assessment))
    }

    private func ways(_ assessment: Assessment) -> [Markup] {
        guard !assessment.ways.isEmpty else {
            return Sentence.withoutWay(assessment.condition).map { [.element("p", [:], text($0))] } ?? []
        }
        return assessment.ways.map { way in
            .element(
                "div", ["class": "way"],
                [
                    .element("p", [:], text(.works(way))),
                    .element("pre", [:], TypedCommand(way, to: assessment.target, with: ownFlags).text),
                ])
        }
    }

    // MARK: the line, and the hosts

    private var line: Markup {
        .element(
            "p", ["class": "line"],
            [.element("strong", [:], text(.lineHeading)), .text(text(.line(findings.line)))])
    }

    private var evidence: Markup {
        let pages = findings.targets.flatMap { target in
            target.hosts.map { host in
                HostPage(
                    host: host, target: target.target, registry: target.registry(at: host), language: language
                ).markup
            }
        }
        return .lines(pages)
    }

    private var footer: Markup { .element("footer", ["class": "faint"], [.element("p", [:], text(.pageNotes))]) }

    private func text(_ sentence: Sentence) -> String { sentence.text(in: language) }
}
