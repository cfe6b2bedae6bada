import Foundation
import Synchronization
import Testing

@testable import LabNet

/// Who is asked for which name, and the ordinary way.
@Suite struct ResolverTests {
    private static let script: ScriptedResolver.Script = { question in
        question.isControl ? [question.answer()] : [question.answer(["127.7.0.1", "fd00::7"])]
    }

    private func configuration(
        _ mode: TransportConfiguration.Mode, _ family: AddressFamilyPolicy = .ip,
        overrides: [String: [String]] = [:]
    ) -> TransportConfiguration {
        var configuration = TransportConfiguration()
        configuration.mode = mode
        configuration.family = family
        configuration.holdOnWindow = .milliseconds(200)
        configuration.overrides = overrides.mapValues { $0.compactMap { IPAddress($0) } }
        return configuration
    }

    private func addresses(
        of name: String, _ configuration: TransportConfiguration, hosts: String = ""
    ) async throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appending(path: "hosts-\(UUID().uuidString)")
        try Data(hosts.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        var isLab: Bool { if case .lab = configuration.mode { true } else { false } }
        let system = isLab ? TableResolver([:]) : nil
        let candidates = try await Resolver(configuration: configuration, hostsFile: file.path(), system: system)
            .candidates(for: name, observe: Observer())
        #expect(candidates.allSatisfy { $0.trust == .trusted })
        return candidates.map(\.address.description)
    }

    // MARK: What comes first

    @Test(arguments: [true, false]) func whatTheUserAndTheHostsFileSayComesFirst(_ isLab: Bool) async throws {
        try await ScriptedResolver.serve(Self.script) { (resolver) async throws in
            let mode: TransportConfiguration.Mode =
                isLab ? .lab(ResolverList(asking: [resolver.endpoint])) : .ordinary(resolvers: [resolver.endpoint])
            let hosts = "192.0.2.7 registry.example\n192.0.2.8 other.example\n2001:db8::8 other.example\n"
            let overrides = ["registry.example": ["192.0.2.1", "2001:db8::1"]]
            let ip = configuration(mode, overrides: overrides)
            #expect(try await addresses(of: "Registry.Example", ip, hosts: hosts) == ["192.0.2.1", "2001:db8::1"])
            #expect(try await addresses(of: "other.example", ip, hosts: hosts) == ["192.0.2.8", "2001:db8::8"])
            #expect(try await addresses(of: "192.0.2.200", ip, hosts: hosts) == ["192.0.2.200"])
            let ip6 = configuration(mode, .ip6, overrides: overrides)
            #expect(try await addresses(of: "registry.example", ip6, hosts: hosts) == ["2001:db8::1"])
            #expect(resolver.questions.isEmpty)
        }
    }

