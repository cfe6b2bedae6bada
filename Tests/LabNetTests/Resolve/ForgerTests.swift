import Testing

@testable import LabNet

@Suite struct ForgerTests {
    private typealias Table = VerdictTests

    private func forger(_ replies: Reply..., control: Reply? = nil) -> Forger {
        var forger = Forger()
        for reply in replies { forger.learn(canary: reply, isControl: false) }
        if let control { forger.learn(canary: control, isControl: true) }
        return forger
    }

    private func encrypted(_ claim: DNSClaim) -> Evidence {
        var evidence = Table.evidence([Reply(claim: claim, elapsed: nil, hopLimit: nil)], baseline: nil)
        evidence.resolver.carrier = .tls(.address(.v4(1)))
        return evidence
    }

    @Test func knowsNobodyAtFirst() {
        #expect(!Forger().isKnown)
        #expect(!Forger().impersonatesResolvers)
        #expect(forger(AttackTests.forged(Table.lie)).isKnown)
        #expect(!forger(AttackTests.forged(Table.lie)).impersonatesResolvers)
    }

    // MARK: Canaries

    @Test func addressesOfACanaryAreForgedWhoeverHandsThemOn() {
        let forger = forger(AttackTests.forged(Table.lie))
        let clean = Table.evidence([Table.reply(Table.lie)])
        let verdict = Verdict.judge([clean], forger: forger, isFinal: true).first
        #expect(verdict?.outcome == .doubtful)
        #expect(verdict?.reason == "31.13.70.9 was given where no resolver listens")
        #expect(Verdict.judge([encrypted(Table.lie)], forger: forger, isFinal: true).map(\.outcome) == [.doubtful])
        #expect(Verdict.judge([encrypted(Table.truth)], forger: forger, isFinal: false).map(\.outcome) == [.accepted])
        // Where the resolver gives another answer, somebody imitated it, and he could have sent that one as well.
        let beside = Table.evidence([Table.reply(Table.lie), Table.reply(Table.truth)])
        #expect(Verdict.judge([beside], forger: forger, isFinal: true).map(\.outcome) == [.doubtful, .doubtful])
        // Where it does not, it is polluted itself, and the answers of others are theirs.
        let other = Table.evidence([Table.reply(Table.truth)], from: 2)
        #expect(Verdict.judge([clean, other], forger: forger, isFinal: false).map(\.outcome) == [.held, .accepted])
    }

    /// Who knows the true addresses can give them to a canary; they stay candidates.
    @Test func theTruthCannotBeLostByGivingItToACanary() {
        let forger = forger(AttackTests.forged(Table.truth))
        let verdicts = Verdict.judge(
            [Table.evidence([AttackTests.forged(Table.lie), Table.reply(Table.truth)])], forger: forger, isFinal: true)
        #expect(verdicts.map(\.outcome) == [.rejected, .doubtful])
        // Nor where the lie is as good as he can make it, with a baseline and without.
        for baseline in [Table.baseline, nil] {
            let lie = Table.evidence([Table.reply(Table.lie), Table.reply(Table.truth)], baseline: baseline)
            let outcomes = Verdict.judge([lie], forger: forger, isFinal: true).map(\.outcome)
            #expect(outcomes == [.doubtful, .doubtful], "\(baseline == nil)")
        }
    }

