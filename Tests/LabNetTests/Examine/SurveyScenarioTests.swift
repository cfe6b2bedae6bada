import Foundation
import Testing

@testable import CensorLab
@testable import LabNet

/// Steps of an examination in scenarios of the lab, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct SurveyScenarioTests {
    /// A running scenario, and an examiner that knows its resolvers, canaries and authority.
    private func examine(
        _ name: String, family: AddressFamilyPolicy = .ip4, window: Duration = .seconds(1),
        _ body: (Lab, Examiner) async throws -> Void
    ) async throws {
        let scenario = try #require(Scenario.named(name))
        let lab = try await Lab.start(scenario, image: LabImage(repository: "a/b", tag: "c", variants: []))
        var result: Result<Void, any Error> = .success(())
        do {
            let folder = try ScratchFolder()
            var configuration = TransportConfiguration()
            configuration.family = family
            configuration.holdOnWindow = window
            configuration.trust.authorityFile = try folder.write(lab.authority, to: "ca.pem")
            let list = ResolverList(
                resolvers: lab.resolverAddresses, canaries: lab.canaries, fallsBackOnSystem: false)
            let examiner = try Examiner(
                configuration, asking: list, hostsFile: "/dev/null", environment: [:], system: TableResolver([:]))
            try await body(lab, examiner)
            await examiner.close()
            for resolver in list.resolvers { #expect(try openSockets(to: resolver.endpoint) == 0) }
        } catch {
            result = .failure(error)
        }
        await lab.stop()
        try result.get()
    }

    private func answers(
        _ record: LookupRecord, _ purpose: LookupRecord.Query.Purpose
    ) -> [(arrival: LookupRecord.Arrival, answer: LookupRecord.Answer)] {
        record.queries.filter { $0.purpose == purpose && $0.name != "." }.flatMap(\.arrivals).compactMap { arrival in
            if case .answer(let answer) = arrival.content { (arrival, answer) } else { nil }
        }
    }

    @Test func injectorsAreSeenWithTheirHopLimitsAndAtTheCanary() async throws {
        try await examine("dns-canary") { lab, examiner in
            let record = try await examiner.survey(Lab.registryHost)
            let truth = DNSClaim.addresses(Set(lab.registry.map(\.address)))
            #expect(record.candidates.allSatisfy { $0.trust == .trusted })
            #expect(Set(record.candidates.map(\.address)) == Set(lab.registry.map(\.address)))
            #expect(record.notices.isEmpty && record.failure == nil)
            #expect(record.baselines.count == 3)

            let real = answers(record, .answer)
            let (true_, forged) = (real.filter { $0.answer.claim == truth }, real.filter { $0.answer.claim != truth })
            #expect(true_.count == 3 && true_.allSatisfy { $0.arrival.judgement?.outcome == .accepted })
            #expect(true_.allSatisfy { $0.answer.hasOPT && $0.answer.cookie == .echoed })
            // Three injectors, one of them twice, before each of three resolvers.
            #expect(forged.count == 12 && forged.allSatisfy { $0.arrival.judgement?.outcome == .rejected })
            #expect(forged.allSatisfy { !$0.answer.hasOPT && $0.arrival.elapsed < .milliseconds(150) })
            let odd = forged.filter { $0.arrival.hopLimit == 119 }
            #expect(odd.count == 3 && odd.allSatisfy { $0.answer.flags == 0x8580 })
            #expect(odd.allSatisfy { $0.arrival.judgement?.signs.contains { $0.weight == .hard } == true })

            let canary = answers(record, .canary)
            #expect(canary.count == 4 && canary.allSatisfy { $0.arrival.judgement == nil })
            #expect(Set(canary.compactMap(\.answer.claim)).isDisjoint(with: [truth]))
            #expect(Set(record.queries.filter { $0.purpose == .canary }.map(\.resolver.endpoint)) == Set(lab.canaries))
        }
    }

    @Test func whoAnswersForAllOfPort53IsNoticedEachTime() async throws {
        try await examine("dns-hijack") { lab, examiner in
            for host in [Lab.registryHost, Lab.tokenHost] {
                let record = try await examiner.survey(host)
                #expect(record.notices == [.resolversImpersonated])
                #expect(record.candidates.first?.trust == .trusted)
                #expect(record.candidates.first.map { lab.registry.map(\.address).contains($0.address) } == true)
                let secure = try #require(record.queries.first { $0.resolver.isEncrypted })
                #expect(secure.arrivals.count == 1 && secure.arrivals[0].hopLimit == nil && secure.failure == nil)
                #expect(secure.arrivals[0].elapsed > .milliseconds(100))
            }
        }
    }

    @Test func answersThatAreNoneAreKept() async throws {
        try await examine("dns-wrong-id") { _, examiner in
            let record = try await examiner.survey(Lab.registryHost)
            let arrivals = record.queries.filter { $0.purpose == .answer }.flatMap(\.arrivals)
            let words = arrivals.compactMap { if case .unreadable(let words) = $0.content { words } else { nil } }
            #expect(words.count == 3 && words.allSatisfy { $0.hasPrefix("wrong ID") })
        }
    }

    @Test func theWholeListIsHeard() async throws {
        try await examine("dns-dead", window: .seconds(2)) { lab, examiner in
            let record = try await examiner.survey(Lab.registryHost)
            let asked = record.queries.filter { $0.purpose == .answer }.map(\.resolver)
            #expect(Set(asked) == Set(lab.resolverAddresses))
            #expect(answers(record, .answer).count == 5)
            // The dead are asked twice, and say nothing.
            #expect(record.queries.count { $0.purpose == .answer && $0.arrivals.isEmpty } == 60)
        }
    }

    @Test func anEncryptedResolverThatCannotBeReachedSaysWhy() async throws {
        let folder = try ScratchFolder()
        let port = try Daemon.freePort()
        let place = Endpoint(address: .v4(0x7f00_0001), port: port)
        try await Middleman.run {
            { _ in .swallow }
        } _: { (silent) async throws in
            let list = ResolverList(
                resolvers: [
                    ResolverAddress(place, over: .tls(.address(place.address))),
                    ResolverAddress(silent.endpoint, over: .tls(.address(place.address))),
                ], fallsBackOnSystem: false)
            var configuration = TransportConfiguration()
            configuration.family = .ip4
            configuration.holdOnWindow = .milliseconds(300)
            configuration.trust.authorityFile = try folder.write(SecureWorld().authority.certificate, to: "ca.pem")
            let examiner = try Examiner(
                configuration, asking: list, hostsFile: "/dev/null", environment: [:], system: TableResolver([:]))
            let record = try await examiner.survey("registry.example")
            #expect(record.queries.count == 2 && record.queries[0].failure == .refused)
            guard case .timedOut? = record.queries[1].failure else { throw CancellationError() }
            #expect(record.failure == .noAnswer)
            await examiner.close()
            #expect(try openSockets(to: silent.endpoint) == 0)
        }
    }

    @Test func smallSegmentsPassWhereLargeOnesVanish() async throws {
        try await examine("small-mtu") { lab, examiner in
            let entrance = try #require(lab.registry.first)
            var greeting = Greeting(
                host: .name(Lab.registryHost), endpoint: entrance, strategy: .omit, patience: .milliseconds(700))
            guard case .failed(.secure, .silenceAfterHello) = try await examiner.greet(greeting).outcome else {
                throw CancellationError()
            }
            greeting.segmentSize = 500
            #expect(try await examiner.greet(greeting).outcome == .verified("TLSv1.3"))
        }
    }

    @Test func aBoxThatReadsNamesIsToldFromTheServer() async throws {
        try await examine("demo") { lab, examiner in
            let host = Host.name(Lab.registryHost)
            let (first, second) = (try #require(lab.registry.first), try #require(lab.registry.last))
            func outcome(_ strategy: ServerNameStrategy, at endpoint: Endpoint) async throws -> Greeted.Outcome {
                try await examiner.greet(Greeting(host: host, endpoint: endpoint, strategy: strategy)).outcome
            }
            for endpoint in [first, second] { #expect(try await outcome(.omit, at: endpoint) == .verified("TLSv1.3")) }
            #expect(try await outcome(.plain, at: first) == .failed(.secure, .resetAfterHello))
            // What is burnt is told, and an exchange right after goes by the other address.
            #expect(await examiner.penaltyLeft(on: first) != nil)
            #expect(await examiner.penaltyLeft(on: second) == nil)
            let url = try #require(HTTPURL("https://\(Lab.registryHost):\(first.port)/v2/"))
            _ = try await examiner.survey(Lab.registryHost)
            #expect(try await examiner.exchange(HTTPRequest(url: url)) { $0.status } == 401)
            let penalised = lab.journal.events.contains { event in
                if case .judged(_, _, .penalised) = event { true } else { false }
            }
            #expect(!penalised)
        }
    }
}
