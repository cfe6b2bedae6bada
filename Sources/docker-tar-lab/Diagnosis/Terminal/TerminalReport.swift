internal import Diagnosis
internal import LabNet

/// A diagnosis as lines for a terminal: a pure function of what was found and of the terminal's width.
struct TerminalReport: Sendable {
    /// What was found.
    let findings: Findings
    /// What it comes to, one for each target.
    let assessments: [Assessment]
    /// The user's own flags, for the commands to type.
    let ownFlags: OwnFlags
    /// The language of the words.
    let language: Language
    /// The terminal's columns; 40 or more make sense.
    let width: Int

    /// The whole report.
    var lines: [Painted] {
        verdicts + line + details
    }

    /// The verdicts alone: one line for each target.
    var briefLines: [Painted] {
        assessments.map { Painted($0.condition.rawValue, .init($0.condition.tone)) + "  " + $0.target.text }
    }

    /// The block that is made to be passed on, below a line of its own.
    func share(_ block: [String]) -> [Painted] {
        [Painted(), Painted(text(.shareHeading), .faint), Painted()] + block.map { Painted($0) }
    }

    // MARK: verdicts

    private var verdicts: [Painted] {
        let columns = assessments.map { DisplayWidth.of($0.condition.rawValue) }.max() ?? 0
        let blocks = assessments.map { verdict($0, column: columns + 2) }
        return Array(blocks.joined(separator: [Painted()]))
    }

    private func verdict(_ assessment: Assessment, column: Int) -> [Painted] {
        let condition = assessment.condition
        let word = Painted(condition.rawValue, .init(condition.tone)).padded(to: column)
        let opening =
            word + Painted(assessment.target.text, .strong) + ": "
            + text(.meaning(condition, of: assessment.host.map(\.description)))
        let blank = Painted(String(repeating: " ", count: column))
        var lines = opening.wrapped(to: width, indent: column)
        for reason in assessment.reasons {
            lines += (blank + "- " + text(.reason(reason))).wrapped(to: width, indent: column + 2)
        }
        if assessment.ways.isEmpty {
            if let advice = Sentence.withoutWay(condition) {
                lines += (blank + text(advice)).wrapped(to: width, indent: column)
            }
            return lines
        }
        for way in assessment.ways {
            let command = TypedCommand(way, to: assessment.target, with: ownFlags)
            lines += (blank + text(.works(way))).wrapped(to: width, indent: column)
            // A command is copied from here, so it stands on a line of its own, however long.
            lines.append(blank + "  " + Painted(command.text, .strong))
        }
        return lines
    }

    // MARK: this machine

    private var line: [Painted] {
        [Painted()] + Painted(text(.lineHeading) + text(.line(findings.line))).wrapped(to: width, indent: 2)
    }

    // MARK: hosts

    /// The evidence, host by host; where nothing is in the way of one of many targets, a line says so.
    private var details: [Painted] {
        var lines: [Painted] = []
        var explains = true
        for (target, assessment) in zip(findings.targets, assessments) {
            let isBrief = findings.targets.count > 1 && assessment.condition == .clear
            for host in target.hosts {
                let report = HostReport(
                    host: host, target: target.target, registry: target.registry(at: host), language: language,
                    width: width, explains: explains)
                lines += [Painted()] + (isBrief ? report.summary : report.lines)
                explains = explains && isBrief
            }
        }
        return lines
    }

    private func text(_ sentence: Sentence) -> String { sentence.text(in: language) }
}
