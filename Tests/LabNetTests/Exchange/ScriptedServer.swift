import NIOCore
import NIOPosix
import Synchronization

@testable import LabNet

/// A TCP server that does what a test says, however rude, for each request that it reads.
final class ScriptedServer: Sendable {
    /// What it does in answer to a request.
    enum Act: Sendable {
        /// Sends text, in one write.
        case say(String)
        /// Sends bytes over and over, as long as the client takes them.
        case flood(ByteBuffer)
        /// Closes in an orderly way.
        case close
        /// Resets the connection.
        case reset
        /// Closes TCP under TLS, which is not told.
        case cut
    }

    /// One request as it came: its head, and how many connections and requests came before it.
    struct Request: Sendable {
        let head: String
        let connection: Int
        let number: Int

        var target: String { String(head.split(separator: " ", maxSplits: 2).dropFirst().first ?? "") }

        func field(_ name: String) -> String? {
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
                .map { String($0.dropFirst(name.count + 1).drop { $0 == " " }) }
        }
    }

    private struct Log: Sendable {
        var connections = 0
        var requests: [Request] = []
        var flooded = 0
        var channels: [ObjectIdentifier: any Channel] = [:]
    }

    private let log = Watched(Log())
    private let listener: any Channel
    let port: UInt16

    var connections: Int { log.value.connections }
    var requests: [Request] { log.value.requests }
    /// Bytes of floods that the kernel has taken.
    var flooded: Int { log.value.flooded }

    /// Waits for the first request.
    func requested() async { await log.wait { !$0.requests.isEmpty } }

    /// Waits until nobody takes any more of a flood for a moment.
    func floodStands() async throws {
        var last = -1
        while flooded != last {
            last = flooded
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Runs a server while `body` runs.
    static func run(
        on address: String = "127.0.0.1", port: UInt16 = 0, tls: TestServer? = nil,
        _ script: @escaping @Sendable (Request) -> [Act], _ body: (ScriptedServer) async throws -> Void
    ) async throws {
        let shared = Shared()
        // An SSL_CTX may be used from any thread once it is made.
        nonisolated(unsafe) let tls = tls
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.addServerTLS(tls)
                    try channel.pipeline.syncOperations.addHandler(Connection(script: script, shared: shared))
                }
            }
            .bind(host: address, port: Int(port)).get()
        let server = ScriptedServer(listener)
        shared.box.withLock { $0 = server }
        do {
            try await body(server)
            await server.stop()
        } catch {
            await server.stop()
            throw error
        }
    }

    private final class Shared: Sendable {
        let box = Mutex<ScriptedServer?>(nil)
        var server: ScriptedServer? { box.withLock(\.self) }
    }

    private init(_ listener: any Channel) {
        self.listener = listener
        port = UInt16(listener.localAddress?.port ?? 0)
    }

    private func stop() async {
        await listener.closeNow()
        for channel in log.value.channels.values { await channel.closeNow() }
    }

    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let script: @Sendable (Request) -> [Act]
        private let shared: Shared
        private var received = ""
        private var number = 0

        init(script: @escaping @Sendable (Request) -> [Act], shared: Shared) {
            self.script = script
            self.shared = shared
        }

        func channelActive(context: ChannelHandlerContext) {
            number =
                shared.server?.log.update { log in
                    log.connections += 1
                    log.channels[ObjectIdentifier(context.channel)] = context.channel
                    return log.connections
                } ?? 0
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            while let end = received.firstRange(of: "\r\n\r\n") {
                let head = String(received[..<end.upperBound])
                received = String(received[end.upperBound...])
                guard
                    let request = shared.server?.log.update({ log in
                        let request = Request(head: head, connection: number, number: log.requests.count + 1)
                        log.requests.append(request)
                        return request
                    })
                else { return }
                for act in script(request) { perform(act, context) }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func perform(_ act: Act, _ context: ChannelHandlerContext) {
            switch act {
            case .say(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .flood(let bytes): flood(bytes, context)
            case .close: context.close(promise: nil)
            case .reset: context.channel.resetNow()
            case .cut: cut(context.channel)
            }
        }

        /// Closes from below TLS, so that it says no close_notify.
        private func cut(_ channel: any Channel) {
            let tls = try? channel.pipeline.syncOperations.context(handlerType: TLSHandler.self)
            tls?.close(promise: nil)
        }

        private func flood(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(bytes)).assumeIsolated().whenSuccess {
                self.shared.server?.log.update { $0.flooded += bytes.readableBytes }
                // In a turn of its own: the write may have succeeded on the spot.
                context.eventLoop.assumeIsolated().execute { self.flood(bytes, context) }
            }
        }
    }
}
