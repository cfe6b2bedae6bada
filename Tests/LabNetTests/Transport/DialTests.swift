import NIOCore
import Testing

@testable import LabNet

@Suite(.timeLimit(.minutes(1))) struct DialTests {
    private let log = ObservationLog()

    private func transport(
        _ candidates: [Candidate], _ family: AddressFamilyPolicy = .ip, clock: any Clock<Duration> = ContinuousClock()
    ) throws -> Transport {
        var configuration = TransportConfiguration()
        configuration.family = family
        return try Transport.testing(
            configuration, resolver: TableResolver(["a.example": candidates]), clock: clock, log: log)
    }

    @Test(arguments: AddressFamilyPolicy.allCases)
    func noAddressOfTheOtherFamilyIsTouched(_ family: AddressFamilyPolicy) async throws {
        try await ScriptedServer.run(on: "::1", { _ in [.say(SecureWorld.ok)] }) { (six) async throws in
            try await ScriptedServer.run(on: "127.0.0.1", port: six.port, { _ in [.say(SecureWorld.ok)] }) {
                (four) async throws in
                // The clock stands still, so that a slow machine does not let the second family into the race.
                let transport = try transport(
                    [SecureWorld.address("127.0.0.1"), SecureWorld.address("::1")], family, clock: ManualClock())
                #expect(try await transport.get("http://a.example:\(six.port)/").text == "ok")
                let other = family == .ip6 ? four : six
                let own = family == .ip6 ? six : four
                #expect(own.connections == 1)
                #expect(other.connections == 0)
                #expect(log.dialled.allSatisfy { family.allows($0.address.family) })
                await transport.close()
            }
        }
    }

    @Test func literalOfTheOtherFamilyIsAnError() async throws {
        let transport = try transport([], .ip6)
        #expect(await cause { try await transport.get("http://127.0.0.1:1/") } == .noAddressInFamily(.ip6))
        #expect(log.dialled.isEmpty)
    }

    @Test func refusedAddressCostsNoStagger() async throws {
        // The clock stands still: had the race waited for it, it would wait for ever.
        let clock = ManualClock()
        try await ScriptedServer.run { _ in
            [.say(SecureWorld.ok)]
        } _: { (server) async throws in
            let transport = try transport(
                [SecureWorld.address("127.0.0.9"), SecureWorld.address("127.0.0.1")], clock: clock)
            #expect(try await transport.get("http://a.example:\(server.port)/").text == "ok")
            #expect(log.dialled.map(\.address.description) == ["127.0.0.9", "127.0.0.1"])
            await transport.close()
        }
    }

    @Test func boxThatAcceptsTCPAndStallsTLSLosesTheRace() async throws {
        let world = try SecureWorld()
        try await ScriptedServer.run(tls: world.server(), { _ in [.say(SecureWorld.ok)] }) { (server) async throws in
            try await Middleman.run(on: "127.0.0.7", port: server.port, { { _ in .swallow } }) {
                (box) async throws in
                let transport = try Transport.testing(
                    world.configuration(),
                    resolver: TableResolver([
                        SecureWorld.name: [SecureWorld.address("127.0.0.7"), SecureWorld.address("127.0.0.1")]
                    ]), log: log)
                #expect(try await transport.get("https://\(SecureWorld.name):\(server.port)/").text == "ok")
                #expect(box.connections == 1)
                #expect(try openSockets(to: server.port) == 1)
                #expect(try openSockets(to: box.endpoint) == 0, "the loser is closed when the race is over")
                await transport.close()
                #expect(try openSockets(to: server.port) == 0)
            }
        }
    }

    @Test func everyFailureIsInTheError() async throws {
        let transport = try transport([SecureWorld.address("127.0.0.9"), SecureWorld.address("127.0.0.8")])
        try await ScriptedServer.run { _ in
            []
        } _: { (server) async throws in
            do {
                _ = try await transport.get("http://a.example:\(server.port)/")
                Issue.record("nobody listens there")
            } catch let error as NetworkError {
                #expect(error.cause == .allAttemptsFailed)
                #expect(error.step == .dial)
                #expect(error.host == "a.example")
                #expect(error.attempts.map(\.cause) == [.refused, .refused])
                #expect(error.attempts.compactMap(\.endpoint?.address.description) == ["127.0.0.9", "127.0.0.8"])
                #expect(!error.showsInterference)
            }
        }
    }

    @Test func nameThatIsNotFoundIsTold() async throws {
        let transport = try transport([])
        #expect(await cause { try await transport.get("http://b.example/") } == .noSuchName)
    }
}
