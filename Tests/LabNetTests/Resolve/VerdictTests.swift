import Testing

@testable import LabNet

/// Tables of what a path can show, and what has to be made of it. The resolver's baseline is 150 ms away, hop limit 50,
/// with OPT, unless a case says otherwise.
@Suite struct VerdictTests {
    static let baseline = Baseline(roundTrip: .milliseconds(150), hopLimit: 50, hasOPT: true)
    static let truth = addresses("198.41.0.4", "199.9.14.201")
    static let lie = addresses("31.13.70.9")
    static let otherLie = addresses("8.7.198.46")

    static func addresses(_ literals: String...) -> DNSClaim { .addresses(Set(literals.compactMap { IPAddress($0) })) }

    static func resolver(_ number: UInt8) -> ResolverAddress {
        ResolverAddress(Endpoint(address: .v4(0x0909_0900 + UInt32(number)), port: 53))
    }

    static func reply(
        _ claim: DNSClaim, at milliseconds: Int = 151, hops: UInt8? = 50, opt: Bool = true, keepsCase: Bool = true,
        aa: Bool = false
    ) -> Reply {
        Reply(
            claim: claim, elapsed: .milliseconds(milliseconds), hopLimit: hops, hasOPT: opt, keepsCase: keepsCase,
            flags: aa ? 0x8580 : 0x8180)
    }

    static func evidence(
        _ replies: [Reply], from number: UInt8 = 1, baseline: Baseline? = baseline, type: DNSRecordType = .a
    ) -> Evidence {
        Evidence(resolver: resolver(number), type: type, baseline: baseline, replies: replies)
    }

    /// What was made of each claim; answers with one claim from one resolver have to fare alike.
    static func outcomes(_ replies: [Reply], baseline: Baseline? = baseline) -> [Verdict.Outcome] {
        Verdict.judge([evidence(replies, baseline: baseline)], isFinal: true).map(\.outcome)
    }

    // MARK: One answer to a query

    static let alone: [(String, Reply, Verdict.Outcome)] = [
        ("ordinary", reply(truth), .accepted),
        ("later than the baseline", reply(truth, at: 900), .accepted),
        ("one hop off", reply(truth, hops: 49), .accepted),
        ("hop limit unknown", reply(truth, hops: nil), .accepted),
        ("faster, but not by half", reply(truth, at: 80), .accepted),
        ("authoritative, as dnsmasq says of names it was told", reply(truth, aa: true), .accepted),
        ("on a private network", reply(addresses("10.0.0.5")), .accepted),
        ("on this machine, as in a lab", reply(addresses("127.0.0.2")), .accepted),
        ("NXDOMAIN", reply(.noSuchName), .accepted),
        ("early", reply(lie, at: 70), .doubtful),
        ("far too early", reply(lie, at: 8), .doubtful),
        ("two hops off", reply(lie, hops: 48), .doubtful),
        ("no OPT", reply(lie, opt: false), .doubtful),
        ("another letter case", reply(lie, keepsCase: false), .doubtful),
        ("early NXDOMAIN", reply(.noSuchName, at: 8), .doubtful),
        ("early and from elsewhere", reply(lie, at: 8, hops: 58), .rejected),
        ("early and without OPT", reply(lie, at: 8, opt: false), .rejected),
        ("from elsewhere and without OPT, timed to match", reply(lie, hops: 58, opt: false), .rejected),
        ("early SERVFAIL without OPT", reply(.failure(responseCode: 2), at: 8, opt: false), .rejected),
    ]

    @Test(arguments: alone.indices) func judgesAnAnswerThatStandsAlone(_ index: Int) {
        let (name, reply, outcome) = Self.alone[index]
        #expect(Self.outcomes([reply]) == [outcome], "\(name)")
    }

