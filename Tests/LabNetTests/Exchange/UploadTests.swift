import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

@testable import LabNet

@Suite(.timeLimit(.minutes(1))) struct UploadTests {
    /// Bytes that differ from place to place.
    private static func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    private func request(
        to server: UploadServer, _ path: String = "/", method: HTTPMethod = .PUT, length: Int64?,
        _ produce: @escaping @Sendable (any HTTPBodyWriting) async throws -> Void
    ) throws -> HTTPRequest {
        var request = HTTPRequest(
            method: method, url: try #require(HTTPURL("http://127.0.0.1:\(server.port)\(path)")))
        request.body = .stream(HTTPBodyStream(length: length, produce: produce))
        return request
    }

    private func send(_ request: HTTPRequest, over transport: any HTTPExchanging) async throws -> (
        status: Int, text: String
    ) {
        try await transport.exchange(request) { response in
            (response.status, String(buffer: try await response.body.collect(upTo: 1 << 20)))
        }
    }

    /// What a test's own maker throws.
    private struct OutOfInk: Error {}

    @Test(arguments: [true, false], [true, false])
    func streamArrivesWholeAndInOrder(isLengthKnown: Bool, isBlocking: Bool) async throws {
        let transport = try Transport.testing()
        let bytes = Self.bytes(300_001)
        try await UploadServer.run { _ in
            .reads(201)
        } _: { (server) async throws in
            let request = try request(to: server, length: isLengthKnown ? Int64(bytes.count) : nil) { writer in
                for start in stride(from: 0, to: bytes.count, by: 20_003) {
                    let piece = bytes[start..<min(start + 20_003, bytes.count)]
                    if isBlocking {
                        try await NIOThreadPool.singleton.runIfActive {
                            try piece.withUnsafeBytes { try writer.write($0) }
                        }
                    } else {
                        try await writer.write(ByteBuffer(bytes: piece))
                    }
                }
            }
            let answer = try await send(request, over: transport)
            #expect(answer.status == 201)
            #expect(answer.text == "\(bytes.count)")
            let seen = try #require(server.requests.first)
            #expect(seen.sum == UploadServer.sum(bytes))
            #expect(seen.head.headers["content-length"] == (isLengthKnown ? ["\(bytes.count)"] : []))
            #expect(seen.head.headers["transfer-encoding"] == (isLengthKnown ? [] : ["chunked"]))
        }
        await transport.close()
    }

    @Test(arguments: [Int64(0), nil]) func emptyStreamIsARequestLikeAnother(length: Int64?) async throws {
        let transport = try Transport.testing()
        try await UploadServer.run { _ in
            .reads(200)
        } _: { (server) async throws in
            let answer = try await send(try request(to: server, length: length) { _ in }, over: transport)
            #expect(answer.text == "0")
        }
        await transport.close()
    }

    @Test func streamNeverGoesOverAConnectionThatWasIdle() async throws {
        let transport = try Transport.testing()
        try await UploadServer.run { _ in
            .reads(200)
        } _: { (server) async throws in
            let stream = try request(to: server, length: 3) { try await $0.write(ByteBuffer(string: "abc")) }
            _ = try await send(stream, over: transport)
            #expect(try await transport.get("http://127.0.0.1:\(server.port)/").status == 200)
            // An idle connection might be dead already, and half a stream gone with it.
            _ = try await send(stream, over: transport)
            let connections = server.requests.map(\.connection)
            #expect(connections.count == 3)
            #expect(connections[2] > connections[1])
        }
        await transport.close()
    }

    /// The maker never ends by himself: only the answer can end this.
    @Test(arguments: [413, 401]) func earlyRefusalEndsTheSending(status: Int) async throws {
        let transport = try Transport.testing()
        let told = Mutex<(any Error)?>(nil)
        try await UploadServer.run { _ in
            .declines(status, [:])
        } _: { (server) async throws in
            let endless = try request(to: server, length: nil) { writer in
                do {
                    while true { try await writer.write(ByteBuffer(repeating: 7, count: 100_000)) }
                } catch {
                    told.withLock { $0 = error }
                    throw error
                }
            }
            let answer = try await send(endless, over: transport)
            #expect(answer.status == status)
            #expect(answer.text == "no")
            #expect(told.withLock { $0 is HTTPSendingEnded })
            _ = try await transport.get("http://127.0.0.1:\(server.port)/")
            #expect(server.log.value.connections == 2, "the connection of a broken request is not used again")
        }
        await transport.close()
    }

    /// The thread that makes the body waits in a call that blocks when the answer comes.
    @Test func earlyRefusalWakesABlockedThread() async throws {
        let transport = try Transport.testing()
        try await UploadServer.run { _ in
            .declines(413, [:])
        } _: { (server) async throws in
            let endless = try request(to: server, length: nil) { writer in
                try await NIOThreadPool.singleton.runIfActive {
                    let bytes = [UInt8](repeating: 7, count: 1 << 20)
                    while true { try bytes.withUnsafeBytes { try writer.write($0) } }
                }
            }
            #expect(try await send(endless, over: transport).status == 413)
        }
        await transport.close()
    }

    @Test func earlyAgreementLetsTheSendingGoOn() async throws {
        let transport = try Transport.testing()
        let bytes = Self.bytes(200_000)
        try await UploadServer.run { _ in
            .agreesAtOnce
        } _: { (server) async throws in
            let request = try request(to: server, length: nil) { try await $0.write(ByteBuffer(bytes: bytes)) }
            #expect(try await send(request, over: transport).text == "\(bytes.count)")
            #expect(server.requests.first?.sum == UploadServer.sum(bytes))
        }
        await transport.close()
    }

    @Test func makerWhoFailsLeavesNoWholeRequest() async throws {
        let transport = try Transport.testing()
        for length in [Int64(1_000_000), nil] {
            try await UploadServer.run { _ in
                .reads(201)
            } _: { (server) async throws in
                let request = try request(to: server, length: length) { writer in
                    try await writer.write(ByteBuffer(repeating: 1, count: 10))
                    throw OutOfInk()
                }
                await #expect(throws: OutOfInk.self) { try await send(request, over: transport) }
                await server.log.wait { $0.closed == 1 }
                #expect(server.requests.allSatisfy { !$0.isWhole })
            }
        }
        await transport.close()
    }

    @Test(arguments: [2, 4]) func anotherLengthThanAnnouncedIsNotSent(count: Int) async throws {
        let transport = try Transport.testing()
        try await UploadServer.run { _ in
            .reads(201)
        } _: { (server) async throws in
            let request = try request(to: server, length: 3) {
                try await $0.write(ByteBuffer(repeating: 1, count: count))
            }
            await #expect(throws: HTTPBodyLengthMismatch(announced: 3, actual: Int64(count))) {
                try await send(request, over: transport)
            }
            await server.log.wait { $0.closed == 1 }
            #expect(server.requests.allSatisfy { !$0.isWhole && $0.bytes <= 3 })
        }
        await transport.close()
    }

    @Test func serverThatReadsNothingIsGivenUp() async throws {
        var configuration = TransportConfiguration()
        configuration.timeouts.idle = .milliseconds(200)
        let transport = try Transport.testing(configuration)
        try await UploadServer.run { _ in
            .isDeaf
        } _: { (server) async throws in
            let endless = try request(to: server, length: nil) { writer in
                while true { try await writer.write(ByteBuffer(repeating: 7, count: 1 << 20)) }
            }
            #expect(await cause { try await send(endless, over: transport) } == .timedOut(.milliseconds(200)))
        }
        await transport.close()
    }

    /// Much longer than the time in which a server may do nothing.
    @Test func serverThatReadsSlowlyIsNot() async throws {
        var configuration = TransportConfiguration()
        configuration.timeouts.idle = .seconds(1)
        let transport = try Transport.testing(configuration)
        let count = 8_000_000
        try await UploadServer.run { _ in
            .dawdles
        } _: { (server) async throws in
            let request = try request(to: server, length: Int64(count)) {
                try await $0.write(ByteBuffer(repeating: 7, count: count))
            }
            #expect(try await send(request, over: transport).text == "\(count)")
        }
        await transport.close()
    }

    /// Nothing is under way while the maker thinks, so nobody stalls.
    @Test func makerMayTakeHisTime() async throws {
        var configuration = TransportConfiguration()
        configuration.timeouts.idle = .milliseconds(50)
        let transport = try Transport.testing(configuration)
        try await UploadServer.run { _ in
            .reads(200)
        } _: { (server) async throws in
            let request = try request(to: server, length: 4) { writer in
                try await writer.write(ByteBuffer(string: "ab"))
                try await Task.sleep(for: .milliseconds(300))
                try await writer.write(ByteBuffer(string: "cd"))
            }
            #expect(try await send(request, over: transport).text == "4")
        }
        await transport.close()
    }

    @Test func cancellingEndsAStream() async throws {
        let transport = try Transport.testing()
        try await UploadServer.run { _ in
            .isDeaf
        } _: { (server) async throws in
            let endless = try request(to: server, length: nil) { writer in
                while true { try await writer.write(ByteBuffer(repeating: 7, count: 1 << 20)) }
            }
            let sending = Task { try await send(endless, over: transport).status }
            await server.log.wait { !$0.requests.isEmpty }
            sending.cancel()
            await #expect(throws: CancellationError.self) { try await sending.value }
        }
        await transport.close()
    }

    @Test(arguments: [307, 308, 302]) func redirectIsFollowedOnlyWhereTheBodyCanBeMadeAnew(status: Int) async throws {
        let transport = try Transport.testing()
        try await UploadServer.run {
            $0.uri == "/new" ? .reads(201) : .declines(status, ["Location": "/new"])
        } _: { (server) async throws in
            let made = Mutex(0)
            var request = try request(to: server, "/old", length: 2) { writer in
                made.withLock { $0 += 1 }
                try await writer.write(ByteBuffer(string: "ab"))
            }
            #expect(try await send(request, over: transport).status == status)
            request.followsWithBody = true
            #expect(try await send(request, over: transport).status == (status == 302 ? 302 : 201))
            #expect(made.withLock { $0 } == (status == 302 ? 2 : 3))
        }
        await transport.close()
    }

    /// nginx reads a request's body before it says what it thinks of it, or declines at the head; both with a limit.
    @Test(.enabled(if: Daemon.exists("/usr/sbin/nginx"), "nginx is not installed"), arguments: [true, false])
    func nginxWithALimitOnBodies(isLengthKnown: Bool) async throws {
        let folder = try ScratchFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
        let transport = try Transport.testing()
        try await UploadServer.run { _ in
            .reads(201)
        } _: { (server) async throws in
            let port = try Daemon.freePort()
            let configuration = try folder.write(
                """
                daemon off; pid \(folder.path)/pid; error_log \(folder.path)/error.log; worker_processes 1; user root;
                events { worker_connections 64; }
                http {
                    access_log off; client_body_temp_path \(folder.path)/body; client_max_body_size 1m;
                    server {
                        listen 127.0.0.1:\(port);
                        location / {
                            proxy_pass http://127.0.0.1:\(server.port); proxy_http_version 1.1;
                            proxy_request_buffering off;
                        }
                    }
                }
                """, to: "nginx.conf")
            let daemon = try await Daemon("/usr/sbin/nginx", ["-c", configuration, "-p", folder.path], port: port)
            for (count, status) in [(900_000, 201), (30_000_000, 413), (1_000_000, 201)] {
                var request = HTTPRequest(method: .PUT, url: try #require(HTTPURL("http://127.0.0.1:\(port)/")))
                request.body = .stream(
                    HTTPBodyStream(length: isLengthKnown ? Int64(count) : nil) { writer in
                        for _ in 0..<10 { try await writer.write(ByteBuffer(repeating: 9, count: count / 10)) }
                    })
                #expect(try await send(request, over: transport).status == status)
            }
            _ = daemon
        }
        await transport.close()
    }
}
