/// Everything that one lookup of lab mode asked and heard, and what was made of it: what a diagnosis shows of DNS.
package struct LookupRecord: Sendable {
    /// The name that was looked up.
    package var name: String
    /// How long answers were collected.
    package var window: Duration
    /// Every query, in the order in which they went out.
    package var queries: [Query]
    /// What each resolver's path looks like, where its control query was answered.
    package var baselines: [ResolverAddress: Baseline]
    /// What the lookup came to, the trusted first.
    package var candidates: [Candidate]
    /// Why there is no candidate.
    package var failure: NetworkError.Cause?
    /// What the lookup gave notice of: a local proxy, somebody who answers for every resolver.
    package var notices: [Observation.Notice]
    /// When it began, from the diagnosis' beginning; nil where nobody noted it.
    package var start: Duration?

    /// Puts the parts together.
    package init(
        name: String, window: Duration, queries: [Query], baselines: [ResolverAddress: Baseline] = [:],
        candidates: [Candidate] = [], failure: NetworkError.Cause? = nil, notices: [Observation.Notice] = [],
        start: Duration? = nil
    ) {
        self.name = name
        self.window = window
        self.queries = queries
        self.baselines = baselines
        self.candidates = candidates
        self.failure = failure
        self.notices = notices
        self.start = start
    }

    /// One question to one resolver, and all that came back to it.
    package struct Query: Sendable {
        /// Whom it went to; for a canary, where nobody listens.
        package var resolver: ResolverAddress
        /// What it was for.
        package var purpose: Purpose
        /// The name in the question; another than the record's for control questions and aliases.
        package var name: String
        /// The type in the question.
        package var type: DNSRecordType
        /// Whether the same was asked before.
        package var isRepeated: Bool
        /// When it went out, from the lookup's beginning.
        package var sent: Duration
        /// What came, in the order of arrival.
        package var arrivals: [Arrival]
        /// Why nothing could be heard, or no more. A stream on which nothing had come by the end has timed out.
        package var failure: NetworkError.Cause?

        /// Puts the parts together.
        package init(
            resolver: ResolverAddress, purpose: Purpose, name: String, type: DNSRecordType, isRepeated: Bool = false,
            sent: Duration, arrivals: [Arrival] = [], failure: NetworkError.Cause? = nil
        ) {
            self.resolver = resolver
            self.purpose = purpose
            self.name = name
            self.type = type
            self.isRepeated = isRepeated
            self.sent = sent
            self.arrivals = arrivals
            self.failure = failure
        }

        /// What a query is for.
        package enum Purpose: String, Sendable {
            /// The real question.
            case answer
            /// A control question, which no censor cares about.
            case baseline
            /// A question to where nobody listens.
            case canary
        }
    }

    /// One message that came back.
    package struct Arrival: Sendable {
        /// From the query's departure. Over a stream that includes connecting, and of an ICMP error it is when it was
        /// noticed.
        package var elapsed: Duration
        /// The hop limit with which it came; nil over streams, and where the system did not tell it.
        package var hopLimit: UInt8?
        /// What it was.
        package var content: Content
        /// What was made of it in the end; nil for what answers no real question.
        package var judgement: Judgement?

        /// Puts the parts together.
        package init(elapsed: Duration, hopLimit: UInt8?, content: Content, judgement: Judgement? = nil) {
            self.elapsed = elapsed
            self.hopLimit = hopLimit
            self.content = content
            self.judgement = judgement
        }

        /// What a message can be.
        package enum Content: Sendable {
            /// An answer to the query, true or forged.
            case answer(Answer)
            /// No answer to this query; the codec's own words.
            case unreadable(String)
            /// An ICMP error, true or forged.
            case disturbed(errno: Int32)
        }
    }

    /// What an answer says and how.
    package struct Answer: Hashable, Sendable {
        /// The header's third and fourth byte.
        package var flags: UInt16
        /// How many records the answer section holds.
        package var records: Int
        /// What it says; nil when it was truncated.
        package var claim: DNSClaim?
        /// Whether it carries an OPT record.
        package var hasOPT: Bool
        /// What became of our DNS cookie.
        package var cookie: DNSCookie.Echo
        /// Whether the question came back in the letter case in which it was asked.
        package var keepsCase: Bool
        /// How long it may be kept, in seconds.
        package var timeToLive: UInt32?

        /// Puts the parts together.
        package init(
            flags: UInt16, records: Int, claim: DNSClaim?, hasOPT: Bool, cookie: DNSCookie.Echo, keepsCase: Bool,
            timeToLive: UInt32? = nil
        ) {
            self.flags = flags
            self.records = records
            self.claim = claim
            self.hasOPT = hasOPT
            self.cookie = cookie
            self.keepsCase = keepsCase
            self.timeToLive = timeToLive
        }
    }

    /// The last verdict on an answer.
    package struct Judgement: Hashable, Sendable {
        /// How far it is believed.
        package var outcome: Verdict.Outcome
        /// What speaks against it.
        package var signs: [Sign]
        /// Whether another answer to the same query says something else.
        package var isContradicted: Bool
        /// What the outcome rests on besides.
        package var basis: Verdict.Basis

        /// Puts the parts together.
        package init(outcome: Verdict.Outcome, signs: [Sign], isContradicted: Bool, basis: Verdict.Basis) {
            self.outcome = outcome
            self.signs = signs
            self.isContradicted = isContradicted
            self.basis = basis
        }
    }
}
