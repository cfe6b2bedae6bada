import Glibc
import NIOCore
import NIOPosix
import Synchronization

@testable import LabNet

/// Stands on the way to a server: it reads what the client says first, and decides. Enough for proxies of every kind and
/// for boxes that read names.
final class Middleman: Sendable {
    /// What is done with the bytes that have come so far; what has been understood is taken out of the buffer.
    enum Decision: Sendable {
        /// More bytes are needed.
        case wait
        /// An answer, after which more is read.
        case reply([UInt8])
        /// From now on the bytes are the server's, after this answer to the client.
        case forward(to: Endpoint, after: [UInt8])
        /// An answer, and a close.
        case refuse([UInt8])
        /// A TCP reset.
        case reset
        /// Silence.
        case swallow
    }

    typealias Decide = (inout ByteBuffer) -> Decision

    private struct Log: Sendable {
        var heard: [[UInt8]] = []
        var channels: [any Channel] = []
    }

    private let log = Watched(Log())
    private let listener = Mutex<(any Channel)?>(nil)

    /// Every byte that was heard before a decision, by connection.
    var heard: [[UInt8]] { log.value.heard }
    /// How many connections came.
    var connections: Int { log.value.heard.count }
    /// Where it stands.
    var endpoint: Endpoint {
        let address = listener.withLock { $0?.localAddress }
        return Endpoint(
            address: address?.ipAddress.flatMap { IPAddress($0) } ?? .v4(0), port: UInt16(address?.port ?? 0))
    }

    /// Waits until so many bytes have been heard on the first connection.
    func heard(_ count: Int) async { await log.wait { ($0.heard.first?.count ?? 0) >= count } }

    /// Stands there while `body` runs.
    ///
    /// - Parameters:
    ///   - tls: speaks TLS with the client.
    ///   - decide: makes the decider of one connection.
    static func run(
        on address: String = "127.0.0.1", port: UInt16 = 0, tls: TestServer? = nil,
        _ decide: @escaping @Sendable () -> Decide, _ body: (Middleman) async throws -> Void
    ) async throws {
        let middleman = Middleman()
        // An SSL_CTX may be used from any thread once it is made.
        nonisolated(unsafe) let tls = tls
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.addServerTLS(tls)
                    try channel.pipeline.syncOperations.addHandler(Front(middleman, decide()))
                }
            }
            .bind(host: address, port: Int(port)).get()
        middleman.listener.withLock { $0 = listener }
        do {
            try await body(middleman)
            await middleman.stop()
        } catch {
            await middleman.stop()
            throw error
        }
    }

    private func stop() async {
        await listener.withLock(\.self)?.closeNow()
        for channel in log.value.channels { await channel.closeNow() }
    }

    /// The client's end.
    private final class Front: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private enum State { case deciding, connecting, forwarding(any Channel), done }

        private let middleman: Middleman
        private let decide: Decide
        private var state = State.deciding
        private var received = ByteBuffer()
        private var number = 0

        init(_ middleman: Middleman, _ decide: @escaping Decide) {
            self.middleman = middleman
            self.decide = decide
        }

        func channelActive(context: ChannelHandlerContext) {
            number = middleman.log.update { log in
                log.heard.append([])
                log.channels.append(context.channel)
                return log.heard.count - 1
            }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            switch state {
            case .deciding:
                middleman.log.update { $0.heard[number] += Array(bytes.readableBytesView) }
                received.writeImmutableBuffer(bytes)
                act(decide(&received), context)
            case .connecting: received.writeImmutableBuffer(bytes)
            case .forwarding(let server): server.writeAndFlush(bytes, promise: nil)
            case .done: break
            }
        }

        private func act(_ decision: Decision, _ context: ChannelHandlerContext) {
            switch decision {
            case .wait: break
            case .reply(let bytes): say(bytes, context)
            case .refuse(let bytes):
                state = .done
                say(bytes, context)
                context.close(promise: nil)
            case .swallow: state = .done
            case .reset:
                state = .done
                context.channel.resetNow()
            case .forward(let server, let reply):
                state = .connecting
                forward(to: server, after: reply, context)
            }
        }

        private func forward(to server: Endpoint, after reply: [UInt8], _ context: ChannelHandlerContext) {
            let client = context.channel
            let connected = ClientBootstrap(group: context.eventLoop).channelInitializer { channel in
                channel.pipeline.addHandler(Back(client: client))
            }.connect(host: server.address.description, port: Int(server.port))
            connected.assumeIsolated().whenComplete { result in
                guard let channel = try? result.get() else { return context.close(promise: nil) }
                self.middleman.log.update { $0.channels.append(channel) }
                self.say(reply, context)
                self.state = .forwarding(channel)
                if self.received.readableBytes > 0 { channel.writeAndFlush(self.received, promise: nil) }
            }
        }

        private func say(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            if case .forwarding(let server) = state { server.close(promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    /// The server's end.
    private final class Back: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private let client: any Channel
        init(client: any Channel) { self.client = client }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            client.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { client.close(promise: nil) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

extension Channel {
    /// Closes with RST in place of FIN: no time to linger.
    func resetNow() {
        (self as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in
            self.close(promise: nil)
        }
    }

    /// Puts a server's TLS into the pipeline, if there is one. Only on the event loop.
    func addServerTLS(_ server: TestServer?) throws {
        guard let server else { return }
        let handshake = eventLoop.makePromise(of: TLSSummary.self)
        // A client that turns away is the test's business, not the server's.
        try pipeline.syncOperations.addHandler(TLSHandler(session: server.session(), handshake: handshake))
    }
}
