import Testing

@testable import LabNet

/// Every active attack on a resolver's answers, judged datagram by datagram, in every order in which they can come.
@Suite struct AttackTests {
    private typealias Table = VerdictTests

    /// What comes of the forger beside the true answer, and whether it is good enough to hide which is true.
    static let attacks: [(String, [Reply], isPerfect: Bool)] = [
        ("another address", [forged(VerdictTests.lie)], false),
        (
            "three addresses of three injectors",
            [
                forged(VerdictTests.lie), forged(VerdictTests.otherLie, at: 9, hops: 44, aa: true),
                forged(VerdictTests.addresses("31.13.70.1"), at: 11, hops: 61),
            ], false
        ),
        ("FORMERR without OPT", [forged(.failure(responseCode: 1))], false),
        ("SERVFAIL", [forged(.failure(responseCode: 2))], false),
        ("REFUSED", [forged(.failure(responseCode: 5))], false),
        ("NXDOMAIN", [forged(.noSuchName)], false),
        ("NODATA", [forged(.noData)], false),
        ("CNAME to another name", [forged(.alias(.root))], false),
        ("late forgery", [forged(VerdictTests.lie, at: 400)], false),
        ("OPT mirrored", [forged(VerdictTests.lie, opt: true)], false),
        ("OPT and cookie mirrored", [forged(VerdictTests.lie, opt: true, cookie: .echoed)], false),
        ("a cookie made up", [forged(VerdictTests.lie, opt: true, cookie: .wrong)], false),
        ("hop limit mirrored", [forged(VerdictTests.lie, hops: 50)], false),
        ("hop limit and OPT mirrored", [forged(VerdictTests.lie, hops: 50, opt: true)], false),
        (
            "hop limit, OPT and round trip matched, no cookie",
            [forged(VerdictTests.lie, at: 149, hops: 50, opt: true)], false
        ),
        (
            "the true address early, to discredit it",
            [forged(VerdictTests.truth), forged(VerdictTests.lie, at: 9)], false
        ),
        (
            "everything imitated", [forged(VerdictTests.lie, at: 149, hops: 50, opt: true, cookie: .echoed)], true
        ),
        (
            "everything imitated, NXDOMAIN", [forged(.noSuchName, at: 160, hops: 50, opt: true, cookie: .echoed)],
            true
        ),
    ]

    static func forged(
        _ claim: DNSClaim, at milliseconds: Int = 8, hops: UInt8 = 58, opt: Bool = false,
        cookie: DNSCookie.Echo = .absent, aa: Bool = false
    ) -> Reply {
        Reply(
            claim: claim, elapsed: .milliseconds(milliseconds), hopLimit: hops, hasOPT: opt, cookie: cookie,
            flags: aa ? 0x8580 : 0x8180)
    }

    private let baseline = Baseline(roundTrip: .milliseconds(150), hopLimit: 50, hasOPT: true, echoesCookie: true)
    private let true_ = forged(VerdictTests.truth, at: 152, hops: 50, opt: true, cookie: .echoed)

    @Test(arguments: attacks.indices) func isSeenThroughInEveryOrder(_ index: Int) {
        let (name, forgeries, isPerfect) = Self.attacks[index]
        for order in Self.permutations(forgeries + [true_]) {
            for heard in order.indices {
                let replies = Array(order[...heard])
                let verdicts = Verdict.judge([Table.evidence(replies, baseline: baseline)], isFinal: false)
                let accepted = Set(verdicts.filter { $0.outcome == .accepted }.map(\.reply.claim))
                // Never a lie; the truth as soon as it is there, whatever came before and after it.
                if isPerfect {
                    #expect(accepted.isEmpty || replies.count == 1, "\(name)")
                } else {
                    #expect(accepted == (replies.contains(true_) ? [Table.truth] : []), "\(name)")
                }
            }
            let final = Verdict.judge([Table.evidence(order, baseline: baseline)], isFinal: true)
            let (lies, truths) = (
                final.filter { $0.reply.claim != Table.truth }, final.filter { $0.reply.claim == Table.truth }
            )
            #expect(lies.allSatisfy { $0.outcome == (isPerfect ? .doubtful : .rejected) }, "\(name)")
            #expect(truths.allSatisfy { $0.outcome == (isPerfect ? .doubtful : .accepted) }, "\(name)")
        }
    }

    /// Without the truth no lie is believed, whatever it imitates short of everything.
    @Test(arguments: attacks.indices) func aLostTruthLeavesNothingToBelieve(_ index: Int) {
        let (name, forgeries, isPerfect) = Self.attacks[index]
        guard !isPerfect else { return }
        for isFinal in [false, true] {
            let verdicts = Verdict.judge([Table.evidence(forgeries, baseline: baseline)], isFinal: isFinal)
            #expect(verdicts.allSatisfy { $0.outcome != .accepted }, "\(name)")
        }
    }

    /// One injector betrays himself; another imitates everything, and what is like his is not believed of any resolver.
    @Test func aKnownImitatorIsBelievedNowhere() {
        let perfect = Self.forged(Table.lie, at: 149, hops: 50, opt: true, cookie: .echoed)
        let torn = Table.evidence([perfect, true_], from: 1, baseline: baseline)
        let alone = Table.evidence(
            [Self.forged(Table.otherLie, at: 151, hops: 50, opt: true, cookie: .echoed)], from: 2, baseline: baseline)
        let verdicts = Verdict.judge([torn, alone], isFinal: true)
        #expect(verdicts.allSatisfy { $0.outcome == .doubtful })
        #expect(verdicts.last?.reason == "known forgeries would fit the baseline as well")
    }

    private static func permutations(_ replies: [Reply]) -> [[Reply]] {
        guard let first = replies.first else { return [[]] }
        return permutations(Array(replies.dropFirst())).flatMap { rest in
            (0...rest.count).map { Array(rest[..<$0]) + [first] + rest[$0...] }
        }
    }
}
