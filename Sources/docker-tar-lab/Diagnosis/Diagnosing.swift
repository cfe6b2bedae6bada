internal import Diagnosis
internal import LabNet
internal import Puller

/// A diagnosis while it runs: targets are examined, what comes of it is said and written down.
struct Diagnosing: Sendable {
    /// What is asked for.
    let request: DiagnosisRequest
    /// Whether only the verdicts are said.
    let isQuiet: Bool
    /// Where it is said.
    let console: Console
    /// The language of the words.
    let language: Language
    /// How progress is shown, on standard error.
    let style: ProgressDisplay<ContinuousClock>.Style
    /// Whether the report may be coloured, and how wide it may be.
    let paper: Paper

    /// What a report for people is written on.
    struct Paper: Hashable, Sendable {
        /// The columns.
        var width: Int
        /// Whether it shows colours.
        var isColoured: Bool

        /// A terminal as wide as it is, and 100 columns elsewhere; coloured on terminals that are not dumb, unless `NO_COLOR`
        /// is there and not empty (no-color.org).
        init(of descriptor: Int32, environment: [String: String]) {
            let isTerminal = Terminal.canDraw(on: descriptor, environment: environment)
            width = isTerminal ? max(40, (Terminal.size(of: descriptor) ?? .usual).columns) : 100
            isColoured = isTerminal && environment["NO_COLOR", default: ""].isEmpty
        }
    }

    /// Examines, says and writes.
    ///
    /// - Returns: the code of the worst target.
    /// - Throws: `CancellationError`, `ReportFile.Unwritable`, what encoding JSON throws.
    func perform(over transport: any Examining) async throws -> ExitCode {
        let display = ProgressDisplay(
            console: console, stream: .error, style: isQuiet ? .none : style, language: language,
            clock: ContinuousClock())
        let start = WallClock.secondsSince1970()
        let clock = ContinuousClock()
        let began = clock.now
        let findings = try await display.show(ExaminationProgress()) { showing in
            try await Examination(targets: request.targets, setting: request.setting, transport: transport)
                .run(showing)
        }
        let assessments = Assessment.all(of: findings)
        let occasion = Occasion(
            version: version, start: start, runtime: began.duration(to: clock.now), resolvers: request.resolverOrigin)
        say(findings, assessments, on: occasion)
        try await write(findings, assessments, on: occasion)
        return ExitCode(worstOf: assessments)
    }

    private func say(_ findings: Findings, _ assessments: [Assessment], on occasion: Occasion) {
        // Not even on a terminal does a server's echo of a credential stand.
        let told = Disclosure(findings: findings, assessments: assessments)
        let report = TerminalReport(
            findings: told.findings, assessments: told.assessments, ownFlags: request.ownFlags, language: language,
            width: paper.width)
        let hidden = Disclosure(findings: findings, assessments: assessments, hiding: request.whereabouts)
        let lines =
            isQuiet
            ? report.briefLines
            : report.lines + report.share(ShareBlock(hidden, on: occasion).lines(in: language))
        // What the network has said was cleared of control characters where it became a part of a line.
        for line in lines { console.verbatim(line.text(inColour: paper.isColoured), on: stream) }
    }

    /// Standard output belongs to the measurement where it was asked for there.
    private var stream: Console.Stream { request.json == .standardOutput ? .error : .output }

    private func write(_ findings: Findings, _ assessments: [Assessment], on occasion: Occasion) async throws {
        let disclosure =
            request.redacts
            ? Disclosure(findings: findings, assessments: assessments, hiding: request.whereabouts)
            : Disclosure(findings: findings, assessments: assessments)
        if let path = request.reportPath {
            let page = Page(
                findings: disclosure.findings, assessments: disclosure.assessments,
                ownFlags: request.redacts ? .none : request.ownFlags, began: occasion.startText, language: language)
            try await keep(disclosure.spelled(page.html), at: path)
        }
        guard let place = request.json else { return }
        let measurement = try Measurement(disclosure, on: occasion).json()
        switch place {
        case .file(let path): try await keep(measurement, at: path)
        case .standardOutput: console.verbatim(String(measurement.dropLast()), on: .output)
        }
    }

    private func keep(_ text: String, at path: String) async throws {
        try await ReportFile(path: path).write(text)
        if !isQuiet { console.say([Sentence.reportWritten(path).text(in: language)], on: stream) }
    }
}
