import NIOCore
import NIOHTTP1
import NIOPosix

@testable import LabNet

/// An HTTP server that reads bodies as a test says, and counts what it gets.
final class UploadServer: Sendable {
    /// What it does with a request.
    enum Conduct: Sendable {
        /// Reads all, and answers with this status and the number of bytes.
        case reads(Int)
        /// Answers with this status at the head, and reads on.
        case answersAtOnce(Int)
        /// Says 200 at the head, and the rest of the response when it has read all.
        case agreesAtOnce
        /// Answers like this and reads no byte of the body.
        case declines(Int, HTTPHeaders)
        /// Says nothing and reads nothing.
        case isDeaf
        /// Reads a piece now and then.
        case dawdles
    }

    /// A request as it came.
    struct Request: Sendable {
        var head: HTTPRequestHead
        var connection: Int
        var bytes = 0
        /// The sum of all bytes, each times its place: what came in another order is another sum.
        var sum: UInt64 = 0
        var isWhole = false
    }

    struct Log: Sendable {
        var connections = 0
        var requests: [Request] = []
        var closed = 0
    }

    let log: Watched<Log>
    let port: Int
    private let listener: any Channel

    var requests: [Request] { log.value.requests }

    /// The sum that bytes should have.
    static func sum(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.enumerated().reduce(0) { $0 &+ UInt64($1.offset + 1) &* UInt64($1.element) }
    }

    static func run(
        _ conduct: @escaping @Sendable (HTTPRequestHead) -> Conduct, _ body: (UploadServer) async throws -> Void
    ) async throws {
        let log = Watched(Log())
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // Accepted sockets inherit it: little may lie between the two.
            .serverChannelOption(.socketOption(.so_rcvbuf), value: 64 << 10)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    try channel.pipeline.syncOperations.addHandler(Connection(conduct, log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = UploadServer(listener, log)
        do {
            try await body(server)
        } catch {
            await listener.closeNow()
            throw error
        }
        await listener.closeNow()
    }

    private init(_ listener: any Channel, _ log: Watched<Log>) {
        self.listener = listener
        self.log = log
        port = listener.localAddress?.port ?? 0
    }

    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let choose: @Sendable (HTTPRequestHead) -> Conduct
        private let log: Watched<Log>
        private var conduct = Conduct.isDeaf
        private var connection = 0
        private var index = 0
        private var place: UInt64 = 0

        init(_ choose: @escaping @Sendable (HTTPRequestHead) -> Conduct, _ log: Watched<Log>) {
            (self.choose, self.log) = (choose, log)
        }

        func channelActive(context: ChannelHandlerContext) {
            connection = log.update { log in
                log.connections += 1
                return log.connections
            }
            context.read()
        }

        func channelInactive(context: ChannelHandlerContext) { log.update { $0.closed += 1 } }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): begin(head, context)
            case .body(let piece): take(piece)
            case .end: end(context)
            }
        }

        func channelReadComplete(context: ChannelHandlerContext) {
            switch conduct {
            case .isDeaf where index > 0, .declines: break
            case .dawdles:
                context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(20)) { context.read() }
            default: context.read()
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
            (conduct, place) = (choose(head), 0)
            index = log.update { log in
                log.requests.append(Request(head: head, connection: connection))
                return log.requests.count
            }
            switch conduct {
            case .answersAtOnce(let status): answer(status, "no", [:], context)
            case .agreesAtOnce:
                let head = HTTPResponseHead(
                    version: .http1_1, status: .ok, headers: ["Transfer-Encoding": "chunked"])
                context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
            case .declines(let status, let headers): answer(status, "no", headers, context)
            default: break
            }
        }

        private func take(_ piece: ByteBuffer) {
            var sum: UInt64 = 0
            // Slow enough without that.
            let isCounted = if case .dawdles = conduct { false } else { true }
            for byte in piece.readableBytesView where isCounted {
                place += 1
                sum &+= place &* UInt64(byte)
            }
            log.update { log in
                log.requests[index - 1].bytes += piece.readableBytes
                log.requests[index - 1].sum &+= sum
            }
        }

        private func end(_ context: ChannelHandlerContext) {
            let count = log.update { log in
                log.requests[index - 1].isWhole = true
                return log.requests[index - 1].bytes
            }
            switch conduct {
            case .reads(let status): answer(status, "\(count)", [:], context)
            case .dawdles: answer(201, "\(count)", [:], context)
            case .agreesAtOnce:
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "\(count)")))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            default: break
            }
        }

        private func answer(_ status: Int, _ text: String, _ headers: HTTPHeaders, _ context: ChannelHandlerContext) {
            var headers = headers
            headers.replaceOrAdd(name: "Content-Length", value: "\(text.utf8.count)")
            let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
