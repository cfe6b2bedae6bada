import NIOCore
import Testing

@testable import LabNet

@Suite(.timeLimit(.minutes(1))) struct ProxyTests {
    private let world: SecureWorld
    private let log = ObservationLog()
    private static let loopback = IPAddress.v4(0x7F00_0001)

    init() throws { world = try SecureWorld() }

    private func transport(
        through proxy: ProxyServer, resolver: TableResolver = TableResolver([:]), lab: Bool = false
    ) throws -> Transport {
        var configuration = world.configuration(lab: lab)
        configuration.proxy = .always(proxy)
        return try Transport.testing(configuration, resolver: resolver, log: log)
    }

    private func proxy(
        _ kind: ProxyServer.Kind, _ middleman: Middleman, user: String? = nil, password: String? = nil
    ) -> ProxyServer {
        ProxyServer(
            kind: kind, host: .address(middleman.endpoint.address), port: middleman.endpoint.port, user: user,
            password: password.map(Secret.init))
    }

    /// Runs a server, and a proxy before it, plain or in TLS.
    private func serve(
        tls: TestServer? = nil, _ decide: (Endpoint) -> @Sendable () -> Middleman.Decide,
        _ body: (ScriptedServer, Middleman) async throws -> Void
    ) async throws {
        try await ScriptedServer.run(tls: world.server(needsName: true), { _ in [.say(SecureWorld.ok)] }) {
            (server) async throws in
            let behind = Endpoint(address: Self.loopback, port: server.port)
            try await Middleman.run(tls: tls, decide(behind)) { (middleman) async throws in
                try await body(server, middleman)
                #expect(try openSockets(to: middleman.endpoint.port) == 0)
            }
        }
        #expect(!"\(log.all)".contains("hunter2"))
    }

    @Test(arguments: [ProxyServer.Kind.http, .https]) func connect(_ kind: ProxyServer.Kind) async throws {
        let tls = kind == .https ? try world.server([], addresses: [Self.loopback]) : nil
        let decide: (Endpoint) -> @Sendable () -> Middleman.Decide = { server in
            Middleman.connectProxy(
                ["\(SecureWorld.name):\(server.port)": server], authorization: "Basic bWU6aHVudGVyMg==")
        }
        try await serve(tls: tls, decide) { (server, middleman) async throws in
            let resolver = TableResolver([:])
            let transport = try transport(
                through: proxy(kind, middleman, user: "me", password: "hunter2"), resolver: resolver)
            for _ in 0..<2 {
                #expect(try await transport.get("https://\(SecureWorld.name):\(server.port)/").text == "ok")
            }
            #expect(middleman.connections == 1)
            #expect(resolver.asked.isEmpty, "the proxy resolves the name")
            await transport.close()
        }
    }

    @Test func socks5hGivesTheNameToTheProxy() async throws {
        let decide: (Endpoint) -> @Sendable () -> Middleman.Decide = { server in
            Middleman.socksProxy(
                ["\(SecureWorld.name):\(server.port)": server], user: "me", password: "hunter2")
        }
        try await serve(decide) { (server, middleman) async throws in
            let resolver = TableResolver([:])
            let transport = try transport(
                through: proxy(.socks5h, middleman, user: "me", password: "hunter2"), resolver: resolver)
            #expect(try await transport.get("https://\(SecureWorld.name):\(server.port)/").text == "ok")
            #expect(resolver.asked.isEmpty)
            await transport.close()
        }
    }

    @Test func socks5ResolvesHere() async throws {
        try await serve({ _ in Middleman.socksProxy() }) { (server, middleman) async throws in
            let resolver = TableResolver([SecureWorld.name: [try SecureWorld.address("127.0.0.1")]])
            let transport = try transport(through: proxy(.socks5, middleman), resolver: resolver)
            #expect(try await transport.get("https://\(SecureWorld.name):\(server.port)/").text == "ok")
            #expect(resolver.asked == [SecureWorld.name])
            #expect(!Middleman.contains(middleman.heard.joined().map(\.self), "registry"))
            await transport.close()
        }
    }

    @Test func labModeTakesTheProxyThatWasGivenAndHidesTheNameBeyondIt() async throws {
        // The line beyond the proxy may be read as well: the hello in the tunnel climbs the same ladder.
        let decide: (Endpoint) -> @Sendable () -> Middleman.Decide = { server in
            Middleman.connectProxy(["\(SecureWorld.name):\(server.port)": server])
        }
        try await serve(decide) { (server, middleman) async throws in
            let transport = try transport(through: proxy(.http, middleman), lab: true)
            #expect(try await transport.get("https://\(SecureWorld.name):\(server.port)/").text == "ok")
            #expect(log.handshakes.map(\.strategy) == [.omit, .disorder])
            await transport.close()
        }
    }

    @Test func plainRequestTakesATunnelToo() async throws {
        try await ScriptedServer.run { _ in
            [.say(SecureWorld.ok)]
        } _: { (server) async throws in
            let behind = Endpoint(address: Self.loopback, port: server.port)
            try await Middleman.run(Middleman.connectProxy(["a.example:\(server.port)": behind])) {
                (middleman) async throws in
                let transport = try transport(through: proxy(.http, middleman))
                #expect(try await transport.get("http://a.example:\(server.port)/").text == "ok")
                #expect(server.requests.first?.field("host") == "a.example:\(server.port)")
                await transport.close()
            }
        }
    }

    @Test(arguments: [
        (ProxyServer.Kind.http, NetworkError.Cause.proxyRefused(code: 407)),
        (.socks5h, .proxyRefused(code: 0xFF)),
    ])
    func wrongPasswordIsNamedAndNotTold(_ kind: ProxyServer.Kind, _ expected: NetworkError.Cause) async throws {
        let decide: (Endpoint) -> @Sendable () -> Middleman.Decide = { _ in
            kind == .http
                ? Middleman.connectProxy([:], authorization: "Basic x")
                : Middleman.socksProxy(user: "me", password: "right")
        }
        try await serve(decide) { (server, middleman) async throws in
            let transport = try transport(through: proxy(kind, middleman, user: "me", password: "hunter2"))
            do {
                _ = try await transport.get("https://\(SecureWorld.name):\(server.port)/")
                Issue.record("let in")
            } catch let error as NetworkError {
                #expect(error.cause == expected)
                #expect(error.step == .dial)
                #expect(!"\(error)".contains("hunter2"))
            }
            #expect(server.connections == 0)
        }
    }

    @Test func proxyInTLSIsVerified() async throws {
        let stranger = try world.server(["stranger.example"])
        try await serve(tls: stranger, { _ in { { _ in .wait } } }) { (server, middleman) async throws in
            let transport = try transport(through: proxy(.https, middleman, user: "me", password: "hunter2"))
            do {
                _ = try await transport.get("https://\(SecureWorld.name):\(server.port)/")
                Issue.record("a stranger was believed")
            } catch let error as NetworkError {
                #expect(error.step == .dial)
                guard case .certificate = error.cause else {
                    Issue.record("\(error)")
                    return
                }
            }
            #expect(middleman.heard.joined().isEmpty, "not a byte for a stranger")
        }
    }

    @Test(arguments: [
        (Middleman.Decision.reset, NetworkError.Cause.reset), (.swallow, .timedOut(.milliseconds(100))),
        (.refuse(Array("SSH-2.0-x\r\n\r\n".utf8)), .proxyProtocol("no HTTP/1 status line in answer to CONNECT")),
        (.refuse([]), .proxyProtocol("closed in mid-negotiation")),
    ])
    func brokenProxyIsNamed(_ decision: Middleman.Decision, _ expected: NetworkError.Cause) async throws {
        try await Middleman.run {
            { _ in decision }
        } _: { (middleman) async throws in
            var configuration = TransportConfiguration()
            configuration.proxy = .always(proxy(.http, middleman))
            if case .timedOut(let limit) = expected { configuration.timeouts.connect = limit }
            let transport = try Transport.testing(configuration, log: log)
            #expect(await cause { try await transport.get("https://\(SecureWorld.name)/") } == expected)
            #expect(try openSockets(to: middleman.endpoint.port) == 0)
        }
    }

    @Test(arguments: [ProxyServer.Kind.http, .socks5, .socks5h, .https])
    func proxyInDoubtHearsNoNameAndNoPassword(_ kind: ProxyServer.Kind) async throws {
        try await Middleman.run {
            { _ in .refuse([21, 3, 3, 0, 2, 2, 112]) }
        } _: { (forged) async throws in
            let doubtful = try SecureWorld.address("127.0.0.1", .doubtful)
            let resolver = TableResolver(["proxy.example": [doubtful], SecureWorld.name: [doubtful]])
            let server = ProxyServer(
                kind: kind, host: .name("proxy.example"), port: forged.endpoint.port, user: "me",
                password: Secret("hunter2"))
            let transport = try transport(through: server, resolver: resolver, lab: true)
            let met = await cause { try await transport.get("https://\(SecureWorld.name)/") }
            #expect(met == (kind == .https ? .alert(112) : .onlyForgedAnswers(count: 1)))
            #expect(forged.connections == (kind == .https ? 1 : 0))
            #expect(
                forged.heard.allSatisfy { !Middleman.contains($0, "example") && !Middleman.contains($0, "hunter2") })
        }
    }

    @Test func proxyObeysTheFamilyToo() async throws {
        var configuration = TransportConfiguration()
        configuration.proxy = .always(ProxyServer(kind: .http, host: .address(Self.loopback), port: 1))
        configuration.family = .ip6
        let transport = try Transport.testing(configuration, log: log)
        #expect(await cause { try await transport.get("https://a.example/") } == .noAddressInFamily(.ip6))
        #expect(log.dialled.isEmpty)
    }

    @Test func labModeGoesPastTheEnvironmentsProxyAndSaysSoOnce() async throws {
        try await ScriptedServer.run { _ in
            [.say(SecureWorld.ok)]
        } _: { (server) async throws in
            let resolver = TableResolver(["a.example": [try SecureWorld.address("127.0.0.1")]])
            let environment = ["ALL_PROXY": "http://me:hunter2@127.0.0.1:1"]
            let lab = try Transport.testing(
                world.configuration(lab: true), resolver: resolver, environment: environment, log: log)
            for _ in 0..<2 {
                #expect(try await lab.get("http://a.example:\(server.port)/").text == "ok")
                await lab.close()
            }
            let notices = log.all.filter { observation in
                guard case .notice(.proxyIgnoredInLabMode) = observation.event else { return false }
                return true
            }
            #expect(notices.count == 1)
            // The ordinary way takes it, and meets a port where nobody listens.
            let ordinary = try Transport.testing(
                world.configuration(), resolver: resolver, environment: environment, log: log)
            #expect(await cause { try await ordinary.get("http://a.example:\(server.port)/") } == .refused)
        }
        #expect(!"\(log.all)".contains("hunter2"))
    }
}
