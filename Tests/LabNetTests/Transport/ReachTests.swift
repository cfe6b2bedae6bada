import NIOHTTP1
import Testing

@testable import LabNet

/// No server leads this program into a network that it is not in itself, by whatever name.
@Suite(.timeLimit(.minutes(1))) struct ReachTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    private let log = ObservationLog()

    private static func redirect(_ location: String) -> String {
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n"
    }

    private func transport(
        _ names: [String: String] = [:], lab: Bool = false, _ change: (inout TransportConfiguration) -> Void = { _ in }
    ) throws -> Transport {
        var configuration = TransportConfiguration()
        configuration.proxy = .none
        if lab { configuration.mode = .lab(ResolverList(asking: [])) }
        change(&configuration)
        let table = names.compactMapValues { IPAddress($0).map { [Candidate(address: $0, trust: .trusted)] } }
        return try Transport.testing(configuration, resolver: TableResolver(table), log: log)
    }

    private func get(_ url: String, within reach: Reach, over transport: Transport) async throws -> Int {
        var request = HTTPRequest(url: try #require(HTTPURL(url)))
        request.reach = reach
        return try await transport.exchange(request) { response in
            _ = try await response.body.collect(upTo: 100)
            return response.status
        }
    }

    @Test(
        arguments: [
            ("http://169.254.169.254/latest/meta-data", "169.254.169.254"), ("http://10.0.0.1:2375/", "10.0.0.1"),
            ("http://[fe80::1]/", "fe80::1"), ("http://[::ffff:169.254.169.254]/", "::ffff:169.254.169.254"),
            ("http://metadata.example/", "169.254.169.254"), ("http://house.example:8080/", "192.168.1.1"),
        ], [false, true])
    func aRedirectIntoAnotherNetworkIsNotDialled(_ target: (String, String), lab: Bool) async throws {
        let transport = try transport(
            ["metadata.example": "169.254.169.254", "house.example": "192.168.1.1"], lab: lab)
        try await ScriptedServer.run { _ in
            [.say(Self.redirect(target.0))]
        } _: { (server) async throws in
            let met = await cause { try await transport.get("http://127.0.0.1:\(server.port)/blob") }
            #expect(met == .outOfReach(IPAddress(target.1)))
            #expect(log.dialled.map(\.port) == [server.port], "nothing is sent there")
        }
        await transport.close()
    }

    @Test func aServerMayNameItsOwnNetwork() async throws {
        let transport = try transport(["cdn.example": "127.0.0.1"])
        try await ScriptedServer.run { _ in
            [.say(Self.ok)]
        } _: { (other) async throws in
            try await ScriptedServer.run { _ in
                [.say(Self.redirect("http://cdn.example:\(other.port)/"))]
            } _: { (server) async throws in
                #expect(try await transport.get("http://127.0.0.1:\(server.port)/").text == "ok")
            }
        }
        await transport.close()
    }

    @Test func aPermissionIsNotWonBackOnTheWay() throws {
        var request = HTTPRequest(url: try #require(HTTPURL("https://registry.example/")))
        func follow(_ location: String, from kind: NetworkKind) throws {
            let headers = [("location", location)]
            request = try #require(
                try Redirect.following(request, status: 307, headers: .init(headers), count: 0, from: kind))
        }
        try follow("https://a.example/", from: .private)
        #expect(request.reach == Reach(from: .private))
        try follow("https://b.example/", from: .global)
        #expect(request.reach == Reach(from: .global))
        try follow("https://c.example/", from: .private)
        #expect(request.reach == Reach(from: .global))
    }

    @Test func anIdleConnectionIsJudgedToo() async throws {
        let transport = try transport(["inside.example": "127.0.0.1"])
        try await ScriptedServer.run { _ in
            [.say(Self.ok)]
        } _: { (server) async throws in
            let url = "http://inside.example:\(server.port)/"
            #expect(try await get(url, within: .anywhere, over: transport) == 200)
            let met = await cause { try await get(url, within: Reach(from: .global), over: transport) }
            #expect(met == .outOfReach(IPAddress("127.0.0.1")))
            #expect(server.requests.count == 1)
            // It was left where it is, for those who may use it.
            #expect(try await get(url, within: Reach(from: .loopback), over: transport) == 200)
            #expect(server.connections == 1)
        }
        await transport.close()
    }

    @Test func ofSeveralAddressesThoseWithinReachAreDialled() async throws {
        let table = TableResolver([
            "both.example": ["10.1.2.3", "127.0.0.1"].compactMap(IPAddress.init(_:)).map {
                Candidate(address: $0, trust: .trusted)
            }
        ])
        let transport = try Transport.testing(resolver: table, log: log)
        try await ScriptedServer.run { _ in
            [.say(Self.ok)]
        } _: { (server) async throws in
            let url = "http://both.example:\(server.port)/"
            #expect(try await get(url, within: Reach(from: .loopback), over: transport) == 200)
            #expect(log.dialled.map(\.address) == [IPAddress("127.0.0.1")])
        }
        await transport.close()
    }

    @Test func whatTheUserSaysOfAHostIsHisOwnWord() async throws {
        let transport = try transport(["cdn.example": "127.0.0.1"]) {
            $0.overrides["cdn.example"] = [.v4(0x7F00_0001)]
        }
        try await ScriptedServer.run { _ in
            [.say(Self.ok)]
        } _: { (server) async throws in
            let url = "http://cdn.example:\(server.port)/"
            #expect(try await get(url, within: Reach(from: .global), over: transport) == 200)
        }
        await transport.close()
    }

    @Test(arguments: [
        ("http://[::1]/", Route.Relay?.none, NetworkKind.loopback),
        ("http://a.example/", relay(.name("a.example")), .global), ("http://nas/", relay(.name("nas")), .private),
        ("http://a.example/", relay(.address(.v4(0x0A00_0001))), .private),
    ])
    func aProxysOwnAddressSaysNothingOfTheHost(_ url: String, _ relay: Route.Relay?, _ kind: NetworkKind) throws {
        let host = try #require(HTTPURL(url)).origin.host
        let route = Route(endpoint: Endpoint(address: .v6(high: 0, low: 1), port: 80), relay: relay)
        #expect(route.kind(to: host) == kind)
        #expect(Reach(from: .global).allows(route, to: host) == (kind == .global))
    }

    private static func relay(_ host: Host) -> Route.Relay {
        Route.Relay(proxy: ProxyServer(kind: .socks5, host: .name("p"), port: 1080), host: host, port: 80)
    }

    @Test(arguments: [
        ("127.0.0.1", NetworkKind.loopback), ("0.0.0.0", .loopback), ("::1", .loopback), ("::", .loopback),
        ("::ffff:127.0.0.1", .loopback), ("169.254.169.254", .linkLocal), ("fe80::1", .linkLocal),
        ("2002:a9fe:a9fe::1", .linkLocal), ("64:ff9b::a9fe:a9fe", .linkLocal), ("10.0.0.1", .private),
        ("172.16.0.1", .private), ("172.32.0.1", .global), ("192.168.0.1", .private), ("100.64.0.1", .private),
        ("fd00::1", .private), ("ff02::1", .private), ("224.0.0.1", .private), ("255.255.255.255", .private),
        ("192.0.0.1", .private), ("8.8.8.8", .global), ("2606:4700::1", .global), ("198.18.0.1", .global),
        ("198.19.255.254", .global), ("198.20.0.1", .global), ("::ffff:198.18.0.1", .global), ("fc00::1", .global),
    ])
    func anAddressHasAKind(_ literal: String, _ kind: NetworkKind) throws {
        #expect(NetworkKind(try #require(IPAddress(literal))) == kind)
    }

    @Test(arguments: [
        ("localhost", NetworkKind.loopback), ("a.localhost", .loopback), ("nas", .private), ("a.lan", .private),
        ("metadata.google.internal", .private), ("r.io", .global), ("internal.io", .global),
    ])
    func aNameMayTellItsKind(_ name: String, _ kind: NetworkKind) {
        #expect(NetworkKind(Host.name(name)) == kind)
    }
}
