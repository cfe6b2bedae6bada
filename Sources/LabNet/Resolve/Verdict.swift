/// What is made of one answer, and why.
///
/// Judged is only what the evidence shows; that an address is the right one is shown by its certificate.
package struct Verdict: Hashable, Sendable {
    /// Who answered.
    package var resolver: ResolverAddress
    /// What was asked for.
    package var type: DNSRecordType
    /// The alias that was asked on for; nil for the name itself.
    package var alias: DNSName?
    /// The answer.
    package var reply: Reply
    /// What speaks against it.
    package var signs: [Sign]
    /// Whether another answer to the same query says something else.
    package var isContradicted: Bool
    /// What is made of it.
    package var outcome: Outcome
    /// What the outcome rests on, besides the signs and contradiction.
    package var basis: Basis

    /// How far an answer is believed.
    package enum Outcome: String, Hashable, Sendable, Comparable {
        /// Clearly forged.
        case rejected
        /// Nothing more will come, and true or forged, the evidence cannot tell.
        case doubtful
        /// Not yet: what is still to come may tell.
        case held
        /// Nothing that matters speaks against it, and enough for it: hand it on.
        case accepted

        /// The less believed comes first.
        package static func < (one: Outcome, other: Outcome) -> Bool { one.rank < other.rank }

        private var rank: Int {
            switch self {
            case .rejected: 0
            case .doubtful: 1
            case .held: 2
            case .accepted: 3
            }
        }
    }

    /// What an outcome rests on.
    package enum Basis: Hashable, Sendable {
        /// The signs and the contradiction alone.
        case signs
        /// Nothing speaks against it, nor against another answer to the same query that says something else.
        case contradiction
        /// The resolver's own channel, which nobody on the way can write into.
        case channel(isEncrypted: Bool)
        /// What a forger would have had to imitate.
        case traits(Traits)
        /// The resolver of another network that says the same.
        case agreement
        /// There is no baseline to compare with.
        case noBaseline
        /// The baseline shows too little to tell the answer from a forged one at once.
        case tooLittle(Traits)
        /// Known forgeries would have looked the same here.
        case imitable(Traits)
        /// The answer that named the alias is not believed either.
        case unprovenAlias
    }

    /// Judges all answers of one lookup so far together; the order of arrival decides nothing, and what was accepted can
    /// become doubtful when something comes that contradicts it.
    ///
    /// An answer is accepted as soon as its resolver's baseline is known, nothing speaks against it, no answer to the same
    /// query that might be true contradicts it, and enough of it fits what a forger would have to imitate. Without any
    /// forger about that is two traits, or the same answer from another network; from a resolver on this machine or this
    /// network none. Where somebody is known to forge it is two traits (one from a resolver so near), and one that is beyond
    /// each forgery seen. Over TCP and TLS the channel itself is enough.
    ///
    /// - Parameters:
    ///   - evidence: each query with what has come back to it so far; an alias' after the one whose answer named it.
    ///   - forger: what is known of him in this run.
    ///   - isFinal: nothing more will come. What nobody contradicted until then is believed on less, and what is still
    ///     undecided is doubtful instead of held.
    /// - Returns: one verdict for each reply, in the order of the evidence.
    package static func judge(_ evidence: [Evidence], forger: Forger = Forger(), isFinal: Bool) -> [Verdict] {
        let queries = evidence.filter { !$0.replies.isEmpty }.map { JudgedQuery($0, forger: forger) }
        let circumstances = Circumstances(queries, forger: forger, isFinal: isFinal)
        var verdicts: [Verdict] = []
        for query in queries { verdicts += circumstances.verdicts(on: query, after: verdicts) }
        circumstances.acceptAgreement(&verdicts)
        guard verdicts.contains(where: { $0.outcome == .accepted }) else { return verdicts }
        circumstances.doubtAddressesSeenForged(&verdicts)
        circumstances.doubtLoneDissent(&verdicts)
        circumstances.doubtBlemishedDissent(&verdicts)
        return verdicts
    }

    /// One technical line, for observations.
    package var reason: String {
        var parts = signs.map(\.description)
        if isContradicted { parts.append("contradicted by another answer to the same query") }
        if basis != .signs { parts.append(basis.description) }
        return parts.isEmpty ? "no sign of forgery" : parts.joined(separator: "; ")
    }
}

extension Verdict.Basis: CustomStringConvertible {
    /// A few technical words, for observations.
    package var description: String {
        switch self {
        case .signs: "signs"
        case .contradiction: "nothing to choose by"
        case .channel(let isEncrypted): isEncrypted ? "over an encrypted channel" : "over TCP"
        case .traits([]), .traits(.letterCase): "no sign of forgery"
        case .traits(let traits): "fits the baseline: \(traits)"
        case .agreement: "a resolver of another network agrees"
        case .noBaseline: "no baseline to compare with"
        case .tooLittle(let traits): "too little to compare with\(traits.strength > 0 ? ": \(traits)" : "")"
        case .imitable: "known forgeries would fit the baseline as well"
        case .unprovenAlias: "the answer that named the alias is not believed"
        }
    }
}
