import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import LabNet

@Suite(.timeLimit(.minutes(1))) struct UnixSocketTests {
    /// Answers every request with its target, its Host and the count of its body's bytes.
    private final class Echo: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private var head: HTTPRequestHead?
        private var count = 0

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body(let piece): count += piece.readableBytes
            case .end:
                let text = "\(head?.uri ?? "") \(head?.headers.first(name: "host") ?? "") \(count)"
                let answer = HTTPResponseHead(
                    version: .http1_1, status: .ok, headers: ["Content-Length": "\(text.utf8.count)"])
                context.write(wrapOutboundOut(.head(answer)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }

    private let folder: ScratchFolder
    private var path: String { folder.path + "/s" }

    init() throws { folder = try ScratchFolder() }

    private func text(_ request: HTTPRequest, at path: String) async throws -> String {
        try await UnixSocketTransport(path: path, patience: .seconds(30)).exchange(request) { response in
            String(buffer: try await response.body.collect(upTo: 1 << 16))
        }
    }

    @Test func requestAndStreamPassThroughASocketInTheFileSystem() async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Echo())
                }
            }
            .bind(unixDomainSocketPath: path).get()
        var request = HTTPRequest(url: try #require(HTTPURL("http://localhost/a?b=c")))
        #expect(try await text(request, at: path) == "/a?b=c localhost 0")
        request.method = .POST
        request.body = .stream(
            HTTPBodyStream(length: nil) { writer in
                for _ in 0..<40 { try await writer.write(ByteBuffer(repeating: 1, count: 100_000)) }
            })
        #expect(try await text(request, at: path) == "/a?b=c localhost 4000000")
        await listener.closeNow()
    }

    @Test func socketThatIsNotThereIsNamed() async throws {
        let request = HTTPRequest(url: try #require(HTTPURL("http://localhost/")))
        do {
            _ = try await text(request, at: path)
            Issue.record("somebody answered")
        } catch let error as NetworkError {
            #expect(error.host == path)
            #expect(error.step == .dial)
            #expect(error.cause == .system(errno: ENOENT))
        }
        // Nobody listens at a file that is left of a socket, and no path is longer than 107 bytes.
        _ = try folder.write("", to: "s")
        #expect(await cause { try await text(request, at: path) } == .refused)
        guard
            case .protocolViolation? = await cause({ try await text(request, at: String(repeating: "/x", count: 100)) })
        else {
            Issue.record("a path that is too long")
            return
        }
    }
}
