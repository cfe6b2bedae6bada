import Glibc
import Synchronization
import Testing

@testable import LabNet

/// Lab mode on a clock that the test moves and a network that answers from a table.
@Suite struct LookupTimingTests {
    private let window = Duration.seconds(2)
    private let resolver = Endpoint(address: .v4(0x0909_0909), port: 53)
    private let truth = [Candidate(address: .v4(0xc629_0004), trust: .trusted)]

    private static func event(_ answer: ScriptedAnswer, hops: UInt8 = 50) -> DatagramEvent {
        .arrived(Datagram(bytes: answer.bytes, elapsed: answer.delay, hopLimit: hops))
    }

    private static func honest(_ question: ScriptedQuestion) -> DatagramEvent {
        event(question.answer(["198.41.0.4"], after: .milliseconds(150)))
    }

    /// Begins a lookup and waits until all that is asked at once has been asked and answered.
    private func begin(
        _ network: ScriptedNetwork, _ clock: ManualClock, resolvers: [Endpoint]? = nil
    ) async -> Task<[Candidate], any Error> {
        let resolvers = resolvers ?? [resolver]
        var configuration = TransportConfiguration()
        configuration.mode = .lab(ResolverList(asking: resolvers))
        configuration.family = .ip4
        configuration.holdOnWindow = window
        let resolver = Resolver(configuration: configuration, hostsFile: "/dev/null", clock: clock, datagrams: network)
        let lookup = Task { try await resolver.candidates(for: "registry.example", observe: Observer()) }
        await network.answered(resolvers.count * 2)
        // The window, and half of it for each question.
        await clock.sleepers(1 + resolvers.count * 2)
        return lookup
    }

    @Test func nothingIsDecidedBeforeTheWindowEnds() async throws {
        let (network, clock) = (ScriptedNetwork { question, _ in [Self.honest(question)] }, ManualClock())
        let lookup = await begin(network, clock)
        clock.advance(by: window / 2)
        clock.advance(by: window / 2 - .nanoseconds(1))
        #expect(network.isListening == 2)
        clock.advance(by: .nanoseconds(1))
        #expect(try await lookup.value == truth)
        #expect(network.isListening == 0)
    }

    @Test func aForgedICMPErrorEndsNothing() async throws {
        let network = ScriptedNetwork { question, _ in [.failed(errno: ECONNREFUSED), Self.honest(question)] }
        let clock = ManualClock()
        let lookup = await begin(network, clock)
        clock.advance(by: window)
        #expect(try await lookup.value == truth)
    }

    @Test func silenceIsAskedAgainAtHalfTheWindow() async throws {
        let network = ScriptedNetwork { question, time in time == 1 ? [] : [Self.honest(question)] }
        let clock = ManualClock()
        let lookup = await begin(network, clock)
        clock.advance(by: window / 2)
        await network.answered(4)
        #expect(network.isListening == 4)
        clock.advance(by: window / 2)
        #expect(try await lookup.value == truth)
    }

    @Test func aFloodIsBounded() async throws {
        let network = ScriptedNetwork { question, _ in
            guard !question.isControl else { return [Self.honest(question)] }
            return (0..<2000).map { number in
                Self.event(question.answer(["10.0.\(number / 250).\(number % 250)"]) { $0.additional = [] }, hops: 60)
            }
        }
        let clock = ManualClock()
        let lookup = await begin(network, clock)
        clock.advance(by: window)
        let error = await #expect(throws: NetworkError.self) { try await lookup.value }
        #expect(error?.cause == .onlyForgedAnswers(count: DNSConversation.maximumReplies))
    }

    /// Through the whole of the lookup: injectors in random order, the truth sometimes lost on one of two paths.
    @Test func threeHundredLookups() async throws {
        let generator = Mutex(SeededGenerator(state: 99))
        for _ in 0..<300 {
            let lost = generator.withLock { Int.random(in: 0...2, using: &$0) }
            let network = ScriptedNetwork { question, _ in
                guard !question.isControl else { return [Self.honest(question)] }
                return generator.withLock { generator in
                    let lies = (0..<Int.random(in: 1...3, using: &generator)).map { number in
                        let delay = Duration.milliseconds(Int.random(in: 3...30, using: &generator))
                        return Self.event(
                            question.answer(["31.13.70.\(number)"], after: delay) { $0.additional = [] },
                            hops: .random(in: 52...62, using: &generator))
                    }
                    let isLost = lost == 0 && question.id % 2 == 0
                    return (lies + (isLost ? [] : [Self.honest(question)])).shuffled(using: &generator)
                }
            }
            let clock = ManualClock()
            let other = Endpoint(address: .v4(0x0909_090a), port: 53)
            let lookup = await begin(network, clock, resolvers: [resolver, other])
            clock.advance(by: window)
            // Lost on both paths, the truth is not to be had; a lie is not to be had either.
            let found = (try? await lookup.value) ?? []
            #expect(found == truth || found.isEmpty && lost == 0)
        }
    }
}

/// A network that answers each query at once from a table, and then is silent until the listener is cancelled.
private final class ScriptedNetwork: DatagramAsking {
    typealias Script = @Sendable (_ question: ScriptedQuestion, _ time: Int) -> [DatagramEvent]

    private struct State {
        var times: [[UInt8]: Int] = [:]
        var answered = 0
        var listening = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let script: Script
    private let state = Mutex(State())

    init(_ script: @escaping Script) { self.script = script }

    /// How many listeners there are.
    var isListening: Int { state.withLock(\.listening) }

    /// Waits until so many queries have been answered.
    func answered(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isSo = state.withLock { state in
                if state.answered < count { state.watchers.append((count, continuation)) }
                return state.answered >= count
            }
            if isSo { continuation.resume() }
        }
    }

    func ask(_ endpoint: Endpoint, _ message: [UInt8], hear: (DatagramEvent) async -> Void) async throws {
        guard let question = ScriptedQuestion(message, isOverTCP: false) else { throw SocketFailure(errno: EINVAL) }
        let time = state.withLock { state in
            state.listening += 1
            state.times[endpoint.address.bytes + question.section.map(DNSName.lowercase), default: 0] += 1
            return state.times[endpoint.address.bytes + question.section.map(DNSName.lowercase)] ?? 0
        }
        for event in script(question, time) { await hear(event) }
        let woken = state.withLock { state in
            state.answered += 1
            let answered = state.answered
            defer { state.watchers.removeAll { $0.count <= answered } }
            return state.watchers.filter { $0.count <= answered }
        }
        for watcher in woken { watcher.continuation.resume() }
        for await _ in AsyncStream(Never.self, { _ in }) {}
        state.withLock { $0.listening -= 1 }
    }
}
