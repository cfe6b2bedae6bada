import NIOCore
import Testing

@testable import CensorLab
@testable import LabNet

/// What a transport makes of streams that freeze or break, and what the next connection does about it.
@Suite(.timeLimit(.minutes(1))) struct ProofTests {
    private let world: SecureWorld
    private let log = ObservationLog()
    private let scratch: ScratchFolder
    private var strategies: [ServerNameStrategy] { log.handshakes.map(\.strategy) }

    init() throws {
        world = try SecureWorld()
        scratch = try ScratchFolder()
    }

    private func transport(
        _ addresses: [String], lab: Bool = true, _ change: (inout TransportConfiguration) -> Void = { _ in }
    ) throws -> Transport {
        var configuration = world.configuration(lab: lab)
        configuration.timeouts.proving = .milliseconds(200)
        configuration.timeouts.idle = .milliseconds(700)
        change(&configuration)
        let candidates = try addresses.map { try SecureWorld.address($0) }
        return try Transport.testing(
            configuration, resolver: TableResolver([SecureWorld.name: candidates]), log: log)
    }

    /// A server whose `/N` has N bytes, and which says no more of `/N/M` than the first M.
    private func serve(
        on address: String = "127.0.0.1", needsName: Bool = false, _ body: (ScriptedServer) async throws -> Void
    ) async throws {
        try await ScriptedServer.run(
            on: address, tls: world.server(needsName: needsName),
            { request in
                let numbers = request.target.split(separator: "/").compactMap { Int($0) }
                let (length, count) = (numbers.first ?? 0, numbers.last ?? 0)
                return [
                    .say(
                        "HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n"
                            + String(repeating: "x", count: count))
                ]
            }, body)
    }

    /// A box that lets every name pass, and does this to the server's answers.
    private func box(
        on address: String, before server: ScriptedServer, at: String = "127.0.0.1", cut: TLSBox.Cut?
    ) async throws -> TLSBox {
        var rules = TLSBox.Rules(reader: .segments, names: [])
        rules.cut = cut
        let place = Endpoint(address: try #require(IPAddress(address)), port: server.port)
        let behind = Endpoint(address: try #require(IPAddress(at)), port: server.port)
        return try await TLSBox.start(rules, at: place, before: behind)
    }

    private func url(_ port: UInt16, _ path: String) -> String { "https://\(SecureWorld.name):\(port)/\(path)" }

    /// A body that never ends, whether its way had to prove itself, and how long its pause may last.
    @Test(arguments: [
        ("100000/10000", true, Duration.milliseconds(200)), ("200000/100000", true, .milliseconds(700)),
        ("100000/10000", false, .milliseconds(700)), ("100000/0", true, .milliseconds(200)),
    ])
    func pauseMayLastAsLongAsTheWayHasEarned(_ path: String, _ lab: Bool, _ limit: Duration) async throws {
        try await serve { (server) async throws in
            let transport = try transport(["127.0.0.1"], lab: lab)
            #expect(await cause { try await transport.get(url(server.port, path)) } == .timedOut(limit))
        }
    }

    @Test func smallBodiesAddUpToProof() async throws {
        try await serve { (server) async throws in
            let transport = try transport(["127.0.0.1"])
            for _ in 0..<7 { _ = try await transport.get(url(server.port, "10000/10000")) }
            #expect(
                await cause { try await transport.get(url(server.port, "100000/100")) }
                    == .timedOut(.milliseconds(700)))
            #expect(server.connections == 1)
        }
    }

    @Test func otherConnectionsOfAProvenWayNeedNoProof() async throws {
        try await serve { (server) async throws in
            let transport = try transport(["127.0.0.1"])
            _ = try await transport.get(url(server.port, "100000/100000"))
            await transport.close()
            #expect(
                await cause { try await transport.get(url(server.port, "100000/100")) }
                    == .timedOut(.milliseconds(700)))
            #expect(server.connections == 2)
        }
    }

    @Test func frozenRungGivesWayToAnother() async throws {
        try await serve { (server) async throws in
            let box = try await box(
                on: "127.0.0.2", before: server, cut: TLSBox.Cut(afterBytes: 16_000, action: .blackhole))
            let transport = try transport(["127.0.0.2"])
            _ = try await transport.get(url(server.port, "100/100"))
            // The small body has proved too little: the same connection freezes at the large one.
            let failure = await cause { try await transport.get(url(server.port, "50000/50000")) }
            #expect(failure == .timedOut(.milliseconds(200)))
            #expect(strategies == [.omit])
            _ = try await transport.get(url(server.port, "100/100"))
            #expect(strategies.count == 2 && strategies.last?.carriesTrueName == true)
            await transport.close()
            await box.stop()
        }
    }

    @Test(arguments: [
        (TLSBox.Cut(afterBytes: 16_000, action: .blackhole), NetworkError.Cause.timedOut(.milliseconds(200))),
        (TLSBox.Cut(afterBytes: 16_000, action: .reset), .reset),
        (TLSBox.Cut(afterBytes: 300_000, action: .blackhole), .timedOut(.milliseconds(700))),
        (TLSBox.Cut(afterBytes: 300_000, action: .reset), .reset),
    ])
    func cutAddressIsNotTheFirstChoiceAgain(_ cut: TLSBox.Cut, _ expected: NetworkError.Cause) async throws {
        try await serve(on: "127.0.0.3") { (server) async throws in
            let cutting = try await box(on: "127.0.0.2", before: server, at: "127.0.0.3", cut: cut)
            let transport = try transport(["127.0.0.2", "127.0.0.3"])
            #expect(await cause { try await transport.get(url(server.port, "1000000/1000000")) } == expected)
            #expect(try await transport.get(url(server.port, "1000000/1000000")).text.count == 1_000_000)
            #expect(
                log.handshakes.filter { $0.failure == nil }.map(\.endpoint?.address.description) == [
                    "127.0.0.2", "127.0.0.3",
                ])
            #expect(strategies.allSatisfy { $0 == .omit })
            await transport.close()
            await cutting.stop()
        }
    }

    @Test func idleConnectionsToACutAddressAreDropped() async throws {
        try await serve(on: "127.0.0.3") { (server) async throws in
            let cutting = try await box(
                on: "127.0.0.2", before: server, at: "127.0.0.3", cut: TLSBox.Cut(afterBytes: 300_000, action: .reset))
            let transport = try transport(["127.0.0.2"])
            let small = url(server.port, "100/100")
            let request = HTTPRequest(url: try #require(HTTPURL(small)))
            // Two at once, so that two stay.
            try await transport.exchange(request) { outer in
                _ = try await transport.get(small)
                _ = try await outer.body.collect(upTo: 100)
            }
            #expect(server.connections == 2)
            #expect(try openSockets(to: cutting.endpoint) == 2)
            #expect(await cause { try await transport.get(url(server.port, "1000000/1000000")) } == .reset)
            #expect(try openSockets(to: cutting.endpoint) == 0)
            _ = try await transport.get(small)
            #expect(server.connections == 3)
            await transport.close()
            await cutting.stop()
        }
    }

    @Test func breakThatTheReaderWrapsIsSeenAllTheSame() async throws {
        struct Wrapped: Error {}
        try await serve { (server) async throws in
            let transport = try transport(["127.0.0.1"])
            let request = HTTPRequest(url: try #require(HTTPURL(url(server.port, "100000/10000"))))
            await #expect(throws: Wrapped.self) {
                try await transport.exchange(request) { response in
                    do { _ = try await response.body.collect(upTo: 100_000) } catch { throw Wrapped() }
                }
            }
            let failures = log.all.compactMap { observation -> NetworkError.Cause? in
                if case .exchanged(_, _, _, _, let failure) = observation.event { failure } else { nil }
            }
            #expect(failures == [.timedOut(.milliseconds(200))])
            _ = try await transport.get(url(server.port, "100/100"))
            #expect(strategies.count == 2 && strategies.last != .omit)
        }
    }

    @Test func readerThatStopsTeachesNothing() async throws {
        struct Enough: Error {}
        try await serve { (server) async throws in
            let transport = try transport(["127.0.0.1"])
            let request = HTTPRequest(url: try #require(HTTPURL(url(server.port, "100000/10000"))))
            await #expect(throws: Enough.self) {
                try await transport.exchange(request) { response in
                    for try await _ in response.body { throw Enough() }
                }
            }
            _ = try await transport.get(url(server.port, "100/100"))
            #expect(strategies == [.omit, .omit])
            await transport.close()
        }
    }

    @Test func nextRunMakesOneHandshakeWithTheRememberedRung() async throws {
        try await serve(on: "127.0.0.3", needsName: true) { (server) async throws in
            let behind = Endpoint(address: .v4(0x7F00_0003), port: server.port)
            try await Middleman.run(
                on: "127.0.0.2", port: server.port, Middleman.nameBox(SecureWorld.name, before: behind)
            ) { (box) async throws in
                for _ in 0..<2 {
                    let run = try transport(["127.0.0.2"]) { $0.memoryFolder = scratch.path + "/docker-tar-lab" }
                    #expect(try await run.get(url(server.port, "100/100")).text.count == 100)
                    await run.close()
                }
                #expect(strategies == [.omit, .disorder, .disorder])
                try await MemoryFile(folder: scratch.path + "/docker-tar-lab").forget()
                let fresh = try transport(["127.0.0.2"]) { $0.memoryFolder = scratch.path + "/docker-tar-lab" }
                _ = try await fresh.get(url(server.port, "100/100"))
                await fresh.close()
                #expect(strategies.suffix(2) == [.omit, .disorder])
            }
        }
    }

    @Test func endpointThatAnotherRunHasBurntIsLeftAlone() async throws {
        try await serve(needsName: true) { (server) async throws in
            let behind = Endpoint(address: .v4(0x7F00_0001), port: server.port)
            try await Middleman.run(on: "127.0.0.2", Middleman.anyNameBox(before: behind)) { (box) async throws in
                let folder = scratch.path + "/docker-tar-lab"
                for _ in 0..<3 {
                    let run = try transport(["127.0.0.2"]) { $0.memoryFolder = folder }
                    _ = await cause { try await run.get(url(box.endpoint.port, "100/100")) }
                    await run.close()
                    try await MemoryFile(folder: folder).forget()
                }
                // One hello without the name, one with it, and not a single SYN of the later runs.
                #expect(box.connections == 2)
            }
        }
        #expect(log.handshakes.count == 2)
    }
}
