import Glibc
import LabNet
import NIOCore
import NIOPosix
import Testing

@testable import CensorLab
@testable import LabNet

/// Does one thing when the first bytes of a connection have come.
private final class Reaction: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let react: @Sendable (ChannelHandlerContext) -> Void

    init(_ react: @Sendable @escaping (ChannelHandlerContext) -> Void) { self.react = react }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { react(context) }
}

extension ChannelHandlerContext {
    fileprivate func answer(_ bytes: [UInt8], then next: @Sendable @escaping (ChannelHandlerContext) -> Void = { _ in })
    {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        writeAndFlush(NIOAny(ByteBuffer(bytes: bytes))).whenComplete { _ in next(bound.value) }
    }

    fileprivate func reset() {
        let channel = channel
        (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenSuccess {
            channel.close(promise: nil)
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct TLSHandlerTests {
    private let context: TLSContext
    private let server: @Sendable () throws -> TLSSession

    init() throws {
        let root = try CertificateAuthority(named: "root")
        let issued = try root.issue(CertificateRequest(names: ["registry.example"]))
        context = try makeContext(trusting: root)
        server = { try TestServer(issued).session() }
    }

    private func connect(
        _ port: Int, _ strategy: ServerNameStrategy = .plain, host: String = "registry.example", autoRead: Bool = true
    ) async throws -> LoopbackClient {
        let context = context
        return try await LoopbackClient.connect(port: port, autoRead: autoRead) {
            try context.session(for: parse(host), port: 443, strategy: strategy)
        }
    }

    /// A TLS server whose inner end answers the first request as told.
    private func answering(
        _ react: @Sendable @escaping (ChannelHandlerContext) -> Void
    ) -> @Sendable (any Channel) throws -> Void {
        let server = server
        return { channel in
            let handshake = channel.eventLoop.makePromise(of: TLSSummary.self)
            try channel.pipeline.syncOperations.addHandlers(
                TLSHandler(session: server(), handshake: handshake), Reaction(react))
        }
    }

    @Test(arguments: [
        ServerNameStrategy.plain, .records, .segments, .recordsAndSegments, .omit, .alter("other.example"),
    ])
    func wholeExchange(_ strategy: ServerNameStrategy) async throws {
        let react: @Sendable (ChannelHandlerContext) -> Void = { context in
            context.answer(Array("pong".utf8)) { $0.close(promise: nil) }
        }
        try await withServer(answering(react)) { port in
            let client = try await connect(port, strategy)
            // Written before the handshake's end: it waits.
            try await client.channel.writeAndFlush(ByteBuffer(string: "ping")).get()
            #expect(try await client.failure() == nil)
            let account = try await client.collector.whole.get()
            #expect(String(buffer: account.bytes) == "pong")
            #expect(account.failures.isEmpty)
        }
    }

    @Test func anEndWithoutCloseNotifyIsSeen() async throws {
        let react: @Sendable (ChannelHandlerContext) -> Void = { context in
            context.answer(Array("half of it".utf8)) { context in
                // From the head: past the TLS handler, which would say close_notify.
                _ = try? context.pipeline.syncOperations.context(handlerType: TLSHandler.self).close(promise: nil)
            }
        }
        try await withServer(answering(react)) { port in
            let client = try await connect(port)
            try await client.channel.writeAndFlush(ByteBuffer(string: "ping")).get()
            let account = try await client.collector.whole.get()
            #expect(String(buffer: account.bytes) == "half of it")
            #expect(account.failures == [.closedEarly])
        }
    }

    @Test func resetAfterTheHello() async throws {
        try await withServer({ try $0.pipeline.syncOperations.addHandler(Reaction { $0.reset() }) }) { port in
            let failure = try await connect(port).failure()
            #expect(failure == .resetAfterHello)
        }
    }

    /// The box is quicker than we are: the socket is dead already when NIO gets it.
    @Test func resetBeforeTheHandingOver() async throws {
        let reset: @Sendable (any Channel) throws -> Void = {
            try $0.pipeline.syncOperations.addHandler(Reaction { $0.reset() })
        }
        try await withServer(reset) { port in
            let context = context
            let client = try await LoopbackClient.connect(
                port: port,
                meanwhile: { descriptor in
                    var wait = pollfd(fd: descriptor, events: 0, revents: 0)
                    poll(&wait, 1, 10_000)
                }
            ) {
                try context.session(for: parse("registry.example"), port: 443, strategy: .plain)
            }
            let failure = try await client.failure()
            #expect(failure == .resetAfterHello)
        }
    }

    @Test func closeAfterTheHello() async throws {
        try await withServer({ try $0.pipeline.syncOperations.addHandler(Reaction { $0.close(promise: nil) }) }) {
            port in
            let failure = try await connect(port).failure()
            #expect(failure == .closedAfterHello)
        }
    }

    @Test(arguments: [40, 112] as [UInt8])
    func alertAfterTheHello(_ code: UInt8) async throws {
        let refuse = Reaction { $0.answer([21, 3, 3, 0, 2, 2, code]) { $0.close(promise: nil) } }
        try await withServer({ try $0.pipeline.syncOperations.addHandler(refuse) }) { port in
            let failure = try await connect(port).failure()
            #expect(failure == .alert(code))
        }
    }

    @Test func anEndAfterTheServersFirstWordsIsAnother() async throws {
        // The beginning of a record of 100 bytes.
        let begin = Reaction { $0.answer([22, 3, 3, 0, 100, 2, 0]) { $0.close(promise: nil) } }
        try await withServer({ try $0.pipeline.syncOperations.addHandler(begin) }) { port in
            let failure = try await connect(port).failure()
            #expect(failure == .closedEarly || failure == .reset)
        }
    }

    @Test func plainHTTPIsNoTLS() async throws {
        let speak = Reaction { $0.answer(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)) { $0.close(promise: nil) } }
        try await withServer({ try $0.pipeline.syncOperations.addHandler(speak) }) { port in
            guard case .tls(let words) = try await connect(port).failure() else {
                Issue.record("no failure of TLS")
                return
            }
            #expect(words == "wrong version number")
        }
    }

    @Test func aStrangersCertificateGetsNoByte() async throws {
        let seen = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
        let react: @Sendable (ChannelHandlerContext) -> Void = { _ in seen.succeed(()) }
        try await withServer(answering(react)) { port in
            let client = try await connect(port, .omit, host: "other.example")
            let write = client.channel.eventLoop.makePromise(of: Void.self)
            client.channel.writeAndFlush(ByteBuffer(string: "Authorization: secret"), promise: write)
            guard case .certificate(let problem) = try await client.failure() else {
                Issue.record("no failure of the certificate")
                return
            }
            #expect(problem.names == ["registry.example"])
            await #expect(throws: (any Error).self) { try await write.futureResult.get() }
            _ = try await client.collector.whole.get()
        }
        seen.fail(ChannelError.eof)
        await #expect(throws: ChannelError.eof, "the server read something") { try await seen.futureResult.get() }
    }

    @Test func closingFromThisSideEndsTheHandshake() async throws {
        try await withServer({ _ in }) { port in
            let client = try await connect(port)
            try await client.channel.close()
            await #expect(throws: ChannelError.self) { try await client.handshake.get() }
        }
    }

    /// Without autoRead the handshake goes on by itself, and one read asked for is one piece delivered.
    @Test func readsOnlyWhatIsAskedFor() async throws {
        let react: @Sendable (ChannelHandlerContext) -> Void = { context in
            context.answer(Array("pong".utf8)) { $0.close(promise: nil) }
        }
        try await withServer(answering(react)) { port in
            let client = try await connect(port, autoRead: false)
            #expect(try await client.failure() == nil)
            try await client.channel.writeAndFlush(ByteBuffer(string: "ping")).get()
            client.channel.read()
            // The next read finds the end.
            client.channel.read()
            let account = try await client.collector.whole.get()
            #expect(String(buffer: account.bytes) == "pong")
        }
    }

    @Test func manyBytesComeThroughInOrder() async throws {
        let block = [UInt8]((0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        let react: @Sendable (ChannelHandlerContext) -> Void = { context in
            for _ in 0..<15 { context.answer(block) }
            context.answer(block) { $0.close(promise: nil) }
        }
        try await withServer(answering(react)) { port in
            let client = try await connect(port)
            try await client.channel.writeAndFlush(ByteBuffer(string: "ping")).get()
            let account = try await client.collector.whole.get()
            #expect(account.bytes.readableBytes == 16 << 20)
            #expect(account.bytes.getBytes(at: 5 << 20, length: 1 << 20) == block)
            #expect(account.failures.isEmpty)
        }
    }
}
