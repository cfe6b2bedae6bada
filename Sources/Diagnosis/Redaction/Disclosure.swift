internal import LabNet

/// What is told of a diagnosis: everything but secrets, or what is left when all that identifies the user is hidden too.
///
/// Whoever writes a report renders its findings and assessments, and passes the text through ``spelled(_:)``.
package struct Disclosure: Sendable {
    /// What was found.
    package var findings: Findings
    /// What it comes to.
    package var assessments: [Assessment]
    /// Whether it went through a redaction.
    package let isRedacted: Bool
    /// What the addresses are called that stand for hidden ones.
    let words: [IPAddress: String]
    /// Whether a redaction hid anything.
    package let hidesSomething: Bool

    /// Everything but secrets: credentials, and the queries of URLs, are in no report.
    package init(findings: Findings, assessments: [Assessment]) {
        self.init(findings, assessments, by: Redaction())
    }

    /// The same with everything hidden that says who made the diagnosis and where; ``Redaction`` says what that is.
    ///
    /// - Parameter whereabouts: what of this machine must not be named.
    package init(findings: Findings, assessments: [Assessment], hiding whereabouts: Whereabouts) {
        self.init(findings, assessments, by: Redaction(of: findings, hiding: whereabouts))
    }

    private init(_ findings: Findings, _ assessments: [Assessment], by redaction: consuming Redaction) {
        self.findings = redaction.findings(findings)
        self.assessments = assessments.map { redaction.assessment($0) }
        isRedacted = redaction.hidesIdentity
        words = redaction.pseudonyms.spellings
        hidesSomething = !redaction.pseudonyms.isEmpty
    }

    /// A text that was made of the findings, with words in place of the addresses that stand for hidden ones:
    /// `private-1:53` for `240.0.0.1:53`.
    ///
    /// It may be a whole file of HTML or JSON: nothing but those addresses is touched, and words hold only letters, digits
    /// and `-`.
    package func spelled(_ text: String) -> String {
        words.isEmpty ? text : AddressText.replacing(in: text) { words[$0] }
    }
}
