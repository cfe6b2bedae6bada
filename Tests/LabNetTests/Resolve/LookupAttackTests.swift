import CensorLab
import Synchronization
import Testing

@testable import LabNet

/// Each attack that is known on DNS, in the hands of an injector between the client and two resolvers abroad.
@Suite(.serialized) struct LookupAttackTests {
    private static let name = "registry.lab.example"
    private static let truth = IPAddress.v4(0x7f58_0a01)
    private static let lies: [IPAddress] = [.v4(0x7f58_4201), .v4(0x7f58_4202), .v4(0x7f58_4203)]
    private static let roundTrip = Duration.milliseconds(150)

    private static var zone: Zone {
        // What stands behind a forged alias is no forgery: the resolver itself says it.
        Zone([name: .addresses([truth]), "blocked.example": .addresses([lies[2]])])
    }

    /// What an injector does, as a change to one that was measured.
    struct Attack: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var arm: @Sendable (inout Injector) -> Void

        init(_ description: String, _ arm: @escaping @Sendable (inout Injector) -> Void) {
            (testDescription, self.arm) = (description, arm)
        }

        /// No answer, with these flags.
        static func flags(_ description: String, _ flags: UInt16) -> Attack {
            Attack(description) { injector in
                injector.answer = .nothing
                injector.flags = flags
            }
        }