    @Test func withoutABaselineNothingIsTrusted() {
        #expect(Self.outcomes([Self.reply(Self.truth)], baseline: nil) == [.doubtful])
        #expect(
            Self.outcomes([Self.reply(Self.truth), Self.reply(Self.lie, at: 5)], baseline: nil) == [
                .doubtful, .doubtful,
            ])
        #expect(
            Self.outcomes([Self.reply(Self.lie, keepsCase: false), Self.reply(Self.truth)], baseline: nil)
                == [.rejected, .doubtful])
    }

    @Test func aNearResolverIsNeverEarly() {
        let near = Baseline(roundTrip: .milliseconds(5), hopLimit: 64, hasOPT: true)
        #expect(Self.outcomes([Self.reply(Self.truth, at: 0, hops: 64)], baseline: near) == [.accepted])
    }

    @Test func aResolverWithoutEDNSNeedsNoOPT() {
        let plain = Baseline(roundTrip: .milliseconds(150), hopLimit: 50, hasOPT: false)
        #expect(Self.outcomes([Self.reply(Self.truth, opt: false)], baseline: plain) == [.accepted])
        #expect(Self.outcomes([Self.reply(Self.truth)], baseline: plain) == [.accepted])
    }

    @Test func overTCPTheRecordsSpeak() {
        let overTCP = Reply(claim: Self.truth, elapsed: nil, hopLimit: nil)
        #expect(Self.outcomes([overTCP]) == [.accepted])
        #expect(Self.outcomes([overTCP], baseline: nil) == [.accepted])
    }

    // MARK: Several answers to a query

    static let contradicted: [(String, [Reply], [Verdict.Outcome])] = [
        (
            "the usual injector",
            [reply(lie, at: 8, hops: 58, opt: false), reply(truth)], [.rejected, .accepted]
        ),
        (
            "three injectors",
            [
                reply(lie, at: 8, hops: 58, opt: false), reply(otherLie, at: 9, hops: 44, opt: false, aa: true),
                reply(addresses("31.13.70.1"), at: 11, hops: 61, opt: false), reply(truth),
            ], [.rejected, .rejected, .rejected, .accepted]
        ),
        ("hop limit mirrored", [reply(lie, at: 8, opt: false), reply(truth)], [.rejected, .accepted]),
        ("OPT forged", [reply(lie, at: 8, hops: 58), reply(truth)], [.rejected, .accepted]),
        ("round trip matched", [reply(lie, at: 149, hops: 58, opt: false), reply(truth)], [.rejected, .accepted]),
        (
            "hop limit mirrored and OPT forged: far too early", [reply(lie, at: 8), reply(truth)],
            [.rejected, .accepted]
        ),
        (
            "hop limit and round trip matched: no OPT", [reply(lie, at: 149, opt: false), reply(truth)],
            [.rejected, .accepted]
        ),
        ("early by little, all else matched", [reply(lie, at: 60), reply(truth)], [.doubtful, .doubtful]),
        ("everything matched", [reply(lie, at: 149), reply(truth)], [.doubtful, .doubtful]),
        ("late forgery", [reply(truth), reply(lie, at: 160, hops: 58, opt: false)], [.accepted, .rejected]),
        ("late forgery, everything matched", [reply(truth), reply(lie, at: 160)], [.doubtful, .doubtful]),
        (
            "late forgery, the truth early by a busy baseline", [reply(truth, at: 70), reply(lie)],
            [.doubtful, .doubtful]
        ),
        (
            "the truth lost", [reply(lie, at: 8, hops: 58, opt: false), reply(otherLie, at: 9, opt: false)],
            [.rejected, .rejected]
        ),
        (
            "the truth came another way", [reply(lie, at: 8, opt: false), reply(truth, hops: 47)],
            [.rejected, .doubtful]
        ),
        ("forged NXDOMAIN", [reply(.noSuchName, at: 8, opt: false), reply(truth)], [.rejected, .accepted]),
        ("forged NODATA", [reply(.noData, at: 8, opt: false), reply(truth)], [.rejected, .accepted]),
        (
            "forged SERVFAIL", [reply(.failure(responseCode: 2), at: 8, hops: 58), reply(truth)],
            [.rejected, .accepted]
        ),
        (
            "forged FORMERR without OPT", [reply(.failure(responseCode: 1), at: 8, opt: false), reply(truth)],
            [.rejected, .accepted]
        ),
        ("forged NXDOMAIN, everything matched", [reply(.noSuchName, at: 150), reply(truth)], [.doubtful, .doubtful]),
        (
            "a lie about a name that is not there", [reply(lie, at: 8, opt: false), reply(.noSuchName)],
            [.rejected, .accepted]
        ),
        ("the datagram came twice", [reply(truth), reply(truth, at: 152)], [.accepted, .accepted]),
        (
            "the truth sent early by the censor too", [reply(truth, at: 8, hops: 58, opt: false), reply(truth)],
            [.accepted, .accepted]
        ),
        (
            "the lie again and again", [reply(lie, at: 8, opt: false), reply(lie, at: 9, opt: false), reply(truth)],
            [.rejected, .rejected, .accepted]
        ),
    ]

    @Test(arguments: contradicted.indices) func judgesContradiction(_ index: Int) {
        let (name, replies, outcomes) = Self.contradicted[index]
        #expect(Self.outcomes(replies) == outcomes, "\(name)")
        // The order of arrival, and of the table, decides nothing.
        #expect(Self.outcomes(replies.reversed()) == outcomes.reversed(), "\(name), reversed")
    }

    // MARK: Several resolvers

    @Test func differentAddressesFromDifferentResolversAreNoSign() {
        let verdicts = Verdict.judge(
            [
                Self.evidence([Self.reply(Self.truth)], from: 1), Self.evidence([Self.reply(Self.otherLie)], from: 2),
            ], isFinal: true)
        #expect(verdicts.map(\.outcome) == [.accepted, .accepted])
    }

    @Test func aWeakSignIsDoubtfulOnlyBesideABetterAnswer() {
        let private_ = Self.evidence([Self.reply(Self.addresses("10.0.0.5"))], from: 1)
        #expect(Verdict.judge([private_], isFinal: true).map(\.outcome) == [.accepted])
        let better = Self.evidence([Self.reply(Self.truth)], from: 2)
        #expect(Verdict.judge([private_, better], isFinal: true).map(\.outcome) == [.doubtful, .accepted])
        // Another type says nothing about this one.
        let other = Self.evidence([Self.reply(Self.addresses("2606:4700::1"))], from: 2, type: .aaaa)
        #expect(Verdict.judge([private_, other], isFinal: true).map(\.outcome) == [.accepted, .accepted])
        // The same addresses, said with AA and without, agree.
        let authoritative = Self.evidence([Self.reply(Self.truth, aa: true)], from: 1)
        #expect(Verdict.judge([authoritative, better], isFinal: true).map(\.outcome) == [.accepted, .accepted])
    }

    /// A resolver that is itself behind a censor hands his addresses on with a clean face.
    @Test func aPollutedResolverIsOutvoted() {
        let injected = (1...3).map {
            Self.evidence([Self.reply(Self.lie, at: 8, opt: false), Self.reply(Self.truth)], from: $0)
        }
        let polluted = Self.evidence([Self.reply(Self.lie)], from: 9)
        let verdicts = Verdict.judge(injected + [polluted], isFinal: true)
        #expect(verdicts.last?.outcome == .doubtful)
        #expect(verdicts.last?.signs == [.seenForged])
        #expect(verdicts.filter { $0.reply.claim == Self.truth }.allSatisfy { $0.outcome == .accepted })
    }

    /// A censor cannot burn an address by forging answers that hold it.
    @Test func theTruthCannotBeBurnt() {
        let mixed = Self.addresses("198.41.0.4", "8.7.198.46")
        let evidence = (1...3).map {
            Self.evidence([Self.reply(mixed, at: 8, opt: false), Self.reply(Self.truth)], from: $0)
        }
        let verdicts = Verdict.judge(evidence, isFinal: true)
        #expect(verdicts.filter { $0.reply.claim == Self.truth }.allSatisfy { $0.outcome == .accepted })
    }

    // MARK: Baselines

    @Test func theBaselineIsTheShortestOfEqualControlAnswers() {
        let replies = [Self.reply(.noData, at: 152, hops: 50), Self.reply(.noData, at: 150, hops: 51)]
        #expect(Baseline(control: replies) == Baseline(roundTrip: .milliseconds(150), hopLimit: 50, hasOPT: true))
        #expect(Baseline(control: []) == nil)
    }

    @Test func theBaselineKnowsWhetherCookiesComeBack() {
        var echoing = Self.reply(.noData, at: 150)
        echoing.cookie = .echoed
        #expect(Baseline(control: [echoing])?.echoesCookie == true)
        #expect(Baseline(control: [Self.reply(.noData)])?.echoesCookie == false)
        // One with and one without: somebody forges. One with another's cookie is the forgery itself.
        #expect(Baseline(control: [echoing, Self.reply(.noData)]) == nil)
        var wrong = Self.reply(.failure(responseCode: 2), at: 3)
        wrong.cookie = .wrong
        #expect(Baseline(control: [wrong, echoing])?.roundTrip == .milliseconds(150))
        #expect(Baseline(control: [Reply(claim: .noData, elapsed: nil, hopLimit: nil)]) == nil)
    }

    @Test(arguments: [
        reply(.noData, at: 8), reply(.noData, hops: 58), reply(.noData, opt: false), reply(.failure(responseCode: 5)),
    ])
    func aForgedControlAnswerLeavesNoBaseline(_ forged: Reply) {
        #expect(Baseline(control: [forged, Self.reply(.noData)]) == nil)
        #expect(Baseline(control: [Self.reply(.noData), forged]) == nil)
    }

    // MARK: Reasons

    @Test func everyVerdictExplainsItself() {
        let verdicts = Verdict.judge(
            [
                Self.evidence([Self.reply(Self.lie, at: 8, hops: 58, opt: false, aa: true), Self.reply(Self.truth)])
            ], isFinal: true)
        #expect(
            verdicts.map(\.description) == [
                "A 31.13.70.9 rejected: early: 8.0 ms, baseline 150.0 ms; hop limit 58, baseline 50; no OPT, baseline has it; "
                    + "AA from a resolver; contradicted by another answer to the same query",
                "A 198.41.0.4 199.9.14.201 accepted: contradicted by another answer to the same query; fits the baseline: round trip, hop limit, OPT",
            ])
        #expect(
            Verdict.judge([Self.evidence([Self.reply(Self.truth)])], isFinal: true).first?.reason
                == "fits the baseline: round trip, hop limit, OPT")
        #expect(
            Verdict.judge([Self.evidence([Self.reply(Self.truth)], baseline: nil)], isFinal: true).first?.reason
                == "no baseline to compare with")
    }
}
