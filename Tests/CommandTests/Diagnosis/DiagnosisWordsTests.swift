import Diagnosis
import LabNet
import Testing

@testable import docker_tar_lab

/// Words for all that a diagnosis can say.
@Suite struct DiagnosisWordsTests {
    private static let endpoint = SampleFindings.endpoint(1)
    private static let resolver = ResolverAddress(Endpoint(address: SampleFindings.address("192.0.2.53"), port: 53))

    /// One of every kind.
    private static let reasons: [Reason] = [
        .forgedAnswers(count: 1, injectors: 1), .forgedAnswers(count: 2, injectors: 0),
        .systemMisled([endpoint.address]), .systemFails(.noAnswer), .portHijacked, .polluted([resolver]),
        .encryptedBlocked(3, of: 4),
        .killedByName(endpoint, .plain, .resetAfterHello, elapsed: .milliseconds(9), roundTrip: .milliseconds(150)),
        .killedByName(
            endpoint, .plain, .silenceAfterHello(.seconds(2)), elapsed: .seconds(2), roundTrip: .milliseconds(150)),
        .killedByName(endpoint, .plain, .alert(40), elapsed: .milliseconds(9), roundTrip: nil),
        .killedByNameElsewhere(endpoint, .resetAfterHello), .namelessDropped(endpoint, .resetAfterHello),
        .unreachable(endpoint, .timedOut(.seconds(1))), .familyBlocked(.ip6),
        .otherCertificate(endpoint, Sample.certificate()),
        .streamStopped(endpoint, bytes: 16_384, .timedOut(.seconds(5))),
        .streamStopped(nil, bytes: 1, .reset), .streamSlow(bytes: 4000, elapsed: .seconds(3)),
        .smallSegmentsPass(endpoint, size: 536), .portalAt("http://login.example/"),
        .localProxy(SampleFindings.address("198.18.0.1")), .clockOff(.seconds(90)), .clockOff(.seconds(-3600)),
        .certificateOutOfDate(Sample.certificate(code: 10)), .status(403, url: "https://a.example/", words: nil),
        .status(403, url: "https://a.example/", words: "no"), .otherDigest(mirror: "sha256:1", origin: "sha256:2"),
        .mirrorFails(.refused), .mirrorFails(nil), .proxyDead("http://p:1", .refused),
        .serverFails(endpoint, .alert(40)),
        .serverFails(nil, .reset), .noSuchName, .nothingAnswers, .partOf(.name("a.example"), .storage),
    ]

    @Test func everyReasonIsASentenceOfItsOwn() {
        let sentences = Self.reasons.map(Sentence.reason)
        #expect(Set(sentences).count == sentences.count)
        for sentence in sentences {
            #expect(!sentence.en.isEmpty && sentence.en != sentence.zh, "\(sentence.en)")
            #expect(!sentence.en.hasSuffix("."), "\(sentence.en)")
        }
    }

    @Test func aResetFromNearerThanTheServerIsNamed() {
        #expect(Sentence.reason(Self.reasons[7]).en.contains("somebody nearer"))
        #expect(!Sentence.reason(Self.reasons[8]).en.contains("somebody nearer"))
        #expect(Sentence.reason(Self.reasons[0]).en == "1 forged answer came, by 1 injector")
        #expect(Sentence.clock(.seconds(-3600)).en == "the clock is 3600 s slow")
    }

    @Test func everyConditionHasItsMeaningAndSomethingToDo() {
        let meanings = Condition.allCases.map { Sentence.meaning($0, of: nil) }
        #expect(Set(meanings).count == Condition.allCases.count)
        for condition in Condition.allCases {
            let advice = Sentence.withoutWay(condition)
            #expect((advice == nil) == (condition.exitCode(hasWay: false) == 0), "\(condition)")
        }
        #expect(Sentence.meaning(.dns, of: "a.example").en == "the answers of DNS are forged (a.example).")
    }

    @Test func everySignAndBasisIsSaid() {
        let signs: [Sign] = [
            .early(elapsed: .milliseconds(8), roundTrip: .milliseconds(150)), .hopLimit(40, baseline: 50), .noOPT,
            .noCookie, .wrongCookie, .caseChanged, .seenAtCanary(Self.endpoint.address), .forgersHopLimit(40),
            .canaryShape, .impersonated, .seenForged, .loneDissent, .authoritative, .noRecursion, .strayRecords,
            .specialPurpose(Self.endpoint.address),
        ]
        #expect(Set(signs.map(Sentence.sign)).count == signs.count)
        #expect(Sentence.basis(.signs) == nil)
        let bases: [Verdict.Basis] = [
            .contradiction, .channel(isEncrypted: true), .channel(isEncrypted: false), .traits(.opt), .agreement,
            .noBaseline, .tooLittle(.opt), .imitable(.opt), .unprovenAlias,
        ]
        #expect(Set(bases.compactMap(Sentence.basis)).count == bases.count)
    }

    @Test func whatCameOfConnectionsIsCounted() {
        let trials = [
            Reached(failure: nil, elapsed: .milliseconds(148)), Reached(failure: .refused, elapsed: .milliseconds(3)),
            Reached(failure: .refused, elapsed: .milliseconds(4)),
        ]
        #expect(Sentence.reached(trials).en == "connected in 148 ms; refused (2 times)")
        #expect(Sentence.reached([trials[1]]).zh == "被拒绝")
    }

    @Test func theLineSaysOnlyWhatMatters() {
        #expect(Sentence.line(Line(families: [.ip6, .ip4], isUp: true)).en == "IPv4, IPv6; online")
        let line = Line(
            families: [], isUp: false, portal: "http://login.example/", clockOffset: .seconds(-7),
            proxy: .init(place: "socks5://p:1080", isUsed: true, failure: nil))
        #expect(
            Sentence.line(line).en
                == "no route to the world; nothing answers; login page at http://login.example/; the clock is 7 s slow; "
                + "proxy socks5://p:1080, used, answers")
    }
}
