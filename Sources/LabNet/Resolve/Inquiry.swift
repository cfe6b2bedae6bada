/// One lookup's questions and answers: an event goes in, actions come out. A pure value.
///
/// Resolvers are asked in waves, in the order of their list, a wave at every ``Event/step`` while a type is unsettled; what
/// cannot be asked gives its place to the next. All that was heard is judged anew at every event, so that what a lookup
/// makes of its answers depends on them and not on their order.
///
/// A thorough one asks everybody everything, whatever is settled, and is over when the window has ended or nothing more can
/// come. Another is over when the window has ended, when nobody is left to hear, or early, when all of this holds: every
/// question that went out has an accepted answer from its resolver or could not be asked, none is held, every type is
/// settled, two resolvers at least have been believed for each (or all there are), and nothing has come for
/// ``quietSteps``. That pause is for whoever forges well enough to be believed: the truth is behind him by less than a
/// round trip, and is to be heard. Who has what he needs does not wait for any of this: candidates are handed out when
/// they are accepted, and he cancels.
struct Inquiry: Sendable {
    /// So many resolvers are in the first wave; each further one doubles it.
    static let firstWave = 6
    /// No lookup sends more queries than this, whatever it hears: a list of 100 resolvers (``ResolverList/maximumCount``),
    /// each asked three questions twice, two canaries, and some aliases.
    static let maximumQueries = 640
    /// A chain of aliases is asked on for so often (a resolver follows them itself, and seldom leaves one).
    static let maximumAliases = 8
    /// Queries for aliases, all in all: forged ones must not use up what the name itself needs.
    static let maximumAliasQueries = 34
    /// Answers to one query whose alias is asked on for before one of them is believed.
    static let maximumHeldAliases = 2

    /// So many steps have to pass in silence before a lookup ends early.
    static let quietSteps = 2

    /// The name.
    let name: DNSName
    /// The types that are wanted.
    let types: [DNSRecordType]
    /// Who can still be asked, in the order of asking.
    var waiting: ArraySlice<ResolverAddress>
    /// What each resolver's path looks like.
    var baselines: [ResolverAddress: Baseline]
    /// What is known of whoever forges; to be brought up to date before each event.
    var forger: Forger
    /// The time since the lookup began; to be brought up to date before each event.
    var now = Duration.zero
    /// Whether the whole list is asked and heard.
    let isThorough: Bool
    /// All that was asked, by number.
    var queries: [Query] = []
    /// How many steps have passed.
    var steps = 0
    /// How many of them since anything came.
    var quiet = 0
    /// What is made of the answers at present.
    var verdicts: [Verdict] = []
    /// The outcomes of those on each query's answers.
    var outcomes: [Int: Set<Verdict.Outcome>] = [:]
    /// The trust with which each address was handed out last.
    var handed: [IPAddress: Candidate.Trust] = [:]
    /// Whether this machine's own resolver is asked where nothing else suffices.
    let fallsBackOnSystem: Bool
    /// What became of the question to this machine's own resolver.
    var system = SystemAnswer.unasked
    /// Whether no answer is waited for any more.
    var isFinal = false
    /// Whether there is nothing left to be done.
    private(set) var isOver = false

    /// What happens.
    enum Event: Sendable {
        case heard(DNSConversation.Event, query: Int)
        /// Time for the next wave.
        case step
        case windowEnded
        /// What this machine's own resolver answers; nothing where it failed.
        case systemAnswered([Candidate])

        /// Whether the answers have to be judged anew.
        fileprivate var isEvidence: Bool {
            switch self {
            case .heard(.arrived(let arrival), _): arrival.reply != nil
            case .heard(.ended, _): false
            case .step, .windowEnded, .systemAnswered: true
            }
        }
    }

    /// What is to be done.
    enum Action: Sendable {
        case ask(Query)
        case askSystem
        case hand(Finding)
        /// A verdict is new, or its outcome has changed.
        case judged(Verdict)
        /// A resolver's baseline is new, or is none any more.
        case measured(ResolverAddress, Baseline?)
    }

    /// This machine's own resolver is asked only where the lab's answers do not suffice.
    enum SystemAnswer: Sendable {
        case unasked
        case asked
        case answered([Candidate])
    }

    /// One query, and what came back.
    struct Query: Sendable {
        let id: Int
        let resolver: ResolverAddress
        let question: DNSQuestion
        let purpose: Purpose
        /// The step at which it went out.
        let step: Int
        /// When it went out, from the lookup's beginning.
        let sent: Duration
        /// How many aliases lie between the name and this one's.
        let depth: Int
        /// The query whose answer named the alias; nil for the name itself.
        let parent: Int?
        var isRepeated = false
        /// All that came, in its order.
        var arrivals: [Arrival] = []
        /// Whether nothing more can be heard.
        var isOver = false
        /// Why not.
        var failure: NetworkError.Cause?

