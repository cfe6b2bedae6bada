internal import Diagnosis
internal import LabNet

/// A diagnosis in at most 20 lines of at most 100 columns, made to be pasted into a forum or an issue.
///
/// It is always made of a redacted diagnosis: what is pasted is public.
struct ShareBlock {
    /// The most lines that it takes.
    static let maximumLines = 20
    /// The most columns that a line takes.
    static let maximumColumns = 100
    /// The most targets that have a line of their own.
    static let maximumTargets = 10

    private let disclosure: Disclosure
    private let occasion: Occasion

    /// Takes what was found and concluded, with everything hidden that says who the user is.
    init(_ disclosure: Disclosure, on occasion: Occasion) {
        self.disclosure = disclosure
        self.occasion = occasion
    }

    /// The lines, without a frame around them.
    func lines(in language: Language) -> [String] {
        var sentences = [Sentence.shareHead(occasion)]
        let assessments = disclosure.assessments
        sentences += assessments.prefix(Self.maximumTargets).map(Sentence.shareTarget)
        let rest = assessments.dropFirst(Self.maximumTargets)
        if !rest.isEmpty { sentences.append(.shareRest(rest.map(\.condition))) }
        let tally = Tally(of: disclosure.findings, assessments: assessments)
        if tally.resolversAsked > 0 { sentences.append(.shareNames(tally)) }
        if tally.addressesTried > 0 { sentences.append(.shareAddresses(tally)) }
        if !tally.strategies.isEmpty { sentences.append(.shareStrategies(tally.strategies)) }
        sentences.append(.shareLine(disclosure.findings.line))
        if disclosure.hidesSomething { sentences.append(.shareHidden) }
        return sentences.map {
            DisplayWidth.cut(printable(disclosure.spelled($0.text(in: language))), to: Self.maximumColumns)
        }
    }
}
