import Testing

@testable import LabNet

/// What an ordinary program would be told.
@Suite(.timeLimit(.minutes(1))) struct SystemAnswerTests {
    private let clock = ManualClock()

    private func examiner(_ system: any NameResolving) throws -> Examiner {
        try Examiner(
            TransportConfiguration(), asking: ResolverList(resolvers: []), hostsFile: "/dev/null", environment: [:],
            clock: clock, system: system)
    }

    @Test func isTheSystemsOwnEveryTime() async throws {
        let candidates = ["192.0.2.9", "192.0.2.1"].compactMap { IPAddress($0) }
        let system = TableResolver(["a.example": candidates.map { Candidate(address: $0, trust: .trusted) }])
        let examiner = try examiner(system)
        for _ in 0..<2 {
            let answer = try await examiner.systemAnswer(to: "A.example")
            #expect(answer.addresses == candidates && answer.failure == nil)
        }
        #expect(system.asked == ["a.example", "a.example"])
    }

    @Test func failsAsTheSystemsDoes() async throws {
        let answer = try await examiner(TableResolver([:])).systemAnswer(to: "a.example")
        #expect(answer.addresses.isEmpty && answer.failure == .noSuchName)
    }

    @Test func hasAsLongAsAWindow() async throws {
        let examiner = try examiner(SilentResolver())
        async let answer = examiner.systemAnswer(to: "a.example")
        await clock.slept(1)
        clock.advance(by: .seconds(2))
        #expect(try await answer.failure == .timedOut(.seconds(2)))
    }

    @Test func endsWithItsTask() async throws {
        let examiner = try examiner(SilentResolver())
        let answer = Task { try await examiner.systemAnswer(to: "a.example") }
        await clock.slept(1)
        answer.cancel()
        await #expect(throws: CancellationError.self) { try await answer.value }
    }
}

/// Says nothing until nobody listens any more.
private struct SilentResolver: NameResolving {
    func resolve(_ name: String, observe: Observer, found: @escaping @Sendable (Candidate) -> Void) async throws {
        for await _ in AsyncStream(Never.self, { _ in }) {}
        throw CancellationError()
    }
}
