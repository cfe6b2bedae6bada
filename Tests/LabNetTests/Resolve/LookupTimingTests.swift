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
        _ network: ScriptedNetwork, _ clock: ManualClock, resolvers: [Endpoint]? = nil,
        found: @escaping @Sendable (Candidate) -> Void = { _ in }
    ) async -> Task<[Candidate], any Error> {
        let resolvers = resolvers ?? [resolver]
        var configuration = TransportConfiguration()
        configuration.mode = .lab(ResolverList(asking: resolvers))
        configuration.family = .ip4
        configuration.holdOnWindow = window
        let resolver = Resolver(
            configuration: configuration, hostsFile: "/dev/null", clock: clock, datagrams: network,
            system: TableResolver([:]))
        let lookup = Task {
            let all = Mutex<[Candidate]>([])
            try await resolver.resolve("registry.example", observe: Observer()) { candidate in
                all.withLock { $0.append(candidate) }
                found(candidate)
            }
            return all.withLock(\.self)
        }
        await network.answered(resolvers.count * 2)
        // The window, and the step to the next wave.
        await clock.slept(2)
        return lookup
    }

    /// Lets two steps pass, after which what is not answered is asked again, and waits for so many queries in all.
    private func askAgain(_ network: ScriptedNetwork, _ clock: ManualClock, queries: Int) async {
        for number in 1...2 {
            clock.advance(by: LabLookup.step(in: window))
            await clock.slept(2 + number)
        }
        await network.answered(queries)
    }

    /// Lets step after step pass while a lookup goes on.
    private func run<Value: Sendable>(
        _ clock: ManualClock, while lookup: Task<Value, any Error>
    ) async -> Result<Value, any Error> {
        let ticks = Task {
            while !Task.isCancelled {
                clock.advance(by: LabLookup.step(in: window))
                await Task.yield()
            }
        }
        let result = await lookup.result
        ticks.cancel()
        await ticks.value
        return result
    }

    @Test func anAcceptedCandidateIsHandedOutAtOnce() async throws {
        let network = ScriptedNetwork(for: [resolver]) { question, _ in [Self.honest(question)] }
        let (clock, first) = (ManualClock(), Watched<[Candidate]>([]))
        let silent = Endpoint(address: .v4(0x0909_090a), port: 53)
        let lookup = await begin(network, clock, resolvers: [resolver, silent]) { candidate in
            first.update { $0.append(candidate) }
        }
        await first.wait { $0 == truth }
        #expect(clock.now.offset == .zero && network.isListening == 4)
        lookup.cancel()
        await #expect(throws: CancellationError.self) { try await lookup.value }
        #expect(network.isListening == 0)
    }

    @Test func whatCannotBeTrustedIsHandedOutWhenTheWindowEnds() async throws {
        // Without an answer to the control question there is nothing to compare with.
        let network = ScriptedNetwork { question, _ in question.isControl ? [] : [Self.honest(question)] }
        let (clock, found) = (ManualClock(), Watched<[Candidate]>([]))
        let lookup = await begin(network, clock) { candidate in found.update { $0.append(candidate) } }
        clock.advance(by: window - .nanoseconds(1))
        #expect(found.value.isEmpty && network.isListening > 0)
        clock.advance(by: .nanoseconds(1))
        #expect(try await lookup.value == [Candidate(address: .v4(0xc629_0004), trust: .doubtful)])
        #expect(network.isListening == 0)
    }

    @Test func aForgedICMPErrorEndsNothing() async throws {
        let network = ScriptedNetwork { question, _ in [.failed(errno: ECONNREFUSED), Self.honest(question)] }
        let clock = ManualClock()
        let lookup = await begin(network, clock)
        #expect(try await run(clock, while: lookup).get() == truth)
    }

    @Test func silenceIsAskedAgainFromAnotherSocket() async throws {
        let network = ScriptedNetwork { question, time in time == 1 ? [] : [Self.honest(question)] }
        let clock = ManualClock()
        let lookup = await begin(network, clock)
        #expect(network.isListening == 2)
        await askAgain(network, clock, queries: 4)
        #expect(try await run(clock, while: lookup).get() == truth)
        #expect(network.asked == 4)
    }

    /// 30 of 35 resolvers are dead: the others are asked after two steps, half a second.
    @Test func theDeadAreNotWaitedFor() async throws {
        let living = Set((31...35).map { Endpoint(address: .v4(0x0909_0900 + $0), port: 53) })
        let network = ScriptedNetwork(for: living) { question, _ in [Self.honest(question)] }
        let (clock, found) = (ManualClock(), Watched<Duration?>(nil))
        var configuration = TransportConfiguration()
        configuration.mode = .lab(
            ResolverList(asking: (1...35).map { Endpoint(address: .v4(0x0909_0900 + $0), port: 53) }))
        configuration.family = .ip4
        let resolver = Resolver(
            configuration: configuration, hostsFile: "/dev/null", clock: clock, datagrams: network,
            system: TableResolver([:]))
        let lookup = Task {
            try await resolver.resolve("registry.example", observe: Observer()) { _ in
                found.update { $0 = clock.now.offset }
            }
        }
        // Six at once, and twelve and the rest one step later each; every one is asked two questions.
        for asked in [6, 18, 35] {
            await network.asked(asked * 2)
            await clock.sleepers(2)
            if asked < 35 { clock.advance(by: LabLookup.step(in: window)) }
        }
        await found.wait { $0 != nil }
        #expect(found.value == LabLookup.step(in: window) * 2)
        lookup.cancel()
        await #expect(throws: CancellationError.self) { try await lookup.value }
        #expect(network.isListening == 0)
    }

    /// A run that counts how often it measures its resolver.
    private func measuredRun(_ clock: ManualClock) -> (resolver: Resolver, controls: Watched<Int>) {
        let controls = Watched(0)
        let network = ScriptedNetwork { question, _ in
            if question.isControl { controls.update { $0 += 1 } }
            return [Self.honest(question)]
        }
        var configuration = TransportConfiguration()
        configuration.mode = .lab(ResolverList(asking: [resolver]))
        configuration.family = .ip4
        configuration.holdOnWindow = window
        let resolver = Resolver(
            configuration: configuration, hostsFile: "/dev/null", clock: clock, datagrams: network,
            system: TableResolver([:]))
        return (resolver, controls)
    }

    @Test func aBaselineServesTheWholeRunForAMinute() async throws {
        let clock = ManualClock()
        let (resolver, controls) = measuredRun(clock)
        for (name, pause, count) in [("a.example", 0, 1), ("b.example", 57, 1), ("c.example", 2, 2)] {
            clock.advance(by: .seconds(pause))
            let found = Watched<[Candidate]>([])
            let lookup = Task {
                try await resolver.resolve(name, observe: Observer()) { candidate in
                    found.update { $0.append(candidate) }
                }
            }
            await found.wait { $0 == truth }
            await clock.sleepers(2)
            clock.advance(by: window)
            try await lookup.value
            #expect(controls.value == count)
        }
    }

    /// A forger may have answered the control question, and the truth be still on its way.
    @Test func aBaselineOfAMomentServesNobodyElse() async throws {
        let (resolver, controls) = measuredRun(ManualClock())
        for count in 1...2 {
            let found = Watched(false)
            let lookup = Task {
                try await resolver.resolve("\(count).example", observe: Observer()) { _ in found.update { $0 = true } }
            }
            await found.wait { $0 }
            lookup.cancel()
            await #expect(throws: CancellationError.self) { try await lookup.value }
            #expect(controls.value == count)
        }
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
        await askAgain(network, clock, queries: 3)
        let result = await run(clock, while: lookup)
        let error = #expect(throws: NetworkError.self) { try result.get() }
        // Asked twice.
        #expect(error?.cause == .onlyForgedAnswers(count: Flood.maximumAlike * 2))
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
            let result = await run(clock, while: lookup)
            // Lost on both paths, the truth is not to be had; a lie is not to be had either.
            let found = (try? result.get()) ?? []
            #expect(found == truth || found.isEmpty && lost == 0)
        }
    }
}
