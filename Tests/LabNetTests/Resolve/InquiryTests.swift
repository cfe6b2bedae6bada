import Glibc
import Testing

@testable import LabNet

/// What a lookup asks and when it ends, as a pure value.
@Suite struct InquiryTests {
    private static let name = DNSName("registry.example") ?? .root
    private static let truth = IPAddress.v4(0xc629_0004)
    private static let lie = IPAddress.v4(0x1f0d_4601)

    private static func resolver(_ number: Int, _ carrier: ResolverAddress.Carrier = .datagrams) -> ResolverAddress {
        ResolverAddress(Endpoint(address: .v4(0x0900_0000 + UInt32(number) << 16), port: 53), over: carrier)
    }

    /// Resolvers whose paths are known, so that good answers are accepted at once.
    private static func inquiry(
        _ count: Int, types: [DNSRecordType] = [.a], measured: Bool = true, fallsBackOnSystem: Bool = true
    ) -> Inquiry {
        let resolvers = (1...count).map { resolver($0) }
        let baseline = Baseline(roundTrip: .milliseconds(150), hopLimit: 50, hasOPT: true)
        let baselines = Dictionary(uniqueKeysWithValues: resolvers.map { ($0, baseline) })
        return Inquiry(
            name, types: types, resolvers: resolvers, baselines: measured ? baselines : [:], forger: Forger(),
            fallsBackOnSystem: fallsBackOnSystem)
    }

    private static func honest(_ claim: DNSClaim = .addresses([truth]), seconds: UInt32 = 60) -> DNSConversation.Event {
        heard(Reply(claim: claim, elapsed: .milliseconds(152), hopLimit: 50, timeToLive: seconds))
    }

    private static func forged(_ claim: DNSClaim = .addresses([lie])) -> DNSConversation.Event {
        heard(Reply(claim: claim, elapsed: .milliseconds(4), hopLimit: 61, hasOPT: false))
    }

    private static func heard(_ reply: Reply) -> DNSConversation.Event {
        .arrived(Arrival(elapsed: reply.elapsed ?? .zero, hopLimit: reply.hopLimit, content: .replied(reply)))
    }

    private static let truncated = DNSConversation.Event.arrived(
        Arrival(elapsed: .milliseconds(150), hopLimit: 50, content: .truncated(flags: 0x8380, keepsCase: true)))

    private func asked(_ actions: [Inquiry.Action]) -> [Inquiry.Query] {
        actions.compactMap { if case .ask(let query) = $0 { query } else { nil } }
    }

    private func handed(_ actions: [Inquiry.Action]) -> [Candidate] {
        actions.compactMap { if case .hand(let finding) = $0 { finding.candidate } else { nil } }
    }

    private func asksSystem(_ actions: [Inquiry.Action]) -> Bool {
        actions.contains { if case .askSystem = $0 { true } else { false } }
    }

    // MARK: Waves

    @Test func resolversAreAskedInWaves() {
        var inquiry = Self.inquiry(30, types: [.a, .aaaa], measured: false)
        let first = asked(inquiry.begin(canaries: []))
        #expect(first.map(\.resolver) == (1...6).flatMap { Array(repeating: Self.resolver($0), count: 3) })
        #expect(first.prefix(3).map(\.question.type) == [.ns, .a, .aaaa])
        #expect(first.prefix(3).map(\.question.name) == [.root, Self.name, Self.name])
        let second = asked(inquiry.hear(.step))
        #expect(second.count == 12 * 3 && second.first?.resolver == Self.resolver(7))
        let third = asked(inquiry.hear(.step)).filter { !$0.isRepeated }
        #expect(Set(third.map(\.resolver)) == Set((19...30).map { Self.resolver($0) }))
        #expect(inquiry.waiting.isEmpty)
    }

