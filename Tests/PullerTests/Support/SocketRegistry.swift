import LabNet
import NIOCore
import NIOPosix

@testable import Puller

/// A registry on a real socket that sends whatever a test says in answer to a request for the layer, and behaves otherwise.
final class SocketRegistry: Sendable {
    /// What follows a request: bytes in order, then a close, or silence.
    struct Reply: Sendable {
        var bytes: ByteBuffer
        /// Sends this over and over behind the bytes.
        var flood: ByteBuffer?
        var closes = false
    }

    private let listener: any Channel

    var port: Int { listener.localAddress?.port ?? 0 }

    /// - Parameter layer: what is sent to whoever asks for the layer, from this offset where he asks by Range.
    static func start(
        _ image: ServedImage, layer: @escaping @Sendable (_ offset: Int?, _ path: String) -> Reply
    ) async throws -> SocketRegistry {
        let digest = image.layers[0].digest.description
        let contents: [(String, [UInt8], String)] = [
            ("/manifests/", image.manifest, MediaType.ociManifest),
            ("/blobs/\(try Digester.digest(of: image.config))", image.config, "application/json"),
        ]
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Connection { head in
                            let path = String(head.split(separator: " ", maxSplits: 2).dropFirst().first ?? "")
                            if path.contains(digest) { return layer(Self.offset(in: head), path) }
                            let found = contents.first { path.contains($0.0) }
                            return Self.reply(
                                found == nil ? "404 Not Found" : "200 OK", "Content-Type: \(found?.2 ?? "")",
                                found?.1 ?? [])
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return SocketRegistry(listener)
    }

    private init(_ listener: any Channel) { self.listener = listener }

    func stop() async { try? await listener.close() }

    /// A response with a length; `sent` cuts it short and closes.
    static func reply(
        _ status: String, _ fields: String = "", _ body: some Collection<UInt8>, sent: Int? = nil
    ) -> Reply {
        let fields = fields.isEmpty ? "" : fields + "\r\n"
        var bytes = ByteBuffer(string: "HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.count)\r\n\r\n")
        bytes.writeBytes(Array(body.prefix(sent ?? body.count)))
        return Reply(bytes: bytes, closes: sent.map { $0 < body.count } ?? false)
    }

    private static func offset(in head: String) -> Int? {
        let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("range: bytes=") }
        return line.flatMap { Int($0.dropFirst(13).prefix { $0 != "-" }) }
    }

    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: @Sendable (String) -> Reply
        private var received = ""

        init(_ answer: @escaping @Sendable (String) -> Reply) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            while let end = received.firstRange(of: "\r\n\r\n") {
                let head = String(received[..<end.upperBound])
                received = String(received[end.upperBound...])
                let reply = answer(head)
                context.writeAndFlush(wrapOutboundOut(reply.bytes), promise: nil)
                if let flood = reply.flood { self.flood(flood, context) }
                if reply.closes { context.close(promise: nil) }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func flood(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(bytes)).assumeIsolated().whenSuccess {
                context.eventLoop.assumeIsolated().execute { self.flood(bytes, context) }
            }
        }
    }
}
