import Testing

@testable import LabNet

@Suite struct ConclusionTests {
    private typealias Table = VerdictTests

    private func conclude(
        _ evidence: [Evidence], unreadable: Int = 0, policy: AddressFamilyPolicy = .ip
    ) -> Conclusion {
        Conclusion(Verdict.judge(evidence, isFinal: true), unreadable: unreadable, policy: policy)
    }

    @Test func ranksByTrustThenVotesThenTime() {
        let shared = Table.addresses("198.41.0.4")
        let conclusion = conclude([
            Table.evidence([Table.reply(Table.addresses("9.9.9.1"), at: 155)], from: 1),
            Table.evidence([Table.reply(Table.addresses("9.9.9.2"), at: 152)], from: 2),
            Table.evidence([Table.reply(shared, at: 190)], from: 3),
            Table.evidence([Table.reply(shared, at: 191)], from: 4),
            Table.evidence([Table.reply(Table.lie, at: 5)], from: 5),
        ])
        #expect(conclusion.candidates.map(\.address.description) == ["198.41.0.4", "9.9.9.2", "9.9.9.1", "31.13.70.9"])
        #expect(conclusion.candidates.map(\.trust) == [.trusted, .trusted, .trusted, .doubtful])
        #expect(conclusion.failure == nil)
    }

    @Test func trustOfOneResolverIsEnough() {
        let conclusion = conclude([
            Table.evidence([Table.reply(Table.truth)], from: 1, baseline: nil),
            Table.evidence([Table.reply(Table.truth)], from: 2),
        ])
        #expect(conclusion.candidates.allSatisfy { $0.trust == .trusted })
    }

    static let failures: [(String, [Evidence], Int, AddressFamilyPolicy, NetworkError.Cause)] = [
        ("silence", [], 0, .ip, .noAnswer),
        ("nothing but garbage", [], 3, .ip, .onlyForgedAnswers(count: 3)),
        (
            "only forgeries",
            [VerdictTests.evidence([VerdictTests.reply(VerdictTests.lie, at: 8, opt: false)])], 1, .ip,
            .onlyForgedAnswers(count: 2)
        ),
        ("NXDOMAIN", [VerdictTests.evidence([VerdictTests.reply(.noSuchName)])], 0, .ip, .noSuchName),
        ("NXDOMAIN in one family", [VerdictTests.evidence([VerdictTests.reply(.noSuchName)])], 0, .ip6, .noSuchName),
        (
            "NXDOMAIN without a baseline",
            [VerdictTests.evidence([VerdictTests.reply(.noSuchName)], baseline: nil)], 0, .ip, .noSuchName
        ),
        ("nothing in any family", [VerdictTests.evidence([VerdictTests.reply(.noData)])], 0, .ip, .noSuchName),
        (
            "nothing in this family", [VerdictTests.evidence([VerdictTests.reply(.noData)])], 0, .ip6,
            .noAddressInFamily(.ip6)
        ),
        (
            "forged NXDOMAIN alone", [VerdictTests.evidence([VerdictTests.reply(.noSuchName, at: 8)])], 0, .ip,
            .onlyForgedAnswers(count: 1)
        ),
        (
            "a lie about a name that is not there",
            [
                VerdictTests.evidence([
                    VerdictTests.reply(VerdictTests.lie, at: 8, opt: false), VerdictTests.reply(.noSuchName),
                ])
            ],
            0, .ip, .noSuchName
        ),
        (
            "refused everywhere", [VerdictTests.evidence([VerdictTests.reply(.failure(responseCode: 5))])], 0, .ip,
            .noAnswer
        ),
    ]

    @Test(arguments: failures.indices) func namesTheCause(_ index: Int) {
        let (name, evidence, unreadable, policy, cause) = Self.failures[index]
        let conclusion = conclude(evidence, unreadable: unreadable, policy: policy)
        #expect(conclusion.failure == cause, "\(name)")
        #expect(conclusion.candidates.isEmpty)
    }

    @Test func aNegativeAnswerNeverBeatsAPositiveOne() {
        let negative = (1...5).map { Table.evidence([Table.reply(.noSuchName)], from: $0) }
        let conclusion = conclude(negative + [Table.evidence([Table.reply(Table.truth)], from: 9)])
        #expect(conclusion.candidates.count == 2)
    }

    /// 10,000 lookups on paths of every kind: injectors in any order that imitate any one signal, datagrams lost, and the
    /// truth at its usual time. No lie is ever trusted, and no truth that arrived is ever lost.
    @Test func tenThousandLookups() {
        var generator = SeededGenerator(state: 2024)
        var believed = 0
        for _ in 0..<10_000 {
            let imitated = Int.random(in: 0..<4, using: &generator)
            var arrived = false
            let evidence = (1...4).map { number -> Evidence in
                var replies = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                    Table.reply(
                        [Table.lie, Table.otherLie, .noSuchName, .failure(responseCode: 2)].randomElement(
                            using: &generator) ?? Table.lie,
                        at: imitated == 1
                            ? .random(in: 140...160, using: &generator) : .random(in: 2...30, using: &generator),
                        hops: imitated == 2 ? 50 : .random(in: 52...64, using: &generator), opt: imitated == 3)
                }
                if Double.random(in: 0..<1, using: &generator) < 0.95 {
                    arrived = true
                    replies.append(Table.reply(Table.truth, at: .random(in: 145...180, using: &generator)))
                }
                return Table.evidence(replies.shuffled(using: &generator), from: UInt8(number))
            }
            let conclusion = conclude(evidence)
            let trusted = Set(conclusion.candidates.filter { $0.trust == .trusted }.map(\.address))
            #expect(trusted.isSubset(of: Table.truth.addresses))
            #expect(!arrived || trusted == Table.truth.addresses)
            believed += trusted.isEmpty ? 0 : 1
        }
        #expect(believed > 9_900)
    }
}
