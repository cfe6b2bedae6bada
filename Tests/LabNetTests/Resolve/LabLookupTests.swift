import Foundation
import Synchronization
import Testing

@testable import LabNet

/// Lab mode against resolvers and injectors on loopback, over real sockets.
@Suite(.serialized) struct LabLookupTests {
    static let truth = "127.7.0.1"
    static let truth6 = "fd00::7"
    static let lie = "127.66.0.1"
    static let name = "registry.example"

    /// The control question after a round trip of 150 ms, and every other by the script.
    static func behindABorder(_ script: @escaping ScriptedResolver.Script) -> ScriptedResolver.Script {
        { $0.isControl ? [$0.answer(after: .milliseconds(150))] : script($0) }
    }

    static func honest(_ question: ScriptedQuestion) -> ScriptedAnswer {
        question.answer([truth, truth6], after: .milliseconds(152))
    }

    static func forged(_ question: ScriptedQuestion, at milliseconds: Int = 3) -> ScriptedAnswer {
        question.answer([lie, "fd00::66"], after: .milliseconds(milliseconds)) { $0.additional = [] }
    }

    private final class Notebook: Sendable {
        let observations = Mutex<[Observation]>([])
        var observer: Observer { Observer { observation in self.observations.withLock { $0.append(observation) } } }
        var all: [Observation] { observations.withLock { $0 } }
        var verdicts: [String] {
            all.compactMap { if case .verdict(let detail) = $0.event { detail } else { nil } }
        }
        var queries: [String] {
            all.compactMap { if case .query(let detail) = $0.event { detail } else { nil } }
        }
    }

    private func look(
        up name: String = name, _ resolvers: [Endpoint], policy: AddressFamilyPolicy = .ip4,
        window: Duration = .milliseconds(600), _ notebook: Notebook = Notebook()
    ) async throws -> [Candidate] {
        var configuration = TransportConfiguration()
        configuration.mode = .lab(ResolverList(asking: resolvers))
        configuration.family = policy
        configuration.holdOnWindow = window
        let streams = ResolverStreams(tls: nil)
        let resolver = Resolver(
            configuration: configuration, hostsFile: "/dev/null", streams: streams, system: TableResolver([:]))
        let result: Result<[Candidate], any Error>
        do {
            result = .success(try await resolver.candidates(for: name, observe: notebook.observer))
        } catch {
            result = .failure(error)
        }
        await streams.close()
        return try result.get()
    }

    /// The failure of a lookup that has to fail.
    private func failure(_ lookup: () async throws -> [Candidate]) async -> NetworkError? {
        await #expect(throws: NetworkError.self) { _ = try await lookup() }
    }

    private func candidate(_ literal: String, _ trust: Candidate.Trust = .trusted) -> Candidate? {
        IPAddress(literal).map { Candidate(address: $0, trust: trust) }
    }

    // MARK: Forgeries

