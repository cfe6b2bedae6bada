import Glibc
import Testing

@testable import LabNet

/// A survey on a clock that the test moves and a network that answers from a table.
@Suite(.timeLimit(.minutes(1))) struct SurveyTests {
    private static let name = "registry.example"
    private static let window = Duration.seconds(2)
    private static let truth = IPAddress.v4(0xc629_0004)
    private static let lie = IPAddress.v4(0x1f0d_4601)

    private static func resolvers(_ count: Int) -> [Endpoint] {
        (1...count).map { Endpoint(address: .v4(0x0900_0009 + UInt32($0) << 16), port: 53) }
    }

    private static func event(_ answer: ScriptedAnswer, hops: UInt8 = 50) -> DatagramEvent {
        .arrived(Datagram(bytes: answer.bytes, elapsed: answer.delay, hopLimit: hops))
    }

    private static func honest(_ question: ScriptedQuestion) -> DatagramEvent {
        event(question.answer([truth.description], after: .milliseconds(150)))
    }

    private static func forged(_ question: ScriptedQuestion) -> DatagramEvent {
        event(
            question.answer([lie.description], after: .milliseconds(9)) {
                $0.additional = []
                $0.flags = 0x8580
            }, hops: 61)
    }

    private let clock = ManualClock()
    /// How many answers the inquiry has accepted: what has been answered need not have been taken in yet.
    private let accepted = Watched(0)

    private func examiner(
        _ network: any DatagramAsking, asking list: ResolverList, family: AddressFamilyPolicy = .ip4,
        system: [Candidate]? = nil, overrides: [String: [IPAddress]] = [:]
    ) throws -> Examiner {
        var configuration = TransportConfiguration()
        configuration.family = family
        configuration.holdOnWindow = Self.window
        configuration.overrides = overrides
        return try Examiner(
            configuration, asking: list, hostsFile: "/dev/null", environment: [:], clock: clock, datagrams: network,
            system: TableResolver(system.map { [Self.name: $0] } ?? [:])
        ) { [accepted] observation in
            guard case .verdict(let detail) = observation.event, detail.contains(" accepted: ") else { return }
            accepted.update { $0 += 1 }
        }
    }

    /// Surveys while the time passes, step by step, as soon as all that is asked in each has been answered.
    ///
    /// - Parameters:
    ///   - queries: how many there are after each wave.
    ///   - answers: how many answers have to be accepted after each wave.
    private func survey(
        _ examiner: Examiner, _ network: ScriptedNetwork, queries: [Int], answers: [Int] = []
    ) async throws -> (record: LookupRecord, end: Duration) {
        async let survey = {
            let record = try await examiner.survey("Registry.Example")
            return (record, clock.now.offset)
        }()
        for (number, count) in queries.enumerated() {
            await network.answered(count)
            if answers.indices.contains(number) { await accepted.wait { [least = answers[number]] in $0 >= least } }
            // The window and the first step sleep; each step goes to sleep again.
            await clock.slept(2 + number)
            clock.advance(by: LabLookup.step(in: Self.window))
        }
        await clock.slept(2 + queries.count)
        clock.advance(by: Self.window)
        return try await survey
    }

    private func answers(_ query: LookupRecord.Query) -> [LookupRecord.Answer] {
        query.arrivals.compactMap { if case .answer(let answer) = $0.content { answer } else { nil } }
    }

    // MARK: What is asked

    @Test func everybodyIsAskedAndHeardToTheEnd() async throws {
        let network = ScriptedNetwork { question, _ in [Self.honest(question)] }
        let all = Self.resolvers(20)
        let examiner = try examiner(network, asking: ResolverList(asking: all))
        // The first wave's answers would do.
        let (record, end) = try await survey(examiner, network, queries: [12, 36, 40], answers: [6, 18, 20])
        #expect(end >= Self.window)
        #expect(network.asked == 40 && network.isListening == 0)
        #expect(record.name == Self.name && record.window == Self.window && record.failure == nil)
        #expect(record.queries.count == 40)
        #expect(record.queries.filter { $0.purpose == .answer }.map(\.resolver.endpoint) == all)
        #expect(record.queries.allSatisfy { $0.arrivals.count == 1 && !$0.isRepeated && $0.failure == nil })
        #expect(Set(record.baselines.keys.map(\.endpoint)) == Set(all))
        #expect(record.candidates == [Candidate(address: Self.truth, trust: .trusted)])
        let waves = Dictionary(grouping: record.queries, by: \.sent).mapValues(\.count)
        #expect(waves == [.zero: 12, .milliseconds(250): 24, .milliseconds(500): 4])
    }

    @Test func bothFamiliesAreAskedForThoughOneIsSettled() async throws {
        let network = ScriptedNetwork { question, _ in question.type == 28 ? [] : [Self.honest(question)] }
        let examiner = try examiner(network, asking: ResolverList(asking: Self.resolvers(7)), family: .ip)
        // Six resolvers with three questions, the last one, and once more what has not been answered.
        let (record, _) = try await survey(examiner, network, queries: [18, 21, 27, 28], answers: [6, 7])
        #expect(record.queries.count { $0.type == .a } == 7)
        #expect(record.queries.count { $0.type == .aaaa && !$0.isRepeated } == 7)
        #expect(record.queries.count { $0.type == .aaaa && $0.isRepeated } == 7)
        #expect(record.queries.first { $0.isRepeated }?.sent == .milliseconds(500))
    }

    @Test(arguments: ["localhost", "nas.local", "registry", "192.0.2.1", "2001:db8::1"])
    func whatIsLocalIsAskedOfNobody(_ name: String) async throws {
        let network = ScriptedNetwork { question, _ in [Self.honest(question)] }
        let record = try await examiner(network, asking: ResolverList(asking: Self.resolvers(3))).survey(name)
        #expect(record.queries.isEmpty && record.candidates.isEmpty && record.failure == nil)
        #expect(network.asked == 0)
    }

    @Test func whatIsNoNameIsAskedOfNobody() async throws {
        let network = ScriptedNetwork { question, _ in [Self.honest(question)] }
        let record = try await examiner(network, asking: ResolverList(asking: Self.resolvers(3))).survey("a..example")
        #expect(record.queries.isEmpty && record.failure == .noSuchName)
        #expect(network.asked == 0)
    }

    // MARK: What is heard

    @Test func allThatComesIsInTheRecordWithWhatIsMadeOfIt() async throws {
        let network = ScriptedNetwork { question, _ in
            guard !question.isControl else { return [Self.honest(question)] }
            let mistaken = question.answer([Self.lie.description], after: .milliseconds(4)) { $0.id = ~$0.id }
            return [Self.event(mistaken, hops: 60), Self.forged(question), .failed(errno: ECONNREFUSED)]
                + [Self.honest(question)]
        }
        let examiner = try examiner(network, asking: ResolverList(asking: Self.resolvers(1)))
        let (record, _) = try await survey(examiner, network, queries: [2])
        let arrivals = try #require(record.queries.first { $0.purpose == .answer }).arrivals
        try #require(arrivals.count == 4)

        guard case .unreadable(let words) = arrivals[0].content else { throw CancellationError() }
        #expect(words.hasPrefix("wrong ID") && arrivals[0].hopLimit == 60 && arrivals[0].judgement == nil)
        #expect(arrivals[0].elapsed == .milliseconds(4))

        guard case .answer(let lie) = arrivals[1].content else { throw CancellationError() }
        #expect(lie.flags == 0x8580 && lie.records == 1 && lie.claim == .addresses([Self.lie]))
        #expect(!lie.hasOPT && lie.cookie == .absent && lie.keepsCase && lie.timeToLive == 60)
        #expect(arrivals[1].hopLimit == 61 && arrivals[1].elapsed == .milliseconds(9))
        let rejection = try #require(arrivals[1].judgement)
        #expect(rejection.outcome == .rejected && rejection.isContradicted)
        #expect(rejection.signs.contains(.hopLimit(61, baseline: 50)) && rejection.signs.contains(.noOPT))

        guard case .disturbed(ECONNREFUSED) = arrivals[2].content else { throw CancellationError() }
        #expect(arrivals[2].judgement == nil && arrivals[2].hopLimit == nil)

        guard case .answer(let truth) = arrivals[3].content else { throw CancellationError() }
        #expect(truth.flags == 0x8180 && truth.hasOPT && truth.claim == .addresses([Self.truth]))
        #expect(arrivals[3].judgement?.outcome == .accepted && arrivals[3].hopLimit == 50)

        let baseline = try #require(record.baselines.values.first)
        #expect(baseline.roundTrip == .milliseconds(150) && baseline.hopLimit == 50)
        #expect(record.candidates == [Candidate(address: Self.truth, trust: .trusted)])
    }

    @Test func eachVerdictStandsBesideItsOwnAnswer() async throws {
        // Forged alone, forged and true in either order, true alone: the outcomes must not move from one to the next.
        let network = ScriptedNetwork { question, time in
            guard !question.isControl else { return [Self.honest(question)] }
            return time > 1 ? [] : [Self.forged(question), Self.honest(question), Self.forged(question)]
        }
        let examiner = try examiner(network, asking: ResolverList(asking: Self.resolvers(6)))
        let (record, _) = try await survey(examiner, network, queries: [12], answers: [6])
        for query in record.queries where query.purpose == .answer {
            #expect(answers(query).count == 3)
            for arrival in query.arrivals {
                guard case .answer(let answer) = arrival.content else { throw CancellationError() }
                let expected: Verdict.Outcome = answer.claim == .addresses([Self.truth]) ? .accepted : .rejected
                #expect(arrival.judgement?.outcome == expected)
            }
        }
        #expect(record.queries.filter { $0.purpose == .baseline }.allSatisfy { $0.arrivals[0].judgement == nil })
    }

    @Test func whatDoesNotFitIsToldAsSuch() async throws {
        let network = ScriptedNetwork { question, _ in
            [Self.event(question.answer(after: .milliseconds(150)) { $0.flags = 0x8380 })]
        }
        let silent = ResolverList(resolvers: Self.resolvers(1).map { ResolverAddress($0) }, fallsBackOnSystem: false)
        let examiner = try examiner(network, asking: silent)
        async let record = examiner.survey(Self.name)
        await network.answered(2)
        await clock.slept(2)
        clock.advance(by: Self.window)
        let queries = try await record.queries
        for query in queries.prefix(2) { #expect(answers(query).map(\.claim) == [nil]) }
        #expect(answers(queries[0]).allSatisfy { $0.flags == 0x8380 && $0.keepsCase })
        await examiner.close()
    }

    @Test func nobodyWhoAnswersIsAFailureInTheRecord() async throws {
        let network = ScriptedNetwork { _, _ in [] }
        let list = ResolverList(resolvers: Self.resolvers(2).map { ResolverAddress($0) }, fallsBackOnSystem: false)
        let (record, end) = try await survey(try examiner(network, asking: list), network, queries: [4])
        #expect(record.failure == .noAnswer && record.candidates.isEmpty && end >= Self.window)
        #expect(record.queries.allSatisfy { $0.arrivals.isEmpty && $0.failure == nil })
    }

    @Test func aLocalProxyIsNoticedAndDoesNotEndTheSurvey() async throws {
        let fake = Candidate(address: .v4(0xc612_0005), trust: .trusted)
        let network = ScriptedNetwork { question, _ in
            question.isControl
                ? [Self.honest(question)] : [Self.event(question.answer(["198.18.0.5"], after: .milliseconds(1)))]
        }
        let examiner = try examiner(network, asking: ResolverList(asking: Self.resolvers(1)), system: [fake])
        let (record, end) = try await survey(examiner, network, queries: [2])
        #expect(record.notices == [.localProxy(fake.address)])
        #expect(record.candidates == [fake])
        #expect(end >= Self.window)
    }

    @Test func cancellingASurveyEndsAllListening() async throws {
        let network = ScriptedNetwork { _, _ in [] }
        let examiner = try examiner(network, asking: ResolverList(asking: Self.resolvers(6)))
        let survey = Task { try await examiner.survey(Self.name) }
        await network.answered(12)
        survey.cancel()
        await #expect(throws: CancellationError.self) { try await survey.value }
        #expect(network.isListening == 0)
    }

    // MARK: What becomes of it

    @Test func whatASurveyFindsIsNotLookedUpAgain() async throws {
        let network = ScriptedNetwork { question, _ in
            [Self.event(question.answer(["127.0.0.1"], after: .milliseconds(150)))]
        }
        let examiner = try examiner(network, asking: ResolverList(asking: Self.resolvers(2)))
        let (record, _) = try await survey(examiner, network, queries: [4])
        #expect(record.candidates.map(\.address.description) == ["127.0.0.1"])
        let asked = network.asked
        try await exchange(examiner)
        #expect(network.asked == asked)
    }

    @Test func whatTheUserSaysStillComesFirst() async throws {
        let network = ScriptedNetwork { question, _ in [Self.honest(question)] }
        let examiner = try examiner(
            network, asking: ResolverList(asking: Self.resolvers(2)), overrides: [Self.name: [.v4(0x7f00_0001)]])
        let (record, _) = try await survey(examiner, network, queries: [4])
        #expect(record.candidates.map(\.address) == [Self.truth])
        try await exchange(examiner)
    }

    /// An exchange with the name at 127.0.0.1.
    private func exchange(_ examiner: Examiner) async throws {
        try await ScriptedServer.run { _ in
            [.say(SecureWorld.ok)]
        } _: { (server) async throws in
            let url = try #require(HTTPURL("http://\(Self.name):\(server.port)/"))
            #expect(try await examiner.exchange(HTTPRequest(url: url)) { $0.status } == 200)
            await examiner.close()
        }
    }
}