    @Test func whatIsSettledIsAskedOfNobodyElse() {
        var inquiry = Self.inquiry(30, types: [.a, .aaaa])
        let first = asked(inquiry.begin(canaries: []))
        #expect(first.allSatisfy { $0.purpose == .answer })
        let accepted = inquiry.hear(.heard(Self.honest(), query: first[0].id))
        #expect(handed(accepted) == [Candidate(address: Self.truth, trust: .trusted)])
        #expect(asked(inquiry.hear(.step)).map(\.question.type) == Array(repeating: .aaaa, count: 12))
        _ = inquiry.hear(.heard(Self.honest(.noData), query: first[1].id))
        #expect(asked(inquiry.hear(.step)).isEmpty)
        #expect(inquiry.waiting.count == 12 && !inquiry.isOver)
    }

    @Test func whoCannotBeAskedGivesHisPlaceToTheNextAtOnce() {
        var inquiry = Self.inquiry(30, types: [.a, .aaaa])
        let first = asked(inquiry.begin(canaries: []))
        let failure = DNSConversation.Event.ended(.unreachable(errno: 101))
        #expect(
            asked(inquiry.hear(.heard(failure, query: first[0].id))).map(\.resolver)
                == [Self.resolver(7), Self.resolver(7)])
        // His other question fails as well, and calls nobody else.
        #expect(asked(inquiry.hear(.heard(failure, query: first[1].id))).isEmpty)
    }

    @Test func anICMPErrorCallsNobodyAndEndsNothing() {
        var inquiry = Self.inquiry(1)
        let refused = DNSConversation.Event.arrived(
            Arrival(elapsed: .zero, content: .disturbed(SocketFailure(errno: ECONNREFUSED))))
        let first = asked(inquiry.begin(canaries: []))
        #expect(asked(inquiry.hear(.heard(refused, query: first[0].id))).isEmpty)
        #expect(!inquiry.isOver)
        #expect(!handed(inquiry.hear(.heard(Self.honest(), query: first[0].id))).isEmpty)
    }

    @Test func noListIsLongEnoughToBreakTheBound() {
        var inquiry = Self.inquiry(ResolverList.maximumCount, types: [.a, .aaaa], measured: false)
        let canary = Endpoint(address: .v4(0x0909_0909), port: 53)
        var count = asked(inquiry.begin(canaries: [(canary, .control)])).count
        for _ in 0..<50 { count += asked(inquiry.hear(.step)).count }
        #expect(count == 1 + ResolverList.maximumCount * 6)
        #expect(inquiry.queries.count == count && count <= Inquiry.maximumQueries)
    }

    // MARK: Asking again

    @Test func whatIsNotBelievablyAnsweredIsAskedOnceMore() {
        var inquiry = Self.inquiry(3)
        let first = asked(inquiry.begin(canaries: []))
        _ = inquiry.hear(.heard(Self.forged(), query: first[1].id))
        #expect(asked(inquiry.hear(.step)).isEmpty)
        let again = asked(inquiry.hear(.step))
        #expect(again.map(\.resolver) == first.map(\.resolver))
        #expect(again.allSatisfy { $0.question == first[0].question })
        for _ in 0..<10 { #expect(asked(inquiry.hear(.step)).isEmpty) }
        // The answer to the second query is as good.
        #expect(handed(inquiry.hear(.heard(Self.honest(), query: again[1].id))).map(\.trust) == [.trusted])
    }

    @Test func whatDoesNotFitIsAskedForOverTCPOnce() {
        var inquiry = Self.inquiry(1)
        let first = asked(inquiry.begin(canaries: []))
        let stream = asked(inquiry.hear(.heard(Self.truncated, query: first[0].id)))
        #expect(stream.map(\.resolver) == [Self.resolver(1, .stream)])
        #expect(stream.map(\.question) == first.map(\.question))
        #expect(asked(inquiry.hear(.heard(Self.truncated, query: first[0].id))).isEmpty)
    }

    /// One forged TC bit keeps nobody from asking again.
    @Test func whatDidNotFitIsAskedOnceMoreAsWell() {
        var inquiry = Self.inquiry(1)
        let first = asked(inquiry.begin(canaries: []))
        _ = inquiry.hear(.heard(Self.truncated, query: first[0].id))
        _ = inquiry.hear(.step)
        let again = asked(inquiry.hear(.step)).filter { $0.resolver.carrier == .datagrams }
        #expect(again.map(\.question) == first.map(\.question))
    }

    /// A forgery that is held, because nothing betrays it yet, is no answer either.
    @Test func whatIsHeldIsAskedOnceMore() {
        var inquiry = Self.inquiry(1, measured: false)
        let first = asked(inquiry.begin(canaries: []))
        _ = inquiry.hear(.heard(Self.honest(.addresses([Self.lie])), query: first[1].id))
        _ = inquiry.hear(.step)
        #expect(asked(inquiry.hear(.step)).contains { $0.question == first[1].question })
    }

    @Test func aCanaryThatCannotBeSentCallsNobody() {
        var inquiry = Self.inquiry(9)
        let canary = Endpoint(address: .v4(0xc000_0235), port: 53)
        let first = asked(inquiry.begin(canaries: [(canary, DNSQuestion(name: Self.name, type: .a))]))
        #expect(first.first?.purpose == .canary)
        #expect(asked(inquiry.hear(.heard(.ended(.unreachable(errno: 101)), query: first[0].id))).isEmpty)
    }

    // MARK: Aliases

    /// Forged aliases must not use up the queries that the name itself needs.
    @Test func aFloodOfAliasesHasItsBound() throws {
        var inquiry = Self.inquiry(20, measured: false)
        var queries = asked(inquiry.begin(canaries: []))
        for step in 0..<4 {
            for query in queries where query.question.type == .a {
                let targets = try (0..<5).map { try #require(DNSName("a\(step)-\(query.id)-\($0).example")) }
                _ = inquiry.take(targets.map { .heard(Self.honest(.alias($0)), query: query.id) })
            }
            queries = asked(inquiry.hear(.step))
        }
        // Some were asked twice.
        let aliases = Set(inquiry.queries.filter(\.isOnAlias).map(\.question.name))
        #expect(aliases.count == Inquiry.maximumAliasQueries)
        #expect(inquiry.waiting.isEmpty)
    }

    @Test func anAliasIsAskedOnForAtTheSameResolver() throws {
        var inquiry = Self.inquiry(2)
        let first = asked(inquiry.begin(canaries: []))
        var query = first[0]
        for number in 1...20 {
            let target = try #require(DNSName("alias\(number).example"))
            let next = asked(inquiry.hear(.heard(Self.honest(.alias(target)), query: query.id)))
            guard number <= Inquiry.maximumAliases else {
                #expect(next.isEmpty)
                return
            }
            #expect(next.map(\.resolver) == [first[0].resolver])
            #expect(next.map(\.question) == [DNSQuestion(name: target, type: .a)])
            query = try #require(next.first)
        }
    }

    @Test func theEndOfAnAliasIsACandidate() throws {
        var inquiry = Self.inquiry(1)
        let first = asked(inquiry.begin(canaries: []))
        let target = try #require(DNSName("alias.example"))
        let next = asked(inquiry.hear(.heard(Self.honest(.alias(target)), query: first[0].id)))
        let id = try #require(next.first?.id)
        #expect(!inquiry.isOver)
        #expect(handed(inquiry.hear(.heard(Self.honest(), query: id))).map(\.address) == [Self.truth])
        for _ in 0..<Inquiry.quietSteps { _ = inquiry.hear(.step) }
        #expect(inquiry.isOver)
    }

    @Test func aForgedAliasLeadsNowhere() throws {
        var inquiry = Self.inquiry(1)
        let first = asked(inquiry.begin(canaries: []))
        let target = try #require(DNSName("blocked.example"))
        #expect(asked(inquiry.hear(.heard(Self.forged(.alias(target)), query: first[0].id))).isEmpty)
        #expect(asked(inquiry.hear(.step)).isEmpty)
        #expect(handed(inquiry.hear(.heard(Self.honest(), query: first[0].id))).map(\.trust) == [.trusted])
    }

    // MARK: The end

    @Test func itIsOverEarlyWhenEverybodyWasBelieved() {
        var inquiry = Self.inquiry(8)
        let first = asked(inquiry.begin(canaries: []))
        for query in first {
            #expect(!inquiry.isOver)
            _ = inquiry.hear(.heard(Self.honest(), query: query.id))
        }
        for _ in 0..<Inquiry.quietSteps {
            #expect(!inquiry.isOver)
            _ = inquiry.hear(.step)
        }
        #expect(inquiry.isOver)
        #expect(inquiry.failure(of: "a", policy: .ip, window: .seconds(2)) == nil)
    }

    @Test func silenceHoldsItOpenUntilTheWindowEnds() {
        var inquiry = Self.inquiry(3)
        let first = asked(inquiry.begin(canaries: []))
        for query in first.dropFirst() { _ = inquiry.hear(.heard(Self.honest(), query: query.id)) }
        for _ in 0..<5 { _ = inquiry.hear(.step) }
        #expect(!inquiry.isOver)
        #expect(!asksSystem(inquiry.hear(.windowEnded)))
        #expect(inquiry.isOver)
    }

    @Test func whenNobodyCanBeAskedItIsOverAtOnce() {
        var inquiry = Self.inquiry(7)
        let first = asked(inquiry.begin(canaries: []))
        var waiting = first
        var actions: [Inquiry.Action] = []
        while let query = waiting.popLast() {
            #expect(!inquiry.isFinal)
            actions = inquiry.hear(.heard(.ended(.unreachable(errno: 101)), query: query.id))
            waiting += asked(actions)
        }
        #expect(asksSystem(actions) && !inquiry.isOver)
        _ = inquiry.hear(.systemAnswered([]))
        #expect(inquiry.isOver)
        let failure = inquiry.failure(of: "a", policy: .ip4, window: .seconds(2))
        #expect(failure?.cause == .noAnswer)
        #expect(failure?.attempts.map(\.cause) == Array(repeating: .unreachable(errno: 101), count: 7))
    }

    @Test func doubtIsHandedOutAtTheEndOnly() {
        var inquiry = Self.inquiry(1, measured: false)
        let first = asked(inquiry.begin(canaries: []))
        let answer = Reply(claim: .addresses([Self.truth]), elapsed: .milliseconds(3), hopLimit: 50, hasOPT: false)
        #expect(handed(inquiry.hear(.heard(Self.heard(answer), query: first[1].id))).isEmpty)
        _ = inquiry.hear(.windowEnded)
        let actions = inquiry.hear(.systemAnswered([]))
        #expect(inquiry.isOver)
        #expect(inquiry.handed == [Self.truth: .doubtful])
        #expect(handed(actions).isEmpty)
    }

    @Test func anAddressThatIsBelievedNoLongerIsHandedOutAgain() {
        var inquiry = Self.inquiry(3)
        let first = asked(inquiry.begin(canaries: []))
        #expect(handed(inquiry.hear(.heard(Self.honest(), query: first[0].id))).map(\.trust) == [.trusted])
        let other = handed(inquiry.hear(.heard(Self.honest(.addresses([Self.lie])), query: first[0].id)))
        #expect(other == [Candidate(address: Self.truth, trust: .doubtful)])
    }

    @Test func findingsLiveAsLongAsTheShortestAnswerSays() {
        var inquiry = Self.inquiry(2)
        let first = asked(inquiry.begin(canaries: []))
        let actions = inquiry.hear(.heard(Self.honest(seconds: 77), query: first[0].id))
        let lifetimes = actions.compactMap { if case .hand(let finding) = $0 { finding.lifetime } else { nil } }
        #expect(lifetimes == [.seconds(77)])
    }

    // MARK: This machine's own resolver

    private static let fake = Candidate(address: .v4(0xc612_0001), trust: .trusted)

    /// The proxy's address is tried at once, and ends nothing: the system's resolver may be lied to like any other.
    @Test func aLocalProxysAddressIsHandedOutAndTheTruthStillHeard() {
        var inquiry = Self.inquiry(1)
        let first = asked(inquiry.begin(canaries: []))
        let answer = Self.forged(.addresses([Self.fake.address]))
        #expect(asksSystem(inquiry.hear(.heard(answer, query: first[0].id))))
        #expect(handed(inquiry.hear(.systemAnswered([Self.fake]))) == [Self.fake])
        #expect(!inquiry.isOver)
        #expect(handed(inquiry.hear(.heard(Self.honest(), query: first[0].id))).map(\.address) == [Self.truth])
    }

    @Test func whoNamedTheResolversIsNotLedToTheSystemByAProxysAddress() {
        var inquiry = Self.inquiry(1, fallsBackOnSystem: false)
        let first = asked(inquiry.begin(canaries: []))
        let answer = Self.forged(.addresses([Self.fake.address]))
        #expect(!asksSystem(inquiry.hear(.heard(answer, query: first[0].id))))
        #expect(!asksSystem(inquiry.hear(.windowEnded)))
    }

    @Test(arguments: [
        ("198.17.255.255", false), ("198.18.0.0", true), ("198.19.255.255", true), ("198.20.0.0", false),
        ("fbff::1", false), ("fc00::1", true), ("fc00:3fff:ffff::1", true), ("fc00:4000::1", false), ("fd00::1", false),
    ])
    func knowsTheRangesOfLocalProxies(_ literal: String, _ isFake: Bool) throws {
        #expect(try #require(IPAddress(literal)).isFakeIP == isFake)
    }

    @Test func withoutTheSystemsWordAProxysAddressIsAnyOther() {
        var inquiry = Self.inquiry(1)
        let first = asked(inquiry.begin(canaries: []))
        _ = inquiry.hear(.heard(Self.forged(.addresses([Self.fake.address])), query: first[0].id))
        #expect(handed(inquiry.hear(.systemAnswered([Candidate(address: Self.lie, trust: .trusted)]))).isEmpty)
        let truth = inquiry.hear(.heard(Self.honest(), query: first[0].id))
        #expect(handed(truth) == [Candidate(address: Self.truth, trust: .trusted)])
        _ = inquiry.hear(.windowEnded)
        #expect(inquiry.handed == [Self.truth: .trusted])
    }

    @Test func whereNobodyIsBelievedTheSystemIsAskedAndDoubted() {
        var inquiry = Self.inquiry(1)
        let first = asked(inquiry.begin(canaries: []))
        _ = inquiry.hear(.heard(Self.forged(), query: first[0].id))
        #expect(asksSystem(inquiry.hear(.windowEnded)))
        let actions = inquiry.hear(.systemAnswered([Candidate(address: Self.truth, trust: .trusted)]))
        #expect(handed(actions) == [Candidate(address: Self.truth, trust: .doubtful)])
        #expect(inquiry.isOver)
    }

    @Test func whoNamedTheResolversWantsNobodyElseAsked() {
        var inquiry = Self.inquiry(1, fallsBackOnSystem: false)
        let first = asked(inquiry.begin(canaries: []))
        _ = inquiry.hear(.heard(Self.forged(), query: first[0].id))
        #expect(!asksSystem(inquiry.hear(.windowEnded)))
        #expect(inquiry.isOver)
    }

    @Test(arguments: [DNSClaim.noSuchName, .noData]) func aBelievedNoIsAnAnswer(_ claim: DNSClaim) {
        var inquiry = Self.inquiry(1)
        let first = asked(inquiry.begin(canaries: []))
        #expect(!asksSystem(inquiry.hear(.heard(Self.honest(claim), query: first[0].id))))
        for _ in 0..<Inquiry.quietSteps { #expect(!asksSystem(inquiry.hear(.step))) }
        #expect(inquiry.isOver)
        #expect(inquiry.failure(of: "a", policy: .ip, window: .seconds(2))?.cause == .noSuchName)
    }
}

extension Inquiry {
    /// Takes one event in.
    fileprivate mutating func hear(_ event: Event) -> [Action] { take([event]) }
}
