import Testing

@testable import LabNet

/// What is accepted before the lookup ends, and what has to wait.
@Suite struct VerdictAtOnceTests {
    private typealias Table = VerdictTests

    private static func evidence(
        _ resolver: String, over carrier: ResolverAddress.Carrier = .datagrams, baseline: Baseline? = nil,
        heard replies: Reply..., alias: DNSName? = nil
    ) -> Evidence {
        let endpoint = Endpoint(address: IPAddress(resolver) ?? .v4(0), port: 53)
        return Evidence(
            resolver: ResolverAddress(endpoint, over: carrier), type: .a, alias: alias, baseline: baseline,
            replies: replies)
    }

    private static func outcomes(_ evidence: [Evidence], forger: Forger = Forger()) -> [Verdict.Outcome] {
        Verdict.judge(evidence, forger: forger, isFinal: false).map(\.outcome)
    }

    private static let far = VerdictTests.baseline
    private static let near = Baseline(roundTrip: .milliseconds(4), hopLimit: 58, hasOPT: true)
    private static let nearAndPlain = Baseline(roundTrip: .milliseconds(4), hopLimit: 58, hasOPT: false)
    private static let truth = VerdictTests.reply(VerdictTests.truth)
    private static let secret = Reply(claim: VerdictTests.truth, elapsed: nil, hopLimit: nil)
    private static let tls = ResolverAddress.Carrier.tls(.address(.v4(0x0909_0909)))

    static let alone: [(String, Evidence, Verdict.Outcome)] = [
        ("fits in time, hops and OPT", evidence("9.9.9.9", baseline: far, heard: truth), .accepted),
        ("no baseline yet", evidence("9.9.9.9", heard: truth), .held),
        (
            "near, fits in hops and OPT",
            evidence("9.9.9.9", baseline: near, heard: VerdictTests.reply(VerdictTests.truth, at: 5, hops: 58)),
            .accepted
        ),
        (
            "near, fits in hops alone",
            evidence("9.9.9.9", baseline: nearAndPlain, heard: VerdictTests.reply(VerdictTests.truth, at: 5, hops: 58)),
            .held
        ),
        (
            "on this network, fits in hops alone",
            evidence(
                "192.168.1.1", baseline: nearAndPlain, heard: VerdictTests.reply(VerdictTests.truth, at: 5, hops: 58)),
            .accepted
        ),
        (
            "on this machine, nothing to compare",
            evidence(
                "127.0.0.53", baseline: Baseline(roundTrip: .zero, hopLimit: nil, hasOPT: false),
                heard: VerdictTests.reply(VerdictTests.truth, at: 0, opt: false)), .accepted
        ),
        (
            "one sign", evidence("9.9.9.9", baseline: far, heard: VerdictTests.reply(VerdictTests.lie, opt: false)),
            .held
        ),
        (
            "several signs",
            evidence("9.9.9.9", baseline: far, heard: VerdictTests.reply(VerdictTests.lie, at: 8, opt: false)),
            .rejected
        ),
        ("NXDOMAIN that fits", evidence("9.9.9.9", baseline: far, heard: VerdictTests.reply(.noSuchName)), .accepted),
        (
            "NXDOMAIN that does not", evidence("9.9.9.9", baseline: far, heard: VerdictTests.reply(.noSuchName, at: 8)),
            .held
        ),
        ("over TLS", evidence("9.9.9.9", over: tls, heard: secret), .accepted),
        ("over TCP", evidence("9.9.9.9", over: .stream, heard: secret), .accepted),
        ("a cut datagram asked for over TCP", evidence("9.9.9.9", baseline: far, heard: secret), .accepted),
    ]

    @Test(arguments: alone.indices) func judgesAnAnswerThatStandsAlone(_ index: Int) {
        let (name, evidence, outcome) = Self.alone[index]
        #expect(Self.outcomes([evidence]) == [outcome], "\(name)")
        // At the end nothing is held.
        let final = Verdict.judge([evidence], isFinal: true).map(\.outcome)
        #expect(!final.contains(.held), "\(name)")
        #expect(outcome != .accepted || final == [.accepted], "\(name)")
    }

