import LabNet
import NIOCore
import Synchronization
import Testing

@testable import Puller

/// The worst links over real sockets, with the whole transport.
@Suite(.timeLimit(.minutes(1))) struct SocketPullTests {
    private static let bytes = Noise.bytes(5_000_000)

    /// Pulls the image whose layer is served so; nil when that went well, the archive's digest of the layer included.
    private func cause(
        of reply: @escaping @Sendable (_ offset: Int?, _ path: String) -> SocketRegistry.Reply
    ) async throws -> PullError.Cause? {
        let registry = try await SocketRegistry.start(try ServedImage(layers: [Self.bytes]), layer: reply)
        let bench = try PullBench()
        var configuration = TransportConfiguration()
        configuration.proxy = .none
        (configuration.timeouts.idle, configuration.timeouts.proving) = (.milliseconds(300), .milliseconds(300))
        let transport = try Transport(configuration)
        var access = RegistryAccess()
        access.plainHTTP = true
        let policy = RetryPolicy(firstWait: .milliseconds(1), longestWait: .milliseconds(5))
        let puller = Puller(
            transport: transport, access: access, patience: Patience(policy: policy), standardOutput: -1)
        let request = try bench.request("127.0.0.1:\(registry.port)/lab/big")
        var cause: PullError.Cause?
        do {
            _ = try await puller.pull(request)
            #expect(try bench.bytes("out.tar").count > Self.bytes.count)
        } catch let error as PullError {
            cause = error.cause
            #expect(try bench.files() == [])
        }
        await transport.close()
        await registry.stop()
        return cause
    }

    private static func part(_ offset: Int?, sent: Int? = nil) -> SocketRegistry.Reply {
        guard let offset else { return SocketRegistry.reply("200 OK", "", bytes, sent: sent) }
        let field = "Content-Range: bytes \(offset)-\(bytes.count - 1)/\(bytes.count)"
        return SocketRegistry.reply("206 Partial Content", field, bytes[offset...], sent: sent)
    }

    @Test func aLinkThatIsCutEveryMegabyte() async throws {
        #expect(try await cause { offset, _ in Self.part(offset, sent: 1_000_000) } == nil)
    }

    @Test func aLinkThatFallsSilentEveryMegabyte() async throws {
        let cause = try await cause { offset, _ in
            var reply = Self.part(offset, sent: 1_000_000)
            reply.closes = false
            return reply
        }
        #expect(cause == nil)
    }

    @Test func aBodyInChunksWithoutALength() async throws {
        let cause = try await cause { _, _ in
            var bytes = ByteBuffer(string: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for start in stride(from: 0, to: Self.bytes.count, by: 65_536) {
                let piece = Self.bytes[start...].prefix(65_536)
                bytes.writeString(String(piece.count, radix: 16) + "\r\n")
                bytes.writeBytes(piece)
                bytes.writeString("\r\n")
            }
            bytes.writeString("0\r\n\r\n")
            return SocketRegistry.Reply(bytes: bytes)
        }
        #expect(cause == nil)
    }

    @Test func aBodyWithoutAnEnd() async throws {
        let cause = try await cause { _, _ in
            var flood = ByteBuffer(string: "10000\r\n")
            flood.writeBytes(Self.bytes.prefix(65_536))
            flood.writeString("\r\n")
            return SocketRegistry.Reply(
                bytes: ByteBuffer(string: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), flood: flood)
        }
        guard case .sizeMismatch(expected: 5_000_000, _)? = cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
    }

    @Test func aRedirectThatLeadsToItself() async throws {
        let cause = try await cause { _, path in
            SocketRegistry.reply("307 Temporary Redirect", "Location: \(path)", [])
        }
        guard case .network(let error)? = cause, case .redirect = error.cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
    }

    @Test(arguments: ["ftp://127.0.0.1/x", "file:///etc/passwd", "gopher://127.0.0.1:70/x"])
    func aRedirectToAnotherScheme(_ location: String) async throws {
        let cause = try await cause { _, _ in
            SocketRegistry.reply("307 Temporary Redirect", "Location: \(location)", [])
        }
        guard case .network(let error)? = cause, case .redirect = error.cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
    }

    @Test(arguments: [
        ("200 OK", ""), ("206 Partial Content", ""), ("206 Partial Content", "Content-Range: bytes 0-9/10"),
        ("416 Range Not Satisfiable", ""),
    ])
    func aCutWhereTheRestCannotBeHadByRange(_ status: String, _ field: String) async throws {
        let counter = Counter()
        let cause = try await cause { offset, _ in
            guard offset != nil else { return Self.part(nil, sent: counter.next() == 1 ? 1_000_000 : nil) }
            return SocketRegistry.reply(status, field, Self.bytes)
        }
        #expect(cause == nil)
    }
}

private final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
