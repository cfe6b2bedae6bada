import NIOCore
import Testing

@testable import LabNet

/// Cancels an exchange wherever it can stand; each time it must end as cancelled, with no descriptor left.
@Suite(.timeLimit(.minutes(1))) struct CancellationTests {
    private let world: SecureWorld
    init() throws { world = try SecureWorld() }

    private func cancel(
        _ url: String, _ configuration: TransportConfiguration, port: UInt16, when isThere: () async -> Void
    ) async throws {
        let transport = try Transport.testing(
            configuration,
            resolver: TableResolver([SecureWorld.name: [SecureWorld.address("127.0.0.1")]]))
        let task = Task { try await transport.get(url).text }
        await isThere()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try openSockets(to: port) == 0)
    }

    @Test func inTheHandshake() async throws {
        try await Middleman.run {
            { _ in .swallow }
        } _: { (box) async throws in
            let url = "https://\(SecureWorld.name):\(box.endpoint.port)/"
            try await cancel(url, world.configuration(), port: box.endpoint.port) {
                await box.heard(1)
            }
        }
    }

    @Test func inTheNegotiationWithAProxy() async throws {
        try await Middleman.run {
            { _ in .swallow }
        } _: { (box) async throws in
            var configuration = world.configuration()
            configuration.proxy = .always(
                ProxyServer(kind: .socks5h, host: .address(.v4(0x7F00_0001)), port: box.endpoint.port))
            try await cancel("https://\(SecureWorld.name)/", configuration, port: box.endpoint.port) {
                await box.heard(1)
            }
        }
    }

    @Test(arguments: [
        [], [ScriptedServer.Act.say("HTTP/1.1 200 OK\r\nContent-Le")],
        [.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")],
        [.say("HTTP/1.1 200 OK\r\n\r\n"), .flood(ByteBuffer(repeating: 0x78, count: 4096))],
        [.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")],
    ])
    func inTheExchange(_ acts: [ScriptedServer.Act]) async throws {
        try await ScriptedServer.run(tls: world.server(), { _ in acts }) { (server) async throws in
            try await cancel("https://\(SecureWorld.name):\(server.port)/", world.configuration(), port: server.port) {
                await server.requested()
            }
        }
    }

    @Test func beforeItBegins() async throws {
        try await ScriptedServer.run { _ in
            [.say(SecureWorld.ok)]
        } _: { (server) async throws in
            let transport = try Transport.testing()
            let task = Task {
                try? await Task.sleep(for: .seconds(60))
                return try await transport.get("http://127.0.0.1:\(server.port)/").text
            }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try openSockets(to: server.port) == 0)
        }
    }

    @Test func manyAtOnceAtAnyMoment() async throws {
        try await ScriptedServer.run(tls: world.server(), { _ in [.say(SecureWorld.ok)] }) { (server) async throws in
            let transport = try Transport.testing(
                world.configuration(),
                resolver: TableResolver([SecureWorld.name: [SecureWorld.address("127.0.0.1")]]))
            for yields in 0..<60 {
                let task = Task { try await transport.get("https://\(SecureWorld.name):\(server.port)/").text }
                for _ in 0..<yields * yields { await Task.yield() }
                task.cancel()
                do {
                    #expect(try await task.value == "ok")
                } catch {
                    #expect(error is CancellationError)
                }
            }
            await transport.close()
            #expect(try openSockets(to: server.port) == 0)
        }
    }
}
