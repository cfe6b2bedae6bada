import NIOHTTP1
import Testing

@testable import LabNet

@Suite(.timeLimit(.minutes(1))) struct RedirectedExchangeTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    private static func redirect(_ location: String) -> String {
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: \(location)\r\nContent-Length: 4\r\n\r\ngone"
    }

    @Test func followsOnTheSameConnectionWithTheToken() async throws {
        let transport = try Transport.testing()
        try await ScriptedServer.run {
            $0.target == "/a" ? [.say(Self.redirect("b"))] : [.say(Self.ok)]
        } _: { (server) async throws in
            let url = try #require(HTTPURL("http://127.0.0.1:\(server.port)/a"))
            let end = try await transport.exchange(HTTPRequest(url: url, authorization: Secret("t"))) { $0.url.target }
            #expect(end == "/b")
            #expect(server.connections == 1)
            #expect(server.requests.map { $0.field("authorization") } == ["t", "t"])
        }
        await transport.close()
    }

    @Test func tokenIsSeenByNoOtherOrigin() async throws {
        let transport = try Transport.testing()
        try await ScriptedServer.run { _ in
            [.say(Self.ok)]
        } _: { (other) async throws in
            try await ScriptedServer.run { _ in
                [.say(Self.redirect("http://127.0.0.1:\(other.port)/x"))]
            } _: { (server) async throws in
                let url = try #require(HTTPURL("http://127.0.0.1:\(server.port)/a"))
                let request = HTTPRequest(url: url, headers: ["accept": "y"], authorization: Secret("t"))
                #expect(try await transport.exchange(request) { $0.status } == 200)
                #expect(server.requests.first?.field("authorization") == "t")
                #expect(other.requests.first?.field("authorization") == nil)
                #expect(other.requests.first?.field("accept") == "y")
            }
        }
        await transport.close()
    }

    @Test func loopEnds() async throws {
        let transport = try Transport.testing()
        try await ScriptedServer.run { _ in
            [.say(Self.redirect("/a"))]
        } _: { (server) async throws in
            let met = await cause { try await transport.get("http://127.0.0.1:\(server.port)/a") }
            guard case .redirect? = met else {
                Issue.record("\(String(describing: met))")
                return
            }
            #expect(server.requests.count == 11)
        }
        await transport.close()
    }

    @Test func postIsReturnedAsItIs() async throws {
        let transport = try Transport.testing()
        try await ScriptedServer.run { _ in
            [.say(Self.redirect("/a"))]
        } _: { (server) async throws in
            let response = try await transport.get("http://127.0.0.1:\(server.port)/a", method: .POST)
            #expect(response.status == 307)
            #expect(response.text == "gone")
        }
        await transport.close()
    }
}
