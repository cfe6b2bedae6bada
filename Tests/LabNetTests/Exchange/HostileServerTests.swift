import NIOCore
import Testing

@testable import LabNet

/// What servers do that no server should: each ends by its own name, at once, and leaves no connection behind.
@Suite(.timeLimit(.minutes(1)), .serialized) struct HostileServerTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let acts: [ScriptedServer.Act]
        let expected: NetworkError.Cause?

        init(_ name: String, _ acts: [ScriptedServer.Act], _ expected: NetworkError.Cause?) {
            self.name = name
            self.acts = acts
            self.expected = expected
        }

        var testDescription: String { name }
    }

    private static let patience = Duration.milliseconds(150)
    private static let head = "HTTP/1.1 200 OK\r\n"

    /// Enough of it for one write of some weight: a server that floods by the line would starve its event loop.
    private static func many(_ text: String) -> ByteBuffer {
        ByteBuffer(string: String(repeating: text, count: 1 + 4096 / text.utf8.count))
    }

    /// A nil cause stands for any violation of the protocol.
    static let cases = [
        Case("closes without a word", [.close], .closedEarly),
        Case("resets without a word", [.reset], .reset),
        Case("closes in the head", [.say("HTTP/1.1 200 OK\r\nContent-"), .close], .closedEarly),
        Case("closes in the body", [.say(head + "Content-Length: 9\r\n\r\nok"), .close], .closedEarly),
        Case("resets in the body", [.say(head + "Content-Length: 9\r\n\r\nok"), .reset], .reset),
        Case("closes in a chunk", [.say(head + "Transfer-Encoding: chunked\r\n\r\n9\r\nok"), .close], .closedEarly),
        Case(
            "closes before the last chunk", [.say(head + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"), .close],
            .closedEarly),
        Case("says nothing", [], .timedOut(patience)),
        Case("stalls in the head", [.say("HTTP/1.1 200 OK\r\nX: ")], .timedOut(patience)),
        Case("stalls in the body", [.say(head + "Content-Length: 9\r\n\r\nok")], .timedOut(patience)),
        Case("sends interim responses without end", [.flood(many("HTTP/1.1 100 Continue\r\n\r\n"))], nil),
        Case("sends header fields without end", [.say(head), .flood(many("X-Field: value\r\n"))], nil),
        Case(
            "sends one header field without end",
            [.say(head + "X: "), .flood(ByteBuffer(repeating: 0x78, count: 4096))], nil),
        // The parser keeps nothing of it, so the time for the head is the only limit it needs.
        Case(
            "sends a status line without end",
            [.say("HTTP/1.1 200 "), .flood(ByteBuffer(repeating: 0x78, count: 4096))], .timedOut(patience)),
        Case(
            "sends trailers without end",
            [.say(head + "Transfer-Encoding: chunked\r\n\r\n0\r\n"), .flood(many("X-Field: value\r\n"))],
            nil),
        Case("speaks something else", [.say("SSH-2.0-OpenSSH_9.2p1\r\n")], nil),
        Case("speaks HTTP/0.9", [.say("<html>ok</html>"), .close], nil),
        Case("speaks HTTP/2", [.say("HTTP/2.0 200 OK\r\n\r\n")], nil),
        Case("gives two lengths", [.say(head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok")], nil),
        Case(
            "gives a length and chunks",
            [.say(head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")], nil),
        Case(
            "gives chunks and a length",
            [.say(head + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n")], nil),
        Case("gives a negative length", [.say(head + "Content-Length: -2\r\n\r\nok")], nil),
        Case("gives a length beyond numbers", [.say(head + "Content-Length: 99999999999999999999\r\n\r\nok")], nil),
        Case("gives a chunk size that is none", [.say(head + "Transfer-Encoding: chunked\r\n\r\nxx\r\nok")], nil),
        Case(
            "gives a chunk size beyond numbers",
            [.say(head + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nok")], nil),
        Case(
            "switches protocols",
            [.say("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")], nil),
    ]

    @Test(arguments: cases) func failsByName(_ scenario: Case) async throws {
        var configuration = TransportConfiguration()
        // Only what is to end by the clock gets a short one.
        if case .timedOut(let limit)? = scenario.expected {
            configuration.timeouts.firstByte = limit
            configuration.timeouts.idle = limit
        }
        let transport = try Transport.testing(configuration)
        try await ScriptedServer.run { _ in
            scenario.acts
        } _: { (server) async throws in
            let met = await cause { try await transport.get("http://127.0.0.1:\(server.port)/") }
            if let expected = scenario.expected {
                #expect(met == expected)
            } else if case .protocolViolation? = met {
            } else {
                Issue.record("\(scenario.name): met \(String(describing: met))")
            }
        }
    }

    @Test func fastLorisIsNoStall() async throws {
        // Byte by byte the body takes longer than the patience, and never longer between two bytes.
        var configuration = TransportConfiguration()
        configuration.timeouts.idle = .seconds(20)
        let transport = try Transport.testing(configuration)
        let pieces = (0..<50).map { _ in ScriptedServer.Act.say("x") }
        try await ScriptedServer.run { _ in
            [.say(Self.head + "Content-Length: 50\r\n\r\n")] + pieces
        } _: { (server) async throws in
            #expect(try await transport.get("http://127.0.0.1:\(server.port)/").text.count == 50)
        }
        await transport.close()
    }

    @Test func responseThatNobodyAskedForIsNotTakenForTheNext() async throws {
        let transport = try Transport.testing()
        let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        try await ScriptedServer.run { request in
            request.number == 1 ? [.say(ok + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")] : [.say(ok)]
        } _: { (server) async throws in
            #expect(try await transport.get("http://127.0.0.1:\(server.port)/").text == "ok")
            #expect(try await transport.get("http://127.0.0.1:\(server.port)/").text == "ok")
            #expect(server.connections == 2)
        }
        await transport.close()
    }

    @Test func memoryOfABodyIsLimited() async throws {
        let transport = try Transport.testing()
        try await ScriptedServer.run { _ in
            [.say(Self.head + "\r\n"), .flood(ByteBuffer(repeating: 0x78, count: 4096))]
        } _: { (server) async throws in
            await #expect(throws: BodyTooLarge(limit: 10_000)) {
                try await transport.get("http://127.0.0.1:\(server.port)/", limit: 10_000)
            }
        }
    }
}
