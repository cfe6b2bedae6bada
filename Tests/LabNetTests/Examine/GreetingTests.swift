import Testing

@testable import LabNet

/// One handshake at a time, against servers and boxes on loopback.
@Suite(.timeLimit(.minutes(1))) struct GreetingTests {
    private let world: SecureWorld
    private let log = ObservationLog()
    private static let host = Host.name(SecureWorld.name)

    init() throws { world = try SecureWorld() }

    private func examiner(_ change: (inout TransportConfiguration) -> Void = { _ in }) throws -> Examiner {
        var configuration = world.configuration()
        configuration.overrides = [SecureWorld.name: [.v4(0x7f00_0001)]]
        change(&configuration)
        return try Examiner(
            configuration, asking: ResolverList(resolvers: []), hostsFile: "/dev/null", environment: [:],
            system: TableResolver([:])
        ) { [log] in log.add($0) }
    }

    private func greeting(
        _ strategy: ServerNameStrategy, _ port: UInt16, at address: String = "127.0.0.1", patience: Duration? = nil
    ) throws -> Greeting {
        let endpoint = Endpoint(address: try #require(IPAddress(address)), port: port)
        return Greeting(host: Self.host, endpoint: endpoint, strategy: strategy, patience: patience)
    }

    private func serve(
        on address: String = "127.0.0.1", port: UInt16 = 0, _ server: TestServer,
        _ body: (ScriptedServer) async throws -> Void
    ) async throws {
        try await ScriptedServer.run(on: address, port: port, tls: server, { _ in [.say(SecureWorld.ok)] }, body)
    }

    // MARK: How it ends

    @Test(arguments: [
        ServerNameStrategy.plain, .records, .segments, .recordsAndSegments, .disorder, .omit, .alter("decoy.example"),
    ])
    func aServerThatAnswersIsVerified(_ strategy: ServerNameStrategy) async throws {
        try await serve(world.server()) { (server) async throws in
            let examiner = try examiner()
            let greeted = try await examiner.greet(greeting(strategy, server.port))
            #expect(greeted.outcome == .verified("TLSv1.3"))
            #expect(greeted.roundTrip != nil && greeted.elapsed > .zero)
            // It is closed, and nothing was sent after the handshake.
            #expect(try openSockets(to: server.port) == 0)
            #expect(server.requests.isEmpty && server.connections == 1)
            let end = try #require(log.all.last)
            guard case .handshake(strategy, "TLSv1.3", nil) = end.event else { throw CancellationError() }
            #expect(end.duration == greeted.elapsed)
        }
    }

    @Test(arguments: [
        (Middleman.Decision.reset, NetworkError.Cause.resetAfterHello), (.refuse([]), .closedAfterHello),
        (.refuse([21, 3, 3, 0, 2, 2, 40]), .alert(40)),
    ])
    func deathAfterTheHelloIsNamed(_ decision: Middleman.Decision, _ cause: NetworkError.Cause) async throws {
        try await Middleman.run {
            { _ in decision }
        } _: { (box) async throws in
            let greeted = try await examiner().greet(greeting(.omit, box.endpoint.port))
            #expect(greeted.outcome == .failed(.secure, cause))
            #expect(greeted.roundTrip != nil)
            #expect(try openSockets(to: box.endpoint.port) == 0)
        }
    }

    @Test func silenceLastsAsLongAsTheGreetingSays() async throws {
        try await Middleman.run {
            { _ in .swallow }
        } _: { (box) async throws in
            let patience = Duration.milliseconds(120)
            let greeted = try await examiner().greet(greeting(.omit, box.endpoint.port, patience: patience))
            let limit = patience + (try #require(greeted.roundTrip))
            #expect(greeted.outcome == .failed(.secure, .silenceAfterHello(limit)))
            #expect(greeted.elapsed >= limit)
            #expect(try openSockets(to: box.endpoint.port) == 0)
        }
    }

    @Test func anotherCertificateIsRefusedAndSaysWhose() async throws {
        try await serve(world.server(["other.example"])) { (server) async throws in
            let greeted = try await examiner().greet(greeting(.omit, server.port))
            guard case .failed(.secure, .certificate(let problem)) = greeted.outcome else { throw CancellationError() }
            #expect(problem.names.contains("other.example"))
            #expect(server.requests.isEmpty)
        }
    }

    @Test func whereNobodyListensNothingIsSent() async throws {
        let free = try Daemon.freePort()
        let examiner = try examiner()
        let greeted = try await examiner.greet(greeting(.plain, free))
        #expect(greeted.outcome == .failed(.dial, .refused))
        #expect(greeted.roundTrip == nil && greeted.elapsed == .zero)
        #expect(log.handshakes.isEmpty)
        #expect(await examiner.penaltyLeft(on: try greeting(.plain, free).endpoint) == nil)
    }

    @Test func cancellationIsNoOutcome() async throws {
        try await Middleman.run {
            { _ in .swallow }
        } _: { (box) async throws in
            let examiner = try examiner()
            let greeting = try greeting(.omit, box.endpoint.port)
            let greet = Task { try await examiner.greet(greeting) }
            await box.heard(1)
            greet.cancel()
            await #expect(throws: CancellationError.self) { try await greet.value }
            #expect(try openSockets(to: box.endpoint.port) == 0)
        }
    }

    @Test func noProxyIsTaken() async throws {
        let dead = try ProxyServer(kind: .http, host: #require(Host("127.0.0.1")), port: Daemon.freePort())
        try await serve(world.server()) { (server) async throws in
            let examiner = try examiner { $0.proxy = .always(dead) }
            let greeting = try greeting(.plain, server.port)
            #expect(try await examiner.greet(greeting).outcome == .verified("TLSv1.3"))
            #expect(try await examiner.reach(greeting.endpoint, for: Self.host).failure == nil)
        }
    }

    // MARK: What it burns

    @Test func whatIsBurntIsNotGreetedAgainByAnybody() async throws {
        try await serve(on: "127.0.0.1", world.server()) { (server) async throws in
            let behind = Endpoint(address: .v4(0x7f00_0001), port: server.port)
            let decide = Middleman.nameBox(SecureWorld.name, before: behind)
            try await Middleman.run(on: "127.0.0.2", decide) { (box) async throws in
                let examiner = try examiner()
                let port = box.endpoint.port
                #expect(await examiner.penaltyLeft(on: box.endpoint) == nil)
                let omitted = try await examiner.greet(greeting(.omit, port, at: "127.0.0.2"))
                #expect(omitted.outcome == .verified("TLSv1.3"))
                let named = try await examiner.greet(greeting(.plain, port, at: "127.0.0.2"))
                #expect(named.outcome == .failed(.secure, .resetAfterHello))
                let left = try #require(await examiner.penaltyLeft(on: box.endpoint))
                #expect(left > .zero && left <= RouteMemory.residual)

                let seen = box.connections
                for strategy in [ServerNameStrategy.omit, .plain, .alter("decoy.example")] {
                    let again = try await examiner.greet(greeting(strategy, port, at: "127.0.0.2"))
                    guard case .failed(.secure, .leftAlone) = again.outcome else { throw CancellationError() }
                    #expect(again.roundTrip == nil && again.elapsed == .zero)
                }
                #expect(box.connections == seen)
                // Only hellos are left alone.
                #expect(try await examiner.reach(box.endpoint, for: Self.host).failure == nil)
            }
        }
    }

    @Test(arguments: [ServerNameStrategy.omit, .alter("decoy.example")])
    func withoutTheTrueNameNothingIsBurnt(_ strategy: ServerNameStrategy) async throws {
        try await Middleman.run {
            { _ in .reset }
        } _: { (box) async throws in
            let examiner = try examiner()
            for _ in 0..<2 {
                let greeted = try await examiner.greet(greeting(strategy, box.endpoint.port))
                #expect(greeted.outcome == .failed(.secure, .resetAfterHello))
            }
            #expect(await examiner.penaltyLeft(on: box.endpoint) == nil)
            #expect(box.connections == 2)
        }
    }

    // MARK: What it leaves to exchanges

    @Test(arguments: [
        // What was tried in which order, and what the exchange then begins with.
        ([ServerNameStrategy.omit, .alter("decoy.example"), .plain], ServerNameStrategy.omit),
        ([.recordsAndSegments, .plain], .recordsAndSegments), ([.alter("decoy.example")], .omit),
    ])
    func whatGivesLeastAwayIsGoneOnWith(_ tried: [ServerNameStrategy], _ expected: ServerNameStrategy) async throws {
        try await serve(world.server()) { (server) async throws in
            let examiner = try examiner()
            for strategy in tried {
                #expect(try await examiner.greet(greeting(strategy, server.port)).outcome == .verified("TLSv1.3"))
            }
            let endpoint = try greeting(.omit, server.port).endpoint
            // An override is looked up, and so what worked is heard of with the route.
            let url = try #require(HTTPURL("https://\(SecureWorld.name):\(endpoint.port)/"))
            #expect(try await examiner.exchange(HTTPRequest(url: url)) { $0.status } == 200)
            #expect(log.handshakes.map(\.strategy) == tried + [expected])
            await examiner.close()
            #expect(try openSockets(to: server.port) == 0)
        }
    }

    // MARK: TCP alone

    @Test func aListenerIsReachedAndLeft() async throws {
        try await Middleman.run {
            { _ in .wait }
        } _: { (box) async throws in
            let reached = try await examiner().reach(box.endpoint, for: Self.host)
            #expect(reached.failure == nil && reached.elapsed > .zero)
            #expect(box.heard.allSatisfy { $0.isEmpty })
            #expect(try openSockets(to: box.endpoint.port) == 0)
        }
        guard case .connected(nil)? = log.all.first?.event else { throw CancellationError() }
        #expect(log.all.map(\.host) == [SecureWorld.name])
    }

    @Test func whoRefusesIsNotReached() async throws {
        let nobody = try greeting(.omit, Daemon.freePort()).endpoint
        #expect(try await examiner().reach(nobody, for: Self.host).failure == .refused)
        guard case .connected(.refused)? = log.all.first?.event else { throw CancellationError() }
    }
}