    @Test func theForgedAnswerFirstTheTrueOneLater() async throws {
        let notebook = Notebook()
        let script = Self.behindABorder { [Self.forged($0), Self.forged($0, at: 5), Self.honest($0)] }
        try await ScriptedResolver.serve(script) { resolver in
            let found = try await look([resolver.endpoint], policy: .ip, notebook)
            #expect(Set(found) == Set([candidate(Self.truth), candidate(Self.truth6)].compactMap(\.self)))
        }
        #expect(notebook.verdicts.count { $0.contains(" held: ") } == 4)
        #expect(notebook.verdicts.count { $0.contains(" rejected: early: ") } == 4)
        #expect(notebook.verdicts.count { $0.contains(" accepted: ") } == 2)
        // Three queries, the answers to them, and nothing that was not recorded.
        #expect(notebook.queries.count { $0.contains(" asked, ID ") } == 3)
        #expect(
            notebook.queries.count { $0.hasPrefix("baseline: round trip ") && $0.hasSuffix(", hop limit 64, OPT") }
                == 1)
        #expect(notebook.queries.count { $0.contains("hop limit ") } == 1 + 7)
    }

    @Test func twoHundredLookupsFromPoisonedResolversNeverBelieveALie() async throws {
        let script = Self.behindABorder { [Self.forged($0), Self.honest($0)] }
        try await ScriptedResolver.serve(script) { one in
            try await ScriptedResolver.serve(on: "127.0.0.2", script) { other in
                let truth = try #require(candidate(Self.truth))
                for _ in 0..<10 {
                    try await withThrowingTaskGroup(of: [Candidate].self) { group in
                        for _ in 0..<20 { group.addTask { try await look([one.endpoint, other.endpoint]) } }
                        for try await found in group { #expect(found == [truth]) }
                    }
                }
            }
        }
    }

    @Test func onlyForgedAnswersAreNoAnswer() async throws {
        let script = Self.behindABorder { [Self.forged($0), Self.forged($0, at: 6)] }
        try await ScriptedResolver.serve(script) { one in
            try await ScriptedResolver.serve(on: "127.0.0.2", script) { other in
                let error = await failure { try await look([one.endpoint, other.endpoint]) }
                // Each is asked twice.
                #expect(error?.cause == .onlyForgedAnswers(count: 8))
                #expect(error?.step == .resolve && error?.host == Self.name)
                #expect(error?.showsInterference == true)
            }
        }
    }

    @Test func aLateForgeryChangesNothing() async throws {
        let script = Self.behindABorder { [Self.honest($0), Self.forged($0, at: 220)] }
        let notebook = Notebook()
        try await ScriptedResolver.serve(script) { resolver in
            let found = try await look([resolver.endpoint], notebook)
            #expect(found == [candidate(Self.truth)])
        }
        #expect(notebook.verdicts.contains { $0.contains("\(Self.lie) rejected") })
    }

    @Test func aForgeryThatMatchesEverythingIsDoubtedTogetherWithTheTruth() async throws {
        let script = Self.behindABorder { [$0.answer([Self.lie], after: .milliseconds(148)), Self.honest($0)] }
        try await ScriptedResolver.serve(script) { resolver in
            let found = try await look([resolver.endpoint])
            #expect(
                Set(found)
                    == Set([candidate(Self.truth, .doubtful), candidate(Self.lie, .doubtful)].compactMap(\.self)))
        }
    }

    @Test(arguments: [0x8183, 0x8182, 0x8181, 0x8185]) func aForgedFailureEndsNothing(_ flags: UInt16) async throws {
        let script = Self.behindABorder { question in
            [
                question.answer(after: .milliseconds(3)) { packet in
                    packet.flags = flags
                    packet.additional = []
                }, Self.honest(question),
            ]
        }
        try await ScriptedResolver.serve(script) { resolver in
            let found = try await look([resolver.endpoint])
            #expect(found == [candidate(Self.truth)])
        }
    }

    @Test func anAnswerWithAnotherIDOrQuestionIsNone() async throws {
        let script = Self.behindABorder { question in
            [
                question.answer([Self.lie]) { $0.id &+= 1 }, question.answer([Self.lie]) { $0.question[1] ^= 1 },
                question.answer([Self.lie]) { $0.flags = 0x0180 }, Self.honest(question),
            ]
        }
        let notebook = Notebook()
        try await ScriptedResolver.serve(script) { resolver in
            let found = try await look([resolver.endpoint], notebook)
            #expect(found == [candidate(Self.truth)])
        }
        #expect(notebook.queries.count { $0.hasPrefix("A: refused: wrong ID") } == 1)
        #expect(notebook.queries.count { $0.hasPrefix("A: refused: wrong question") } == 1)
        #expect(notebook.queries.count { $0.hasPrefix("A: refused: QR is 0") } == 1)
    }

    @Test func theTrueNXDOMAINIsBelieved() async throws {
        let script = Self.behindABorder { question in
            [Self.forged(question), question.answer(after: .milliseconds(151)) { $0.flags = 0x8183 }]
        }
        try await ScriptedResolver.serve(script) { resolver in
            let error = await failure { try await look([resolver.endpoint]) }
            #expect(error?.cause == .noSuchName)
        }
    }

    // MARK: TCP

    @Test func whatDoesNotFitIsAskedForOverTCP() async throws {
        let script = Self.behindABorder { question in
            question.isOverTCP
                ? [question.answer([Self.truth])]
                : [question.answer { $0.flags = 0x8380 }, question.answer { $0.flags = 0x8380 }]
        }
        try await ScriptedResolver.serve(script) { resolver in
            let found = try await look([resolver.endpoint])
            #expect(found == [candidate(Self.truth)])
            #expect(resolver.questions.map(\.isOverTCP) == [false, true])
        }
    }

    @Test func aForgedTruncationHidesNothing() async throws {
        let script = Self.behindABorder { question in
            question.isOverTCP ? [] : [question.answer { $0.flags = 0x8380 }, Self.honest(question)]
        }
        try await ScriptedResolver.serve(script) { resolver in
            let found = try await look([resolver.endpoint])
            #expect(found == [candidate(Self.truth)])
            #expect(try Sockets.connected(to: resolver.endpoint) == 0)
        }
    }

    // MARK: Families, and the dead

    @Test func touchesNoAddressOfAnotherFamily() async throws {
        let script = Self.behindABorder { [Self.honest($0)] }
        try await ScriptedResolver.serve(script) { four in
            try await ScriptedResolver.serve(on: "::1", script) { six in
                let notebook = Notebook()
                let bySix = try await look([four.endpoint, six.endpoint], policy: .ip6, notebook)
                #expect(bySix == [candidate(Self.truth6)])
                #expect(four.questions.isEmpty && four.controls == 0)
                #expect(six.questions.map(\.type) == [28] && six.controls == 1)
                #expect(notebook.all.allSatisfy { $0.endpoint.map { $0 == six.endpoint } ?? true })

                let byFour = try await look([four.endpoint, six.endpoint], policy: .ip4)
                #expect(byFour == [candidate(Self.truth)])
                #expect(four.questions.map(\.type) == [1] && six.questions.count == 1)
            }
        }
    }

    @Test func aNameWithoutAddressesOfTheFamilySaysSo() async throws {
        let script = Self.behindABorder { [$0.answer([Self.truth], after: .milliseconds(150))] }
        try await ScriptedResolver.serve(on: "::1", script) { resolver in
            let error = await failure { try await look([resolver.endpoint], policy: .ip6) }
            #expect(error?.cause == .noAddressInFamily(.ip6))
        }
    }

    @Test func aRefusingPortIsNoAnswerAndEndsNothing() async throws {
        let dead = try await ScriptedResolver.start { _ in [] }
        try await dead.stop()
        let notebook = Notebook()
        let error = await failure {
            try await look([dead.endpoint], window: .milliseconds(200), notebook)
        }
        #expect(error?.cause == .noAnswer)
        #expect(error?.attempts.map(\.cause) == [.refused])
        #expect(error?.attempts.map(\.endpoint) == [dead.endpoint])
        // Asked again: the ICMP error might have been forged.
        #expect(notebook.queries.count { $0.hasPrefix("A registry.example asked") } == 2)
        #expect(notebook.queries.contains { $0.contains("no end to listening") })
    }

    @Test func aLostDatagramIsSentAgainFromAnotherSocket() async throws {
        let lost = Mutex<Set<UInt16>>([])
        let script: ScriptedResolver.Script = { question in
            lost.withLock { $0.insert(question.type) }.inserted ? [] : [question.answer([Self.truth])]
        }
        try await ScriptedResolver.serve(script) { resolver in
            let found = try await look([resolver.endpoint])
            #expect(found == [candidate(Self.truth)])
            #expect(resolver.questions.count == 2)
            #expect(Set(resolver.questions.map(\.id)).count == 2)
            #expect(resolver.controls == 2)
        }
    }

    @Test func sixtyResolversHalfOfThemWithoutARoute() async throws {
        let script = Self.behindABorder { [Self.forged($0), Self.honest($0)] }
        var living: [ScriptedResolver] = []
        for number in 1...10 { living.append(try await ScriptedResolver.start(on: "127.0.1.\(number)", script)) }
        let silent = try await ScriptedResolver.start(on: "127.0.2.1") { _ in [] }
        let dead = (1...20).map { Endpoint(address: .v4(0x7f00_0300 + $0), port: 9) }
        let absent = (1...29).map { Endpoint(address: .v6(high: 0x2001_0db8_0000_0000, low: $0), port: 53) }
        // Whoever can answer stands at the end of the list.
        let all = absent + dead + [silent.endpoint] + living.map(\.endpoint)
        #expect(all.count == 60)

        var configuration = TransportConfiguration()
        configuration.mode = .lab(ResolverList(asking: all))
        let notebook = Notebook()
        let resolver = Resolver(
            configuration: configuration, hostsFile: "/dev/null", datagrams: NoIPv6(), system: TableResolver([:]))
        let found = try await resolver.candidates(for: Self.name, observe: notebook.observer)
        #expect(Set(found) == Set([candidate(Self.truth), candidate(Self.truth6)].compactMap(\.self)))
        #expect(notebook.queries.count { $0.contains("not sent") } == 29 * 3)
        for endpoint in all { #expect(try Sockets.connected(to: endpoint) == 0) }
        for server in living + [silent] { try await server.stop() }
    }

    @Test func nobodyToAskIsNoAnswerAtOnce() async throws {
        let start = ContinuousClock.now
        for (resolvers, policy) in [
            ([], AddressFamilyPolicy.ip), ([Endpoint(address: .v4(0x7f00_0001), port: 53)], .ip6),
        ] {
            let error = await failure {
                try await look(resolvers, policy: policy, window: .seconds(600))
            }
            #expect(error?.cause == .noAnswer)
        }
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    // MARK: Cancellation

    @Test func cancellingClosesEverySocket() async throws {
        try await ScriptedResolver.serve({ _ in [] }) { resolver in
            let lookup = Task { try await look([resolver.endpoint], policy: .ip, window: .seconds(600)) }
            while resolver.questions.count < 2 || resolver.controls < 1 { await Task.yield() }
            let during = try Sockets.connected(to: resolver.endpoint)
            lookup.cancel()
            await #expect(throws: CancellationError.self) { try await lookup.value }
            let after = try Sockets.connected(to: resolver.endpoint)
            #expect(during >= 3 && after == 0)
        }
    }
}

/// Real sockets on a machine that has no IPv6.
private struct NoIPv6: DatagramAsking {
    func ask(_ endpoint: Endpoint, _ message: [UInt8], hear: (DatagramEvent) async -> Void) async throws {
        guard endpoint.address.family == .ip4 else { throw SocketFailure(errno: EAFNOSUPPORT) }
        try await DatagramSockets().ask(endpoint, message, hear: hear)
    }
}

/// The kernel's own list of sockets.
enum Sockets {
    /// How many sockets of this machine are connected to an endpoint, over UDP and TCP; those that only wait for the end
    /// of TCP's timers are not counted.
    static func connected(to endpoint: Endpoint) throws -> Int {
        let tables = endpoint.address.family == .ip4 ? ["udp", "tcp"] : ["udp6", "tcp6"]
        let port = String(format: "%04X", endpoint.port)
        return try tables.reduce(0) { count, table in
            let lines = try String(contentsOfFile: "/proc/net/\(table)", encoding: .utf8).split(separator: "\n")
                .dropFirst()
            return count
                + lines.count { line in
                    let fields = line.split(separator: " ")
                    return fields[2] == "\(word(endpoint.address)):\(port)" && fields[3] == "01"
                }
        }
    }

    /// An address as the kernel writes it: 32-bit words in the machine's order.
    private static func word(_ address: IPAddress) -> String {
        stride(from: 0, to: address.bytes.count, by: 4).map { start in
            address.bytes[start..<start + 4].reversed().map { String(format: "%02X", $0) }.joined()
        }.joined()
    }
}