    @Test func whereNoBaselineTellsTheCanarysHopLimitAndShapeDo() {
        let forger = forger(AttackTests.forged(Table.otherLie, hops: 58))
        let like = Table.evidence([AttackTests.forged(Table.lie, hops: 58)], baseline: nil)
        #expect(
            Verdict.judge([like], forger: forger, isFinal: true).first?.signs == [.forgersHopLimit(58), .canaryShape])
        let unlike = Table.evidence([Table.reply(Table.truth)], baseline: nil)
        #expect(Verdict.judge([unlike], forger: forger, isFinal: true).first?.signs == [])
        // Soft signs alone reject nothing, for the forger chooses his looks.
        let both = Table.evidence(like.replies + unlike.replies, baseline: nil)
        #expect(Verdict.judge([both], forger: forger, isFinal: true).map(\.outcome) == [.doubtful, .doubtful])
        // With a baseline they say nothing.
        let told = Table.evidence([Table.reply(Table.truth, hops: 50)])
        let mirror = self.forger(AttackTests.forged(Table.otherLie, hops: 50, opt: true))
        #expect(Verdict.judge([told], forger: mirror, isFinal: false).map(\.outcome) == [.accepted])
    }

    @Test func whatLooksLikeACanarysAnswerIsNotBelieved() {
        let perfect = forger(AttackTests.forged(Table.otherLie, at: 149, hops: 50, opt: true))
        let clean = Table.evidence([Table.reply(Table.truth)])
        #expect(Verdict.judge([clean], forger: perfect, isFinal: false).map(\.outcome) == [.held])
        #expect(Verdict.judge([clean], forger: perfect, isFinal: true).map(\.outcome) == [.doubtful])
        // A cookie is beyond him, and so is the distance of another resolver.
        var baseline = Table.baseline
        baseline.echoesCookie = true
        var answer = Table.reply(Table.truth)
        answer.cookie = .echoed
        #expect(
            Verdict.judge([Table.evidence([answer], baseline: baseline)], forger: perfect, isFinal: false).map(
                \.outcome)
                == [.accepted])
        let farther = Baseline(roundTrip: .milliseconds(320), hopLimit: 44, hasOPT: true)
        let far = Table.evidence([Table.reply(Table.truth, at: 321, hops: 44)], baseline: farther)
        #expect(Verdict.judge([far], forger: perfect, isFinal: false).map(\.outcome) == [.accepted])
    }

    // MARK: Hijack of port 53

    @Test func whoAnswersTheControlQuestionToACanaryImpersonatesAll() {
        let hijack = forger(
            AttackTests.forged(Table.lie, at: 9, hops: 60, opt: true),
            control: AttackTests.forged(.noData, at: 9, hops: 60, opt: true))
        #expect(hijack.impersonatesResolvers)
        let his = Baseline(roundTrip: .milliseconds(10), hopLimit: 60, hasOPT: true)
        let answer = Table.reply(Table.truth, at: 10, hops: 60)
        let verdict = Verdict.judge([Table.evidence([answer], baseline: his)], forger: hijack, isFinal: true).first
        #expect(verdict?.outcome == .doubtful)
        #expect(verdict?.signs == [.impersonated])
        // The addresses that he gave a canary may be the true ones: over TLS they are believed, over UDP not rejected.
        #expect(Verdict.judge([encrypted(Table.lie)], forger: hijack, isFinal: false).map(\.outcome) == [.accepted])
        let handed = Table.evidence([Table.reply(Table.lie, at: 10, hops: 60)], baseline: his)
        #expect(Verdict.judge([handed], forger: hijack, isFinal: true).map(\.outcome) == [.doubtful])
        // TCP to port 53 is his too.
        let stream = Table.evidence([Reply(claim: Table.truth, elapsed: nil, hopLimit: nil)], baseline: nil)
        #expect(Verdict.judge([stream], forger: hijack, isFinal: true).map(\.outcome) == [.doubtful])
        // What comes from another distance is not his.
        #expect(
            Verdict.judge([Table.evidence([Table.reply(Table.truth)])], forger: hijack, isFinal: false).map(\.outcome)
                == [.accepted])
        let slower = Baseline(roundTrip: .milliseconds(150), hopLimit: 60, hasOPT: true)
        #expect(
            Verdict.judge(
                [Table.evidence([Table.reply(Table.truth, hops: 60)], baseline: slower)], forger: hijack, isFinal: false
            ).map(\.outcome) == [.accepted])
    }

    // MARK: Rejected answers

    @Test func remembersWhatWasRejected() {
        var forger = Forger()
        let first = Table.evidence([AttackTests.forged(Table.lie), Table.reply(Table.truth)])
        forger.learn(Verdict.judge([first], isFinal: true))
        #expect(forger.isKnown)
        #expect(forger.rejectedAddresses == Table.lie.addresses)
        // In the next lookup a polluted resolver hands the address on.
        let next = Table.evidence([Table.reply(Table.lie)])
        let verdict = Verdict.judge([next], forger: forger, isFinal: true).first
        #expect(verdict?.outcome == .doubtful && verdict?.signs == [.seenForged])
        #expect(Verdict.judge([encrypted(Table.lie)], forger: forger, isFinal: true).map(\.outcome) == [.doubtful])
    }

    @Test func anAddressThatWasBelievedToIsNotBurnt() {
        var forger = Forger()
        let mixed = Table.addresses("198.41.0.4", "8.7.198.46")
        let evidence = Table.evidence([AttackTests.forged(mixed), Table.reply(Table.truth)])
        forger.learn(Verdict.judge([evidence], isFinal: true))
        #expect(forger.rejectedAddresses == Table.otherLie.addresses)
    }

    /// Nobody can say which of two perfect answers is forged; but whoever sent it imitates everything, and is remembered.
    @Test func remembersThatSomebodyImitatesEverything() {
        var forger = Forger()
        let torn = Table.evidence([Table.reply(Table.lie, at: 149), Table.reply(Table.truth)])
        forger.learn(Verdict.judge([torn], isFinal: true))
        #expect(forger.isKnown && forger.rejectedAddresses.isEmpty)
        let next = Table.evidence([Table.reply(Table.otherLie, at: 149)], from: 2)
        #expect(Verdict.judge([next], forger: forger, isFinal: false).map(\.outcome) == [.held])
        #expect(Verdict.judge([next], forger: forger, isFinal: true).map(\.outcome) == [.doubtful])
    }

    /// A query that was duplicated on the way is answered twice, and a CDN names other addresses each time.
    @Test func twoAnswersOfOneNetworkShowNoForger() {
        var forger = Forger()
        let rotated = Table.evidence([
            Table.reply(Table.addresses("104.18.1.1")), Table.reply(Table.addresses("104.18.2.2"), at: 153),
        ])
        let verdicts = Verdict.judge([rotated, Table.evidence([Table.reply(Table.truth)], from: 2)], isFinal: false)
        #expect(verdicts.map(\.outcome) == [.held, .held, .accepted])
        forger.learn(verdicts)
        #expect(!forger.isKnown)
    }

    @Test func keepsOnlySoMuch() {
        var forger = Forger()
        for number in 0..<3000 {
            let reply = AttackTests.forged(.addresses([.v4(UInt32(number))]), at: number, hops: UInt8(number % 256))
            forger.learn(canary: reply, isControl: number.isMultiple(of: 2))
        }
        #expect(forger.canaryAddresses.count == Forger.capacity)
    }
}
