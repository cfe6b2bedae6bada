package import LabNet

/// The findings in a few numbers, over all targets.
package struct Tally: Hashable, Sendable {
    /// How many resolvers were asked, canaries apart.
    package var resolversAsked = 0
    /// How many of them sent something that can be read as an answer, true or forged.
    package var resolversHeard = 0
    /// How many answers were judged, or came from where no resolver listens.
    package var answers = 0
    /// How many of these are forged.
    package var forgedAnswers = 0
    /// How many injectors were told apart at most, as the assessments say.
    package var injectors = 0
    /// How many addresses a TCP connection was tried to, forged ones apart.
    package var addressesTried = 0
    /// How many of them were reached at least once.
    package var addressesReached = 0
    /// What came of each way to show the name, in the order in which they were first tried.
    package var strategies: [StrategyCount] = []

    /// One way to show the name: on how many of a host's own addresses, forged ones apart, it was tried and verified.
    package struct StrategyCount: Hashable, Sendable {
        /// The strategy; of names that are not the true one, the first.
        package var strategy: ServerNameStrategy
        /// On how many addresses it was tried.
        package var tried: Int
        /// On how many of them it led to a valid certificate at least once.
        package var verified: Int
    }

    /// Counts.
    package init(of findings: Findings, assessments: [Assessment]) {
        let hosts = findings.targets.flatMap(\.hosts)
        count(hosts.compactMap(\.lookup).flatMap(\.queries))
        injectors = assessments.flatMap(\.reasons).map(\.injectors).max() ?? 0
        let reaches = hosts.flatMap(\.reached).filter { $0.source != .forged }
        addressesTried = Set(reaches.map(\.endpoint)).count
        addressesReached = Set(reaches.filter { $0.trials.contains { $0.failure == nil } }.map(\.endpoint)).count
        for trials in hosts.flatMap(\.greetings) where trials.place == .own && trials.source != .forged {
            count(trials)
        }
    }

    private mutating func count(_ queries: [LookupRecord.Query]) {
        let asked = queries.filter { $0.purpose != .canary }
        resolversAsked = Set(asked.map(\.resolver)).count
        resolversHeard = Set(asked.filter { $0.arrivals.contains(where: \.isAnswer) }.map(\.resolver)).count
        for query in queries {
            for arrival in query.arrivals where arrival.isAnswer {
                let isForged = query.purpose == .canary || arrival.judgement?.outcome == .rejected
                if isForged || arrival.judgement != nil { answers += 1 }
                if isForged { forgedAnswers += 1 }
            }
        }
    }

    private mutating func count(_ trials: HostFindings.Trials) {
        guard trials.results.contains(where: { !$0.outcome.isLeftAlone }) else { return }
        let strategy = trials.greeting.strategy
        let isVerified = trials.results.contains(where: \.outcome.isVerified)
        let index = strategies.firstIndex { $0.strategy.isAlike(strategy) } ?? strategies.endIndex
        if index == strategies.endIndex {
            strategies.append(StrategyCount(strategy: strategy, tried: 0, verified: 0))
        }
        strategies[index].tried += 1
        strategies[index].verified += isVerified ? 1 : 0
    }
}

extension LookupRecord.Arrival {
    /// Whether it can be read as an answer to its query.
    package var isAnswer: Bool {
        if case .answer = content { return true }
        return false
    }
}

extension Reason {
    fileprivate var injectors: Int {
        if case .forgedAnswers(_, let injectors) = self { return injectors }
        return 0
    }
}

extension ServerNameStrategy {
    /// Whether it is the same way, whatever other name stands in the hello.
    fileprivate func isAlike(_ other: ServerNameStrategy) -> Bool {
        if case (.alter, .alter) = (self, other) { return true }
        return self == other
    }
}