    @Test func aContradictionTakesBackWhatWasAccepted() {
        let first = Self.evidence("9.9.9.9", baseline: Self.far, heard: Table.reply(Table.lie, at: 149))
        #expect(Self.outcomes([first]) == [.accepted])
        var both = first
        both.replies.append(Self.truth)
        #expect(Self.outcomes([both]) == [.held, .held])
        #expect(Verdict.judge([both], isFinal: true).map(\.outcome) == [.doubtful, .doubtful])
    }

    /// The router of a home forwards with a cache: the name at once, the control question from afar.
    @Test(arguments: ["192.168.1.1", "10.0.0.1", "172.16.0.1", "100.64.0.1", "169.254.1.1", "fd00::1", "fe80::1"])
    func aCachedAnswerOfThisNetworkIsNotEarly(_ router: String) {
        let baseline = Baseline(roundTrip: .milliseconds(80), hopLimit: 64, hasOPT: true)
        let cached = Self.evidence(router, baseline: baseline, heard: Table.reply(Table.truth, at: 1, hops: 64))
        let verdict = Verdict.judge([cached], isFinal: false).first
        #expect(verdict?.outcome == .accepted)
        #expect(verdict?.signs.map(\.weight) == [.weak])
        // This machine is none of it: what listens there may be the end of a long way.
        let stub = Self.evidence("127.0.0.1", baseline: baseline, heard: Table.reply(Table.truth, at: 1, hops: 64))
        #expect(Self.outcomes([stub]) == [.held])
        #expect(
            Self.outcomes([
                Self.evidence("9.9.9.9", baseline: baseline, heard: Table.reply(Table.truth, at: 1, hops: 64))
            ])
                == [.held])
    }

    // MARK: Several resolvers

    @Test func resolversOfDifferentNetworksThatAgreeAreBelieved() {
        let reply = Table.reply(Table.truth, at: 5, hops: 58)
        let one = Self.evidence("9.9.9.9", baseline: Self.nearAndPlain, heard: reply)
        let other = Self.evidence("8.8.8.8", baseline: Self.nearAndPlain, heard: reply)
        let neighbour = Self.evidence("9.9.8.8", baseline: Self.nearAndPlain, heard: reply)
        let blind = Self.evidence("8.8.8.8", heard: reply)
        #expect(Self.outcomes([one, other]) == [.accepted, .accepted])
        #expect(Self.outcomes([one, neighbour]) == [.held, .held])
        #expect(Self.outcomes([one, blind]) == [.held, .held])
        var otherwise = other
        otherwise.replies[0].claim = Table.lie
        #expect(Self.outcomes([one, otherwise]) == [.held, .held])
        // Where somebody forges, all may be his.
        var forger = Forger()
        forger.learn(canary: AttackTests.forged(Table.otherLie), isControl: false)
        #expect(Self.outcomes([one, other], forger: forger) == [.held, .held])
    }

    /// A resolver that is polluted itself is outvoted, whatever it is asked over.
    @Test func aLoneDissenterIsDoubtedEvenBehindTLS() {
        let lie = Reply(claim: Table.lie, elapsed: nil, hopLimit: nil)
        let polluted = Self.evidence("9.9.9.9", over: Self.tls, heard: lie)
        let one = Self.evidence("8.8.8.8", baseline: Self.far, heard: Self.truth)
        let elsewhere = Table.reply(Table.addresses("198.41.200.1"))
        let other = Self.evidence("1.1.1.1", baseline: Self.far, heard: elsewhere)
        #expect(Self.outcomes([polluted, one]) == [.accepted, .accepted])
        #expect(Self.outcomes([polluted, one, other]) == [.held, .accepted, .accepted])
        #expect(Self.outcomes([other, polluted, one]) == [.accepted, .held, .accepted])
        let verdict = Verdict.judge([polluted, one, other], isFinal: true).first
        #expect(verdict?.outcome == .doubtful && verdict?.signs == [.loneDissent])
        // One address is one voter, over whatever it is asked.
        let again = Self.evidence("8.8.8.8", over: .stream, heard: Self.secret)
        #expect(Self.outcomes([polluted, one, again]) == [.accepted, .accepted, .accepted])
        // Two that dissent alike, or others that do not agree among themselves, are the habit of a CDN.
        let second = Self.evidence("5.5.5.5", over: Self.tls, heard: lie)
        #expect(Self.outcomes([polluted, second, one, other]).allSatisfy { $0 == .accepted })
        let third = Self.evidence("1.1.1.1", baseline: Self.far, heard: Table.reply(Table.otherLie))
        #expect(Self.outcomes([polluted, one, third]).allSatisfy { $0 == .accepted })
    }

    /// Votes count only when they are believed: a forger who answers for many resolvers outvotes nobody.
    @Test func rejectedAndDoubtfulAnswersDoNotVote() {
        let secret = Self.evidence("9.9.9.9", over: Self.tls, heard: Self.secret)
        let forged = ["8.8.8.8", "1.1.1.1", "4.4.4.4"].map {
            Self.evidence($0, baseline: Self.far, heard: AttackTests.forged(Table.lie))
        }
        let blind = ["8.8.8.8", "1.1.1.1", "4.4.4.4"].map { Self.evidence($0, heard: Table.reply(Table.lie)) }
        #expect(Self.outcomes([secret] + forged).first == .accepted)
        #expect(Self.outcomes([secret] + blind).first == .accepted)
    }

    // MARK: Aliases

    @Test func whatIsSaidOfAnAliasIsBelievedNoMoreThanTheAlias() throws {
        let name = try #require(DNSName("cdn.example"))
        let end = Self.evidence("9.9.9.9", baseline: Self.far, heard: Self.truth, alias: name)
        func outcome(_ named: Evidence...) -> Verdict.Outcome? { Self.outcomes(named + [end]).last }
        let alias = Table.reply(.alias(name))
        #expect(outcome(Self.evidence("9.9.9.9", baseline: Self.far, heard: alias)) == .accepted)
        #expect(
            outcome(Self.evidence("9.9.9.9", baseline: Self.far, heard: Table.reply(.alias(name), at: 8, opt: false)))
                == .rejected)
        #expect(
            outcome(Self.evidence("9.9.9.9", baseline: Self.far, heard: alias, Table.reply(.noData, at: 150))) == .held)
        // Nobody named it; another resolver did; another alias was named.
        #expect(outcome() == .held)
        #expect(outcome(Self.evidence("8.8.8.8", baseline: Self.far, heard: alias)) == .held)
        #expect(outcome(Self.evidence("9.9.9.9", baseline: Self.far, heard: Table.reply(.alias(.root)))) == .held)
        let orphan = Verdict.judge([end], isFinal: true)
        #expect(orphan.map(\.outcome) == [.doubtful])
        #expect(orphan.first?.reason == "the answer that named the alias is not believed")
    }

    @Test func chainsOfAliasesAreAsWeakAsTheirWeakestLink() throws {
        let (one, two) = (try #require(DNSName("one.example")), try #require(DNSName("two.example")))
        let first = Self.evidence("9.9.9.9", baseline: Self.far, heard: Table.reply(.alias(one), opt: false))
        let second = Self.evidence("9.9.9.9", baseline: Self.far, heard: Table.reply(.alias(two)), alias: one)
        let third = Self.evidence("9.9.9.9", baseline: Self.far, heard: Self.truth, alias: two)
        #expect(Self.outcomes([first, second, third]) == [.held, .held, .held])
        let honest = Self.evidence("9.9.9.9", baseline: Self.far, heard: Table.reply(.alias(one)))
        #expect(Self.outcomes([honest, second, third]) == [.accepted, .accepted, .accepted])
    }
}
