import NIOCore
import Testing

@testable import LabNet

/// How the way to an origin is found once, remembered, and found again.
@Suite(.timeLimit(.minutes(1))) struct WayFindingTests {
    private let world: SecureWorld
    private let log = ObservationLog()

    init() throws { world = try SecureWorld() }

    private func transport(
        _ resolver: any NameResolving, clock: any Clock<Duration> = ContinuousClock(),
        _ change: (inout TransportConfiguration) -> Void = { _ in }
    ) throws -> Transport {
        var configuration = world.configuration(lab: true)
        change(&configuration)
        return try Transport.testing(configuration, resolver: resolver, clock: clock, log: log)
    }

    private func serve(
        on address: String = "127.0.0.1", port: UInt16 = 0, _ body: (ScriptedServer) async throws -> Void
    ) async throws {
        try await ScriptedServer.run(
            on: address, port: port, tls: world.server(needsName: true), { _ in [.say(SecureWorld.ok)] }, body)
    }

    private func table(_ addresses: String...) throws -> TableResolver {
        TableResolver([SecureWorld.name: try addresses.map { try SecureWorld.address($0) }])
    }

    private func url(_ port: UInt16) -> String { "https://\(SecureWorld.name):\(port)/" }

    @Test func eightAtOnceClimbTheLadderOnce() async throws {
        let transport = try transport(table("127.0.0.2"))
        try await serve { (server) async throws in
            let behind = Endpoint(address: .v4(0x7F00_0001), port: server.port)
            try await Middleman.run(on: "127.0.0.2", Middleman.nameBox(SecureWorld.name, before: behind)) {
                (box) async throws in
                let url = url(box.endpoint.port)
                let texts = try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<8 { group.addTask { try await transport.get(url).text } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(texts == Array(repeating: "ok", count: 8))
                #expect(box.connections <= 9)
            }
        }
        #expect(log.handshakes.count { $0.failure != nil } == 1)
        #expect(log.handshakes.first?.strategy == .omit)
        #expect(log.handshakes.dropFirst().allSatisfy { $0.strategy == .disorder && $0.failure == nil })
        await transport.close()
    }

    @Test func searchOfACancelledConnectionIsTakenOver() async throws {
        let transport = try transport(table("127.0.0.2"))
        try await serve { (server) async throws in
            let behind = Endpoint(address: .v4(0x7F00_0001), port: server.port)
            let isFirst = Watched(true)
            try await Middleman.run(on: "127.0.0.2") {
                let swallows = isFirst.update { isFirst in
                    defer { isFirst = false }
                    return isFirst
                }
                return { buffer in
                    guard ClientHello.message(in: buffer.readableBytesView) != nil else { return .wait }
                    return swallows ? .swallow : .forward(to: behind, after: [])
                }
            } _: { (box) async throws in
                let url = url(box.endpoint.port)
                let first = Task { try await transport.get(url).text }
                await box.heard(1)
                let second = Task { try await transport.get(url).text }
                first.cancel()
                await #expect(throws: CancellationError.self) { try await first.value }
                #expect(try await second.value == "ok")
            }
        }
        await transport.close()
    }

    @Test func defeatIsSharedByThoseWhoWaited() async throws {
        let transport = try transport(table("127.0.0.2"))
        try await Middleman.run(on: "127.0.0.2", { { _ in .refuse([21, 3, 3, 0, 2, 2, 40]) } }) { (box) async throws in
            let url = url(box.endpoint.port)
            let failures = await withTaskGroup(of: NetworkError.Cause?.self) { group in
                for _ in 0..<8 { group.addTask { await cause { try await transport.get(url) } } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(failures == Array(repeating: .allAttemptsFailed, count: 8))
            // One climb, or a few where one came after another had ended; never eight.
            #expect(box.connections % 6 == 0 && box.connections < 48)
        }
        let strategies = log.handshakes.map(\.strategy)
        #expect(
            Array(strategies.prefix(6)) == [.omit, .disorder, .records, .recordsAndSegments, .segments, .plain])
    }

    @Test func everyAttemptOfADefeatNamesItsHello() async throws {
        let transport = try transport(table("127.0.0.2"))
        try await Middleman.run(on: "127.0.0.2", { { _ in .refuse([21, 3, 3, 0, 2, 2, 40]) } }) { (box) async throws in
            do {
                _ = try await transport.get(url(box.endpoint.port))
                Issue.record("nobody speaks TLS there")
            } catch let error as NetworkError {
                #expect(
                    error.attempts.map(\.strategy)
                        == [.omit, .disorder, .records, .recordsAndSegments, .segments, .plain])
                #expect(error.attempts.allSatisfy { $0.cause == .alert(40) && $0.endpoint == box.endpoint })
            }
        }
    }

    @Test func whatWorkedIsDialledBeforeTheNameIsLookedUp() async throws {
        let resolver = try table("127.0.0.1")
        let transport = try transport(resolver)
        try await serve { (server) async throws in
            for _ in 0..<3 {
                #expect(try await transport.get(url(server.port)).text == "ok")
                await transport.close()
            }
        }
        #expect(resolver.asked == [SecureWorld.name])
        #expect(log.handshakes.map(\.strategy) == [.omit, .disorder, .disorder, .disorder])
    }

    @Test func wayThatIsGoneIsFoundAnew() async throws {
        let resolver = try table("127.0.0.4", "127.0.0.5")
        let transport = try transport(resolver)
        let port = Watched<UInt16>(0)
        try await serve(on: "127.0.0.4") { (server) async throws in
            #expect(try await transport.get(url(server.port)).text == "ok")
            await transport.close()
            port.update { $0 = server.port }
        }
        try await serve(on: "127.0.0.5", port: port.value) { (server) async throws in
            #expect(try await transport.get(url(server.port)).text == "ok")
            await transport.close()
        }
        #expect(resolver.asked.count == 2)
    }

    @Test func addressThatTheUserGaveIsAskedFor() async throws {
        let resolver = try table("127.0.0.1")
        let transport = try transport(resolver) { $0.overrides = [SecureWorld.name: [.v4(0x7F00_0001)]] }
        try await serve { (server) async throws in
            for _ in 0..<2 {
                #expect(try await transport.get(url(server.port)).text == "ok")
                await transport.close()
            }
        }
        // The resolver knows of -resolve, the memory does not.
        #expect(resolver.asked.count == 2)
    }

    /// Hands out one candidate, and has more to come for ever.
    private final class EndlessResolver: NameResolving {
        let candidate: Candidate
        let wasCancelled = Watched(false)

        init(_ candidate: Candidate) { self.candidate = candidate }

        func resolve(
            _ name: String, observe: Observer, found: @escaping @Sendable (Candidate) -> Void
        ) async throws {
            found(candidate)
            await withTaskCancellationHandler {
                await wasCancelled.wait(until: \.self)
            } onCancel: {
                wasCancelled.update { $0 = true }
            }
            throw CancellationError()
        }
    }

    @Test func raceBeginsWithTheFirstCandidate() async throws {
        let resolver = try EndlessResolver(SecureWorld.address("127.0.0.1"))
        let transport = try transport(resolver)
        try await serve { (server) async throws in
            #expect(try await transport.get(url(server.port)).text == "ok")
        }
        #expect(resolver.wasCancelled.value)
        await transport.close()
    }

    @Test func lookupIsCancelledWithTheExchange() async throws {
        let resolver = try EndlessResolver(SecureWorld.address("127.0.0.1"))
        let transport = try transport(resolver)
        try await Middleman.run({ { _ in .swallow } }) { (box) async throws in
            let url = url(box.endpoint.port)
            let task = Task { try await transport.get(url).text }
            await box.heard(1)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try openSockets(to: box.endpoint) == 0)
        }
        #expect(resolver.wasCancelled.value)
    }

    /// The limit of a handshake is ten seconds; nobody waits for it.
    @Test func boxThatSwallowsNamelessHellosHoldsNothingUp() async throws {
        let transport = try transport(table("127.0.0.2"))
        try await serve { (server) async throws in
            let behind = Endpoint(address: .v4(0x7F00_0001), port: server.port)
            try await Middleman.run(on: "127.0.0.2", Middleman.namelessBox(before: behind, kill: .swallow)) {
                (box) async throws in
                #expect(try await transport.get(url(box.endpoint.port)).text == "ok")
                #expect(try openSockets(to: box.endpoint) == 1)
            }
        }
        let failures = log.handshakes.compactMap(\.failure)
        #expect(failures.allSatisfy { $0 != .silenceAfterHello(.seconds(10)) })
        #expect(Set(log.handshakes.map(\.strategy)) == [.omit, .disorder])
        await transport.close()
    }

    @Test func forgedAddressWithACertificateOfItsOwnIsLeftForTheTrueOne() async throws {
        try await serve(on: "127.0.0.4") { (server) async throws in
            try await ScriptedServer.run(
                on: "127.0.0.3", port: server.port, tls: world.server(["other.example"]),
                { _ in [.say(SecureWorld.ok)] }
            ) { (forged) async throws in
                let transport = try transport(table("127.0.0.3", "127.0.0.4"))
                #expect(try await transport.get(url(server.port)).text == "ok")
                #expect(forged.requests.isEmpty)
                #expect(server.requests.count == 1)
                await transport.close()
            }
        }
    }

    @Test func forgedAddressThatAcceptsTCPAndSaysNothingLoses() async throws {
        try await serve(on: "127.0.0.4") { (server) async throws in
            try await Middleman.run(on: "127.0.0.3", port: server.port, { { _ in .swallow } }) {
                (forged) async throws in
                let transport = try transport(table("127.0.0.3", "127.0.0.4"))
                #expect(try await transport.get(url(server.port)).text == "ok")
                #expect(forged.heard.allSatisfy { !Middleman.shows($0, "registry") })
                #expect(try openSockets(to: forged.endpoint) == 0)
                await transport.close()
            }
        }
    }

    /// The known way goes silent, and another address wins before the silence has lasted to its limit.
    @Test func silenceAfterTheNameBringsAPenaltyThoughAnotherAddressWins() async throws {
        let clock = ManualClock()
        let transport = try transport(table("127.0.0.2", "127.0.0.5"), clock: clock)
        let (swallows, swallowed) = (Watched(false), Watched(false))
        try await serve { (server) async throws in
            let behind = Endpoint(address: .v4(0x7F00_0001), port: server.port)
            try await Middleman.run(on: "127.0.0.2") {
                { buffer in
                    guard ClientHello.message(in: buffer.readableBytesView) != nil else { return .wait }
                    guard swallows.value else { return .forward(to: behind, after: []) }
                    swallowed.update { $0 = true }
                    return .swallow
                }
            } _: { (box) async throws in
                let url = url(box.endpoint.port)
                #expect(try await transport.get(url).text == "ok")
                await transport.close()
                swallows.update { $0 = true }
                try await ScriptedServer.run(
                    on: "127.0.0.5", port: box.endpoint.port, tls: world.server(), { _ in [.say(SecureWorld.ok)] }
                ) { (other) async throws in
                    let second = Task { try await transport.get(url).text }
                    await swallowed.wait(until: \.self)
                    // The stagger, the handshake's limit, and the patience with a hello.
                    await clock.sleepers(3)
                    clock.advance(by: .seconds(5))
                    #expect(try await second.value == "ok")
                    #expect(other.connections == 1)
                    await transport.close()
                }
                let seen = box.connections
                do {
                    _ = try await transport.get(url)
                    Issue.record("nobody is left")
                } catch let error as NetworkError {
                    let isLeftAlone = ([error] + error.attempts).contains { failure in
                        if case .leftAlone = failure.cause { failure.endpoint == box.endpoint } else { false }
                    }
                    #expect(isLeftAlone, "\(error)")
                }
                #expect(box.connections == seen, "nothing is sent to an endpoint in its penalty")
            }
        }
    }
}