    @Test func anOverrideOfTheOtherFamilyIsAClearError() async {
        let configuration = configuration(.lab(ResolverList(asking: [])), .ip6, overrides: ["a.example": ["192.0.2.1"]])
        await #expect(throws: NetworkError(step: .resolve, host: "a.example", cause: .noAddressInFamily(.ip6))) {
            try await addresses(of: "a.example", configuration)
        }
    }

    @Test(arguments: ["localhost", "registry.localhost", "LOCALHOST"])
    func localhostIsThisMachine(_ name: String) async throws {
        try await ScriptedResolver.serve(Self.script) { (resolver) async throws in
            let found = try await addresses(of: name, configuration(.lab(ResolverList(asking: [resolver.endpoint]))))
            #expect(found == ["127.0.0.1", "::1"])
            let six = try await addresses(
                of: name, configuration(.lab(ResolverList(asking: [resolver.endpoint])), .ip6))
            #expect(six == ["::1"])
            #expect(resolver.questions.isEmpty)
        }
    }

    @Test func looksEachNameUpOnce() async throws {
        try await ScriptedResolver.serve(Self.script) { scripted in
            let resolver = Resolver(
                configuration: configuration(.lab(ResolverList(asking: [scripted.endpoint])), .ip4),
                hostsFile: "/dev/null", system: TableResolver([:]))
            try await withThrowingTaskGroup(of: [Candidate].self) { group in
                for _ in 0..<10 {
                    group.addTask { try await resolver.candidates(for: "registry.example", observe: Observer()) }
                }
                for try await found in group { #expect(found.map(\.address.description) == ["127.7.0.1"]) }
            }
            _ = try await resolver.candidates(for: "registry.example", observe: Observer())
            // A question that gets no answer in time is asked again, which on a busy machine may happen.
            #expect((1...2).contains(scripted.questions.count))
        }
    }

    @Test func observesTheEndOfALookup() async throws {
        let ends = Mutex<[(Int, NetworkError.Cause?)]>([])
        let observer = Observer { observation in
            if case .resolved(let candidates, let failure) = observation.event {
                ends.withLock { $0.append((candidates.count, failure)) }
            }
        }
        let resolver = Resolver(
            configuration: configuration(.lab(ResolverList(asking: [])), overrides: ["a.example": ["192.0.2.1"]]),
            hostsFile: "/dev/null", system: TableResolver([:]))
        _ = try await resolver.candidates(for: "a.example", observe: observer)
        _ = try? await resolver.candidates(for: "b.example", observe: observer)
        #expect(ends.withLock { $0.map(\.0) } == [1, 0])
        #expect(ends.withLock { $0.map(\.1) } == [nil, .noAnswer])
    }

    // MARK: The ordinary way

    @Test func theOrdinaryWayTakesTheFirstAnswer() async throws {
        let script: ScriptedResolver.Script = { question in
            [
                question.answer(["127.66.0.1"]) { $0.additional = [] },
                question.answer(["127.7.0.1"], after: .milliseconds(50)),
            ]
        }
        try await ScriptedResolver.serve(script) { resolver in
            let found = try await addresses(
                of: "registry.example", configuration(.ordinary(resolvers: [resolver.endpoint]), .ip4))
            #expect(found == ["127.66.0.1"])
        }
    }

    @Test func theOrdinaryWayKeepsToItsFamily() async throws {
        try await ScriptedResolver.serve(Self.script) { four in
            try await ScriptedResolver.serve(on: "::1", Self.script) { six in
                let both: TransportConfiguration.Mode = .ordinary(resolvers: [four.endpoint, six.endpoint])
                let bySix = try await addresses(of: "registry.example", configuration(both, .ip6))
                #expect(bySix == ["fd00::7"])
                #expect(four.questions.isEmpty && six.questions.map(\.type) == [28])
                let byFour = try await addresses(of: "registry.example", configuration(both, .ip4))
                #expect(byFour == ["127.7.0.1"])
                #expect(four.questions.map(\.type) == [1] && six.questions.count == 1)
                let byAny = try await addresses(of: "registry.example", configuration(both))
                #expect(Set(byAny) == ["127.7.0.1", "fd00::7"])
            }
        }
    }

    @Test(arguments: [
        (UInt16(0x8183), AddressFamilyPolicy.ip, NetworkError.Cause.noSuchName), (0x8180, .ip, .noSuchName),
        (0x8180, .ip4, .noAddressInFamily(.ip4)), (0x8185, .ip4, .noAnswer),
    ])
    func theOrdinaryWayNamesTheCause(_ flags: UInt16, _ policy: AddressFamilyPolicy, _ cause: NetworkError.Cause)
        async throws
    {
        try await ScriptedResolver.serve { question in
            [question.answer { $0.flags = flags }]
        } _: { resolver in
            let configuration = configuration(.ordinary(resolvers: [resolver.endpoint]), policy)
            await #expect(throws: NetworkError(step: .resolve, host: "none.example", cause: cause)) {
                try await addresses(of: "none.example", configuration)
            }
        }
    }

    @Test func noServerOfTheFamilyIsNoAnswer() async {
        let configuration = configuration(.ordinary(resolvers: [Endpoint(address: .v4(0x7f00_0001), port: 9)]), .ip6)
        await #expect(throws: NetworkError(step: .resolve, host: "a.example", cause: .noAnswer)) {
            try await addresses(of: "a.example", configuration)
        }
    }

    @Test func theOrdinaryWayCanBeCancelled() async throws {
        try await ScriptedResolver.serve({ _ in [] }) { resolver in
            let configuration = configuration(.ordinary(resolvers: [resolver.endpoint]), .ip4)
            let lookup = Task { try await addresses(of: "registry.example", configuration) }
            while resolver.questions.isEmpty { await Task.yield() }
            let start = ContinuousClock.now
            lookup.cancel()
            await #expect(throws: CancellationError.self) { try await lookup.value }
            // c-ares itself would wait for 3 s and more.
            let waited = ContinuousClock.now - start
            let open = try Sockets.connected(to: resolver.endpoint)
            #expect(waited < .seconds(2) && open == 0)
        }
    }
}
