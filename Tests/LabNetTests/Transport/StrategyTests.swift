import NIOCore
import Testing

@testable import LabNet

/// The whole transport against servers and boxes on loopback: what is tried, where, and what they get to see.
@Suite(.timeLimit(.minutes(1))) struct StrategyTests {
    private let world: SecureWorld
    private let log = ObservationLog()
    private var strategies: [ServerNameStrategy] { log.handshakes.map(\.strategy) }

    init() throws { world = try SecureWorld() }

    private func transport(
        _ candidates: [Candidate], lab: Bool = true, _ change: (inout TransportConfiguration) -> Void = { _ in }
    ) throws -> Transport {
        var configuration = world.configuration(lab: lab)
        change(&configuration)
        return try Transport.testing(
            configuration, resolver: TableResolver([SecureWorld.name: candidates]), log: log)
    }

    private func serve(
        on address: String = "127.0.0.1", port: UInt16 = 0, _ server: TestServer,
        _ body: (ScriptedServer) async throws -> Void
    ) async throws {
        try await ScriptedServer.run(on: address, port: port, tls: server, { _ in [.say(SecureWorld.ok)] }, body)
    }

    @Test(arguments: [
        ServerNameStrategy.plain, .records, .segments, .recordsAndSegments, .disorder, .omit,
        .alter("decoy.example.org"),
    ])
    func everyStrategyReachesTheServer(_ strategy: ServerNameStrategy) async throws {
        let transport = try transport([SecureWorld.address("127.0.0.1")]) { $0.serverName = .always(strategy) }
        try await serve(world.server()) { (server) async throws in
            #expect(try await transport.get("https://\(SecureWorld.name):\(server.port)/").text == "ok")
        }
        #expect(strategies == [strategy])
        await transport.close()
    }

    @Test func ordinaryModeSendsThePlainName() async throws {
        let transport = try transport([SecureWorld.address("127.0.0.1")], lab: false)
        try await serve(world.server(needsName: true)) { (server) async throws in
            #expect(try await transport.get("https://\(SecureWorld.name):\(server.port)/").text == "ok")
        }
        #expect(strategies == [.plain])
        await transport.close()
    }

    @Test func labModeShowsNoNameWhereNoneIsNeeded() async throws {
        let transport = try transport([SecureWorld.address("127.0.0.2")])
        try await serve(world.server()) { (server) async throws in
            try await Middleman.run(
                on: "127.0.0.2",
                Middleman.anyNameBox(before: Endpoint(address: .v4(0x7F00_0001), port: server.port))
            ) { (box) async throws in
                #expect(try await transport.get("https://\(SecureWorld.name):\(box.endpoint.port)/").text == "ok")
            }
        }
        #expect(strategies == [.omit])
        await transport.close()
    }

    @Test func serverThatNeedsTheNameIsReachedThroughABoxThatReadsNames() async throws {
        let transport = try transport([SecureWorld.address("127.0.0.2")])
        try await serve(world.server(needsName: true)) { (server) async throws in
            let behind = Endpoint(address: .v4(0x7F00_0001), port: server.port)
            try await Middleman.run(on: "127.0.0.2", Middleman.nameBox(SecureWorld.name, before: behind)) {
                (box) async throws in
                #expect(try await transport.get("https://\(SecureWorld.name):\(box.endpoint.port)/").text == "ok")
                await transport.close()
                // What worked is remembered: the next connection costs no failed handshake.
                let again = try await transport.get("https://\(SecureWorld.name):\(box.endpoint.port)/")
                #expect(again.text == "ok")
            }
        }
        #expect(strategies == [.omit, .disorder, .disorder])
    }

    @Test func defaultCertificateForAnotherNameIsAskedAgainWithTheName() async throws {
        // The stranger's certificate in answer to every hello: the name is asked for once, and then it is enough.
        let transport = try transport([SecureWorld.address("127.0.0.1")])
        try await serve(world.server(["other.example"])) { (server) async throws in
            do {
                _ = try await transport.get("https://\(SecureWorld.name):\(server.port)/")
                Issue.record("a stranger was believed")
            } catch let error as NetworkError {
                #expect(error.cause == .allAttemptsFailed)
                #expect(error.step == .secure)
                #expect(error.attempts.count == 2)
                #expect(error.showsInterference)
            }
            #expect(server.requests.isEmpty)
        }
        #expect(strategies == [.omit, .disorder])
    }

    @Test(arguments: [
        nil, ServerNamePolicy.auto, .always(.plain), .always(.records), .always(.segments),
        .always(.recordsAndSegments), .always(.disorder), .always(.omit), .always(.alter("decoy.example.org")),
    ])
    func candidateInDoubtNeverSeesTheName(_ policy: ServerNamePolicy?) async throws {
        for decision in [Middleman.Decision.refuse([21, 3, 3, 0, 2, 2, 112]), .reset, .refuse([])] {
            try await Middleman.run(on: "127.0.0.3", { { _ in decision } }) { (forged) async throws in
                let transport = try transport([SecureWorld.address("127.0.0.3", .doubtful)]) { $0.serverName = policy }
                let failure = await cause {
                    try await transport.get("https://\(SecureWorld.name):\(forged.endpoint.port)/")
                }
                #expect(failure != nil)
                #expect(forged.connections == 1)
                for hello in forged.heard {
                    #expect(!Middleman.contains(hello, "registry"))
                    #expect(!Middleman.contains(hello, "example\0"))
                    let message = ClientHello.message(in: hello)
                    let shown = message.flatMap { message in
                        ClientHello.locateServerName(in: message).map { String(decoding: message[$0], as: UTF8.self) }
                    }
                    #expect(shown == nil || shown == "decoy.example.org")
                }
            }
        }
    }

    @Test func truthAmongForgeriesIsFoundAndTheForgersSeeNoName() async throws {
        try await serve(on: "127.0.0.4", world.server(needsName: true)) { (server) async throws in
            try await Middleman.run(on: "127.0.0.3", port: server.port, { { _ in .swallow } }) {
                (forged) async throws in
                let transport = try transport([
                    SecureWorld.address("127.0.0.3", .doubtful), SecureWorld.address("127.0.0.4"),
                ])
                #expect(try await transport.get("https://\(SecureWorld.name):\(server.port)/").text == "ok")
                #expect(forged.heard.allSatisfy { !Middleman.shows($0, "registry") })
                await transport.close()
            }
        }
    }

    @Test func plainRequestIsNotSentToACandidateInDoubt() async throws {
        try await Middleman.run {
            { _ in .wait }
        } _: { (forged) async throws in
            let transport = try transport([SecureWorld.address("127.0.0.1", .doubtful)])
            let url = "http://\(SecureWorld.name):\(forged.endpoint.port)/"
            #expect(await cause { try await transport.get(url) } == .onlyForgedAnswers(count: 1))
            #expect(forged.connections == 0)
        }
        #expect(log.dialled.isEmpty)
    }

    @Test func endpointInItsPenaltyIsLeftAlone() async throws {
        try await serve(on: "127.0.0.1", world.server(needsName: true)) { (server) async throws in
            let behind = Endpoint(address: .v4(0x7F00_0001), port: server.port)
            try await Middleman.run(on: "127.0.0.2", Middleman.anyNameBox(before: behind)) { (box) async throws in
                let transport = try transport([SecureWorld.address("127.0.0.2")])
                let url = "https://\(SecureWorld.name):\(box.endpoint.port)/"
                for _ in 0..<3 {
                    do {
                        _ = try await transport.get(url)
                        Issue.record("nothing can get through here")
                    } catch let error as NetworkError {
                        #expect(error.showsInterference)
                        let told = ([error] + error.attempts).contains { failure in
                            if case .leftAlone = failure.cause { true } else { failure.cause == .resetAfterHello }
                        }
                        #expect(told)
                    }
                }
                // One hello without the name, one with it, and not a single SYN after that.
                #expect(box.connections == 2)
            }
        }
        #expect(strategies == [.omit, .disorder])
    }

    @Test func otherAddressIsUsedWhereOneIsBurnt() async throws {
        try await serve(on: "127.0.0.5", world.server(needsName: true)) { (server) async throws in
            let behind = Endpoint(address: .v4(0x7F00_0005), port: server.port)
            try await Middleman.run(on: "127.0.0.6", port: server.port, Middleman.anyNameBox(before: behind)) {
                (box) async throws in
                let transport = try transport([SecureWorld.address("127.0.0.6"), SecureWorld.address("127.0.0.5")])
                #expect(try await transport.get("https://\(SecureWorld.name):\(server.port)/").text == "ok")
                await transport.close()
                let seen = box.connections
                #expect(try await transport.get("https://\(SecureWorld.name):\(server.port)/").text == "ok")
                #expect(box.connections == seen)
            }
        }
    }

    @Test func silenceAfterTheHelloIsNamedAndTimed() async throws {
        try await Middleman.run {
            { _ in .swallow }
        } _: { (box) async throws in
            let transport = try transport([SecureWorld.address("127.0.0.1")], lab: false) {
                $0.timeouts.handshake = .milliseconds(100)
            }
            let url = "https://\(SecureWorld.name):\(box.endpoint.port)/"
            #expect(await cause { try await transport.get(url) } == .silenceAfterHello(.milliseconds(100)))
            #expect(try openSockets(to: box.endpoint.port) == 0)
        }
    }

    @Test(arguments: [
        (Middleman.Decision.reset, NetworkError.Cause.resetAfterHello), (.refuse([]), .closedAfterHello),
        (.refuse([21, 3, 3, 0, 2, 2, 40]), .alert(40)),
    ])
    func deathAfterTheHelloIsNamed(_ decision: Middleman.Decision, _ expected: NetworkError.Cause) async throws {
        try await Middleman.run {
            { _ in decision }
        } _: { (box) async throws in
            let transport = try transport([SecureWorld.address("127.0.0.1")], lab: false)
            let url = "https://\(SecureWorld.name):\(box.endpoint.port)/"
            #expect(await cause { try await transport.get(url) } == expected)
            #expect(try openSockets(to: box.endpoint.port) == 0)
        }
        #expect(strategies == [.plain])
    }

    @Test func bodyThatTLSDoesNotEndIsCutShort() async throws {
        // The close of TCP without close_notify could be anybody's (RFC 8446 6.1).
        let answer = "HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 1000)
        try await ScriptedServer.run(tls: world.server(), { _ in [.say(answer), .close] }) { (server) async throws in
            let whole = try transport([SecureWorld.address("127.0.0.1")], lab: false)
            #expect(try await whole.get("https://\(SecureWorld.name):\(server.port)/").text.count == 1000)
        }
        try await ScriptedServer.run(tls: world.server(), { _ in [.say(answer), .cut] }) { (server) async throws in
            let behind = try transport([SecureWorld.address("127.0.0.1")], lab: false)
            #expect(await cause { try await behind.get("https://\(SecureWorld.name):\(server.port)/") } == .closedEarly)
        }
    }
}
