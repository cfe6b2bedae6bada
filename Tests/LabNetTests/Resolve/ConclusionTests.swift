import Testing

@testable import LabNet

@Suite struct ConclusionTests {
    private typealias Table = VerdictTests

    private func conclude(
        _ evidence: [Evidence], types: [DNSRecordType] = [.a], unreadable: Int = 0, policy: AddressFamilyPolicy = .ip
    ) -> Conclusion {
        Conclusion(Verdict.judge(evidence, isFinal: true), types: types, unreadable: unreadable, policy: policy)
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

    private static func fromRouter(_ claim: DNSClaim) -> Evidence {
        var evidence = VerdictTests.evidence([VerdictTests.reply(claim)], baseline: nil)
        evidence.resolver.endpoint.address = .v4(0xc0a8_0101)
        return evidence
    }

    /// Nobody has said that the name has no IPv4 address: it is not shown to be missing.
    @Test func nothingInOneFamilyIsNoMissingNameWhileTheOtherIsUnknown() {
        let empty = Table.evidence([Table.reply(.noData)])
        #expect(conclude([empty], types: [.a, .aaaa]).failure == .noAnswer)
        var both = [empty, empty]
        both[1].type = .aaaa
        #expect(conclude(both, types: [.a, .aaaa]).failure == .noSuchName)
    }

    /// A flood of forgeries must not give the dialer hours of work, nor crowd out the one answer that may be true.
    @Test func aFloodInDoubtLeavesTheOthersTheirPlaces() {
        let flood = (0..<50).map { number -> Reply in
            let pool = (0..<75).map { IPAddress.v4(0x1f00_0000 + UInt32(number * 75 + $0)) }
            return Table.reply(.addresses(Set(pool)))
        }
        let conclusion = conclude(
            [Table.evidence(flood, from: 1, baseline: nil)]
                + [Table.evidence([Table.reply(Table.truth)], from: 2, baseline: nil)])
        #expect(conclusion.candidates.count <= Conclusion.addressesInDoubt)
        #expect(!Set(conclusion.candidates.map(\.address)).isDisjoint(with: Table.truth.addresses))
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
            [VerdictTests.evidence([VerdictTests.reply(.noSuchName)], baseline: nil)], 0, .ip,
            .onlyForgedAnswers(count: 1)
        ),
        (
            "NXDOMAIN from the router, which answers no control question", [fromRouter(.noSuchName)], 0, .ip,
            .noSuchName
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

    @Test func whatIsHeldIsNoCandidateYet() {
        let evidence = [
            Table.evidence([Table.reply(Table.truth)], from: 1, baseline: nil),
            Table.evidence([Table.reply(Table.otherLie)], from: 2),
        ]
        let verdicts = Verdict.judge(evidence, isFinal: false)
        #expect(verdicts.map(\.outcome) == [.held, .accepted])
        #expect(
            Conclusion(verdicts, types: [.a], unreadable: 0, policy: .ip).candidates.map(\.address) == [
                .v4(0x0807_c62e)
            ])
    }

    /// Two entries of a list that lead to one resolver are one voter.
    @Test func aResolverVotesOnce() {
        func over(_ carrier: ResolverAddress.Carrier, _ claim: DNSClaim) -> Evidence {
            var evidence = Table.evidence([Reply(claim: claim, elapsed: nil, hopLimit: nil)], baseline: nil)
            evidence.resolver.carrier = carrier
            return evidence
        }
        let twice = Table.addresses("9.9.9.1")
        let once = [Table.evidence([Table.reply(Table.addresses("9.9.9.2"), at: 151)], from: 2)]
        let conclusion = conclude([over(.stream, twice), over(.datagrams, twice)] + once)
        #expect(conclusion.candidates.map(\.address.description) == ["9.9.9.2", "9.9.9.1"])
    }
}
