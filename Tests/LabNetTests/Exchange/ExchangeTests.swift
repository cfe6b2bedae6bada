import NIOCore
import NIOHTTP1
import Testing

@testable import LabNet

@Suite(.timeLimit(.minutes(1))) struct ExchangeTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    @Test func requestCarriesTheFieldsOfTheTransport() async throws {
        var configuration = TransportConfiguration()
        configuration.userAgent = "docker-tar-lab/1"
        let transport = try Transport.testing(configuration)
        try await ScriptedServer.run { _ in
            [.say(Self.ok)]
        } _: { (server) async throws in
            let url = try #require(HTTPURL("http://127.0.0.1:\(server.port)/v2/?n=1"))
            let request = HTTPRequest(
                method: .POST, url: url, headers: ["accept": "x", "host": "evil", "authorization": "evil"],
                authorization: Secret("Bearer t"), body: ByteBuffer(string: "a=b"))
            let status = try await transport.exchange(request) { $0.status }
            #expect(status == 200)
            let sent = try #require(server.requests.first)
            #expect(sent.head.hasPrefix("POST /v2/?n=1 HTTP/1.1\r\n"))
            #expect(sent.field("host") == "127.0.0.1:\(server.port)")
            #expect(sent.field("user-agent") == "docker-tar-lab/1")
            #expect(sent.field("accept-encoding") == "identity")
            #expect(sent.field("authorization") == "Bearer t")
            #expect(sent.field("content-length") == "3")
            #expect(!sent.head.contains("evil"))
        }
        await transport.close()
    }

    @Test func headerThatWouldSplitTheRequestIsNotSent() async throws {
        let transport = try Transport.testing()
        try await ScriptedServer.run { _ in
            [.say(Self.ok)]
        } _: { (server) async throws in
            let url = try #require(HTTPURL("http://127.0.0.1:\(server.port)/"))
            let request = HTTPRequest(url: url, authorization: Secret("x\r\nInjected: y"))
            let met = await cause { try await transport.exchange(request) { $0.status } }
            guard case .protocolViolation? = met else {
                Issue.record("\(String(describing: met))")
                return
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test func connectionIsKeptForTheNextRequest() async throws {
        let transport = try Transport.testing()
        try await ScriptedServer.run { _ in
            [.say(Self.ok)]
        } _: { (server) async throws in
            for _ in 0..<3 {
                #expect(try await transport.get("http://127.0.0.1:\(server.port)/").text == "ok")
            }
            #expect(server.connections == 1)
            #expect(server.requests.count == 3)
        }
        await transport.close()
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ])
    func connectionIsNotKeptWhereTheServerEndsIt(answer: String) async throws {
        let transport = try Transport.testing()
        try await ScriptedServer.run { _ in
            [.say(answer)]
        } _: { (server) async throws in
            for _ in 0..<2 { #expect(try await transport.get("http://127.0.0.1:\(server.port)/").text == "ok") }
            #expect(server.connections == 2)
        }
    }

    @Test func staleConnectionIsReplacedUnseen() async throws {
        let transport = try Transport.testing()
        // The first connection dies in the arms of the second request.
        try await ScriptedServer.run {
            $0.connection == 1 && $0.number > 1 ? [.reset] : [.say(Self.ok)]
        } _: { (server) async throws in
            for _ in 0..<3 { #expect(try await transport.get("http://127.0.0.1:\(server.port)/").text == "ok") }
            #expect(server.connections == 2)
            #expect(server.requests.count == 4)
        }
        await transport.close()
    }

    @Test func whatMayNotBeRepeatedTakesAFreshConnection() async throws {
        let transport = try Transport.testing()
        try await ScriptedServer.run {
            $0.number > 1 ? [.close] : [.say(Self.ok)]
        } _: { (server) async throws in
            #expect(try await transport.get("http://127.0.0.1:\(server.port)/").text == "ok")
            let url = "http://127.0.0.1:\(server.port)/"
            #expect(await cause { try await transport.get(url, method: .POST) } == .closedEarly)
            #expect(server.connections == 2)
            #expect(server.requests.count == 2)
        }
        await transport.close()
    }

    @Test func freshConnectionThatFailsIsNotTriedAgain() async throws {
        let transport = try Transport.testing()
        try await ScriptedServer.run { _ in
            [.reset]
        } _: { (server) async throws in
            #expect(await cause { try await transport.get("http://127.0.0.1:\(server.port)/") } == .reset)
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", HTTPMethod.GET, 200, "ok"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;x=y\r\nk\r\n0\r\nT: v\r\n\r\n", .GET, 200,
            "ok"
        ),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok, .GET, 200, "ok"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", .HEAD, 200, ""),
        ("HTTP/1.1 204 No Content\r\n\r\n", .GET, 204, ""),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", .GET, 304, ""),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", .GET, 404, "no"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .GET, 200, ""),
    ])
    func readsWholeResponsesAndKeepsTheConnection(
        answer: String, method: HTTPMethod, status: Int, text: String
    ) async throws {
        let transport = try Transport.testing()
        try await ScriptedServer.run { _ in
            [.say(answer)]
        } _: { (server) async throws in
            for _ in 0..<2 {
                let response = try await transport.get("http://127.0.0.1:\(server.port)/", method: method)
                #expect(response.status == status)
                #expect(response.text == text)
            }
            #expect(server.connections == 1)
        }
        await transport.close()
    }

    @Test func bodyWithoutLengthEndsWithTheConnection() async throws {
        let transport = try Transport.testing()
        try await ScriptedServer.run { _ in
            [.say("HTTP/1.1 200 OK\r\n\r\nok"), .close]
        } _: { (server) async throws in
            #expect(try await transport.get("http://127.0.0.1:\(server.port)/").text == "ok")
        }
    }

    @Test func bodyThatIsLeftUnreadEndsTheConnection() async throws {
        let transport = try Transport.testing()
        try await ScriptedServer.run { request in
            request.number == 1 ? [.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok")] : [.say(Self.ok)]
        } _: { (server) async throws in
            let url = try #require(HTTPURL("http://127.0.0.1:\(server.port)/"))
            #expect(try await transport.exchange(HTTPRequest(url: url)) { $0.status } == 200)
            #expect(try await transport.get(url.description).text == "ok")
            #expect(server.connections == 2)
            await transport.close()
            #expect(try openSockets(to: server.port) == 0)
        }
    }

    @Test func slowReaderHoldsTheSenderBack() async throws {
        let transport = try Transport.testing()
        let piece = ByteBuffer(repeating: 0x61, count: 1 << 16)
        let pieces = 1024
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(piece.readableBytes * pieces)\r\n\r\n"
        try await ScriptedServer.run { _ in
            [.say(head), .flood(piece)]
        } _: { (server) async throws in
            let url = try #require(HTTPURL("http://127.0.0.1:\(server.port)/"))
            let read = try await transport.exchange(HTTPRequest(url: url)) { response in
                // The reader does not read until the sender stands still.
                try await server.floodStands()
                #expect(server.flooded < piece.readableBytes * pieces / 2)
                var count = 0
                for try await piece in response.body { count += piece.readableBytes }
                return count
            }
            #expect(read == piece.readableBytes * pieces)
        }
        await transport.close()
    }

    @Test func observationsHoldNoQueryAndNoToken() async throws {
        let log = ObservationLog()
        let transport = try Transport.testing(log: log)
        try await ScriptedServer.run { _ in
            [.say(Self.ok)]
        } _: { (server) async throws in
            let url = try #require(HTTPURL("http://127.0.0.1:\(server.port)/blob?X-Signature=hunter2"))
            let request = HTTPRequest(url: url, authorization: Secret("Bearer hunter2"))
            _ = try await transport.exchange(request) { try await $0.body.collect(upTo: 16) }
        }
        #expect(!log.all.isEmpty)
        #expect(!"\(log.all)".contains("hunter2"))
        guard case .exchanged(method: "GET", let url, status: 200, bytes: 2, failure: nil)? = log.all.last?.event else {
            Issue.record("no exchange observed")
            return
        }
        #expect(url.hasSuffix("/blob"))
        await transport.close()
    }
}