        typealias Purpose = LookupRecord.Query.Purpose

        var isOnAlias: Bool { depth > 0 }
        var replies: [Reply] { arrivals.compactMap(\.reply) }
        var hasReplies: Bool { arrivals.contains { $0.reply != nil } }
        var isTruncated: Bool { arrivals.contains(where: \.isTruncated) }
        var unreadable: Int { arrivals.count(where: \.isUnreadable) }
        /// Why nothing is heard, as far as anybody says.
        var trouble: NetworkError.Cause? { failure ?? arrivals.lazy.compactMap(\.trouble).last }
    }

    /// A lookup that has asked nothing yet.
    init(
        _ name: DNSName, types: [DNSRecordType], resolvers: [ResolverAddress],
        baselines: [ResolverAddress: Baseline], forger: Forger, fallsBackOnSystem: Bool = true, isThorough: Bool = false
    ) {
        (self.name, self.types, self.forger) = (name, types, forger)
        (self.fallsBackOnSystem, self.isThorough) = (fallsBackOnSystem, isThorough)
        (waiting, self.baselines) = (resolvers[...], baselines)
    }

    /// The first wave, and what goes to canaries.
    mutating func begin(canaries: [(canary: Endpoint, question: DNSQuestion)]) -> [Action] {
        var actions: [Action] = []
        for (canary, question) in canaries {
            actions += ask(ResolverAddress(canary), question, for: .canary)
        }
        return actions + askWave() + conclude()
    }

    /// Takes in what has happened, and judges once.
    mutating func take(_ events: [Event]) -> [Action] {
        guard !isOver else { return [] }
        var actions: [Action] = []
        for event in events {
            switch event {
            case .heard(let heard, let id): actions += take(heard, query: id)
            case .step: actions += passStep()
            case .windowEnded: isFinal = true
            case .systemAnswered(let candidates): actions += takeSystemAnswer(candidates)
            }
        }
        if events.contains(where: \.isEvidence) { actions += weigh() }
        return actions + conclude()
    }

    private mutating func passStep() -> [Action] {
        steps += 1
        quiet += 1
        let again = repeatUnanswered()
        return isEnough ? again : again + askWave()
    }

    private mutating func take(_ event: DNSConversation.Event, query id: Int) -> [Action] {
        guard queries.indices.contains(id) else { return [] }
        let query = queries[id]
        quiet = 0
        switch event {
        case .arrived(let arrival):
            queries[id].arrivals.append(arrival)
            if arrival.reply != nil, query.purpose == .baseline { return measure(query.resolver) }
            return arrival.isTruncated ? askByStream(query) : []
        case .ended(let failure):
            queries[id].isOver = true
            queries[id].failure = failure
            return failure == nil || query.purpose == .canary ? [] : replace(query.resolver)
        }
    }

    /// Ends the lookup when it is time, after asking this machine's own resolver where nothing else suffices.
    private mutating func conclude() -> [Action] {
        guard isFinal || hasHeardAll else { return [] }
        isFinal = true
        var actions = weigh()
        switch system {
        case .asked: return actions
        case .unasked where fallsBackOnSystem && !isSettled && !handed.values.contains(.trusted):
            system = .asked
            return actions + [.askSystem]
        case .unasked, .answered:
            actions += handSystemAnswers()
            isOver = true
            return actions
        }
    }
}

extension Inquiry {
    /// Takes in the ICMP errors that came while the sockets were being closed. Answers so late are weighed no more.
    mutating func close(_ events: [Event]) {
        for case .heard(.arrived(let arrival), let id) in events where arrival.trouble != nil {
            queries[id].arrivals.append(arrival)
        }
    }

    /// Why nothing was found; nil when something was.
    func failure(of host: String, policy: AddressFamilyPolicy, window: Duration) -> NetworkError? {
        guard handed.isEmpty else { return nil }
        let unreadable = queries.filter { $0.purpose == .answer }.reduce(0) { $0 + $1.unreadable }
        let cause = Conclusion(verdicts, types: types, unreadable: unreadable, policy: policy).failure ?? .noAnswer
        return NetworkError(step: .resolve, host: host, cause: cause, attempts: silences(host, window))
    }

    /// One failure for each resolver that was asked and said nothing.
    private func silences(_ host: String, _ window: Duration) -> [NetworkError] {
        var asked: [ResolverAddress] = []
        for query in queries where query.purpose == .answer && !asked.contains(query.resolver) {
            asked.append(query.resolver)
        }
        return asked.compactMap { resolver in
            let own = queries.filter { $0.resolver == resolver && $0.purpose == .answer }
            guard own.allSatisfy({ $0.arrivals.allSatisfy { $0.trouble != nil } }) else { return nil }
            let cause = own.lazy.compactMap(\.trouble).first ?? .timedOut(window)
            return NetworkError(step: .resolve, host: host, endpoint: resolver.endpoint, cause: cause)
        }
    }
}