        static let all: [Attack] = [
            Attack("address") { _ in },
            Attack("three addresses") { $0.count = 3 },
            Attack("address with AA") { $0.flags = 0x8580 },
            Attack("mirrored OPT") { $0.mirrorsOPT = true },
            Attack("wrong ID") { $0.mistakesID = true },
            Attack("late") { $0.delay = LookupAttackTests.roundTrip + .milliseconds(60) },
            Attack("early and late") { injector in
                (injector.count, injector.spacing) = (2, LookupAttackTests.roundTrip + .milliseconds(60))
            },
            Attack("CNAME") { $0.answer = .alias("blocked.example") },
            .flags("NODATA", 0x8180), .flags("FORMERR", 0x8181), .flags("SERVFAIL", 0x8182),
            .flags("NXDOMAIN", 0x8183), .flags("REFUSED", 0x8185), .flags("TC", 0x8380),
        ]
    }

    private func configuration(_ list: ResolverList) -> TransportConfiguration {
        var configuration = TransportConfiguration()
        configuration.mode = .lab(list)
        configuration.family = .ip4
        configuration.holdOnWindow = .milliseconds(800)
        return configuration
    }

    private func with(
        _ count: Int, _ rules: ForgingDNS.Rules, _ body: ([ForgingDNS]) async throws -> Void
    ) async throws {
        var servers: [ForgingDNS] = []
        for number in 1...count {
            let place = Endpoint(address: .v4(0x7f35_0000 + UInt32(number) << 8 + 1), port: 0)
            servers.append(try await ForgingDNS.start(rules, at: place))
        }
        do {
            try await body(servers)
        } catch {
            for server in servers { await server.stop() }
            throw error
        }
        for server in servers { await server.stop() }
    }

    @Test(arguments: Attack.all) func theTruthIsFoundAndTrusted(_ attack: Attack) async throws {
        var injector = Injector(
            names: ["lab.example"], delay: .milliseconds(4), addresses: Array(Self.lies.prefix(2)))
        attack.arm(&injector)
        let rules = ForgingDNS.Rules(truth: .zone(Self.zone), delay: Self.roundTrip, injectors: [injector])
        try await with(2, rules) { servers in
            let streams = ResolverStreams(tls: nil)
            let resolver = Resolver(
                configuration: configuration(ResolverList(asking: servers.map(\.endpoint))), hostsFile: "/dev/null",
                streams: streams, system: TableResolver([:]))
            let handed = Mutex<[Candidate]>([])
            try await resolver.resolve(Self.name, observe: Observer()) { candidate in
                handed.withLock { $0.append(candidate) }
            }
            let all = handed.withLock(\.self)
            #expect(all == [Candidate(address: Self.truth, trust: .trusted)])
            await streams.close()
            for server in servers { #expect(try Sockets.connected(to: server.endpoint) == 0) }
        }
    }

    // MARK: Port 53 in somebody's hands

    /// Whoever is asked, one machine on the way answers, also in the place of nobody; the truth is with an encrypted
    /// resolver.
    @Test func aHijackOfAllPort53IsNoticedAndNotBelieved() async throws {
        let hijacker = ForgingDNS.Rules(
            truth: .zone(Zone([Self.name: .addresses([Self.lies[0]])])), delay: .milliseconds(30))
        try await with(3, hijacker) { servers in
            let encrypted = ResolverAddress(
                Endpoint(address: .v4(0x0909_0909), port: 853), over: .tls(.address(.v4(0x0909_0909))))
            let list = ResolverList(
                resolvers: servers.prefix(2).map { ResolverAddress($0.endpoint) } + [encrypted],
                canaries: [servers[2].endpoint])
            let honest = ScriptedStreams { [$0.answer(["127.88.10.1"])].first?.bytes }
            let resolver = Resolver(
                configuration: configuration(list), hostsFile: "/dev/null", streams: honest, system: TableResolver([:]))
            let log = ObservationLog()
            let observer = Observer { log.add($0) }
            let found = try await resolver.candidates(for: Self.name, observe: observer)
            #expect(found.first == Candidate(address: Self.truth, trust: .trusted))
            #expect(found.dropFirst().allSatisfy { $0.trust == .doubtful })
            _ = try? await resolver.candidates(for: "other.lab.example", observe: observer)
            #expect(log.notices == [.resolversImpersonated])
        }
    }

    /// The canary shows which addresses are forged, where nothing else would: the control question is not answered.
    @Test func whatACanaryIsAnsweredWithIsNotBelieved() async throws {
        let canary = try await ScriptedResolver.start(on: "127.53.9.1") { question in
            question.isControl ? [] : [question.answer(["127.88.66.1"], after: .milliseconds(4)) { $0.additional = [] }]
        }
        let script: ScriptedResolver.Script = { question in
            guard !question.isControl else { return [] }
            let lie = question.answer(["127.88.66.1"], after: .milliseconds(4)) { $0.additional = [] }
            return [lie, question.answer(["127.88.10.1"], after: Self.roundTrip)]
        }
        try await ScriptedResolver.serve(on: "127.53.8.1", script) { resolver in
            let list = ResolverList(
                resolvers: [ResolverAddress(resolver.endpoint)], canaries: [canary.endpoint])
            let run = Resolver(
                configuration: configuration(list), hostsFile: "/dev/null", system: TableResolver([:]))
            let log = ObservationLog()
            let found = try await run.candidates(for: Self.name, observe: Observer { log.add($0) })
            let lie = IPAddress.v4(0x7f58_4201)
            #expect(found == [Self.truth, lie].map { Candidate(address: $0, trust: .doubtful) })
            #expect(log.notices.isEmpty)
            // Each question once, whatever the lookups do, and the control question once.
            _ = try? await run.candidates(for: "other.example", observe: Observer())
            #expect(canary.questions.map(\.name) == [Self.name, "other.example"])
            #expect(canary.controls == 1)
        }
        try await canary.stop()
    }

    // MARK: Local proxies

    @Test(arguments: ["198.18.0.5", "198.19.255.254"]) func aLocalProxyIsNoHijack(_ literal: String) async throws {
        let fake = Candidate(address: try #require(IPAddress(literal)), trust: .trusted)
        try await ScriptedResolver.serve { question in
            [question.isControl ? question.answer() : question.answer([literal])]
        } _: { proxy in
            let system = TableResolver([Self.name: [fake]])
            let resolver = Resolver(
                configuration: configuration(ResolverList(asking: [proxy.endpoint])), hostsFile: "/dev/null",
                system: system)
            let log = ObservationLog()
            let found = try await resolver.candidates(for: Self.name, observe: Observer { log.add($0) })
            #expect(found == [fake])
            // That it is one, its certificate has to show.
            #expect(log.notices.isEmpty)
            #expect(system.asked == [Self.name])
        }
    }

    @Test func theSystemIsNotAskedWhereTheLabSuffices() async throws {
        let rules = ForgingDNS.Rules(truth: .zone(Self.zone), delay: .milliseconds(20))
        try await with(1, rules) { servers in
            let system = TableResolver([Self.name: [Candidate(address: Self.lies[0], trust: .trusted)]])
            let resolver = Resolver(
                configuration: configuration(ResolverList(asking: servers.map(\.endpoint))), hostsFile: "/dev/null",
                system: system)
            let found = try await resolver.candidates(for: Self.name, observe: Observer())
            #expect(found == [Candidate(address: Self.truth, trust: .trusted)])
            _ = try? await resolver.candidates(for: "none.example", observe: Observer())
            #expect(system.asked.isEmpty)
        }
    }

    @Test func whereNobodyAnswersTheSystemIsAskedAndDoubted() async throws {
        let rules = ForgingDNS.Rules(truth: .nobody)
        try await with(1, rules) { servers in
            let system = TableResolver([Self.name: [Candidate(address: Self.truth, trust: .trusted)]])
            let resolver = Resolver(
                configuration: configuration(ResolverList(asking: servers.map(\.endpoint))), hostsFile: "/dev/null",
                system: system)
            let found = try await resolver.candidates(for: Self.name, observe: Observer())
            #expect(found == [Candidate(address: Self.truth, trust: .doubtful)])
        }
    }
}

/// Streams that answer from a table, as a resolver behind TLS does.
struct ScriptedStreams: StreamAsking {
    let answer: @Sendable (ScriptedQuestion) -> [UInt8]?

    func ask(_ resolver: ResolverAddress, _ message: [UInt8], within limit: Duration) async throws -> [UInt8] {
        guard let question = ScriptedQuestion(message, isOverTCP: true), let bytes = answer(question) else {
            throw NetworkError(step: .dial, host: resolver.description, endpoint: resolver.endpoint, cause: .refused)
        }
        return bytes
    }

    func close() async {}
}

extension ObservationLog {
    /// Every notice, in order.
    var notices: [Observation.Notice] {
        all.compactMap { if case .notice(let notice) = $0.event { notice } else { nil } }
    }
}
