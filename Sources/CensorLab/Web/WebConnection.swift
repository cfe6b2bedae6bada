import NIOCore
import NIOHTTP1

/// What a web server answers.
protocol WebContent: Sendable {
    /// The answer to one request; its body is sent for other methods than HEAD only.
    func answer(to head: HTTPRequestHead) -> WebAnswer
}

/// Speaks HTTP for a server: a request in, its answer out, the body no faster than the client takes it.
final class WebConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    private let content: any WebContent
    private let clock: WorldClock
    private let journal: Journal
    private let party: String
    private var head: HTTPRequestHead?
    private var unsent = ByteBuffer()
    private var isAnswering = false
    private var staysOpen = true

    private static let piece = 256 * 1024

    init(_ content: any WebContent, clock: WorldClock, journal: Journal, party: String) {
        self.content = content
        self.clock = clock
        self.journal = journal
        self.party = party
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context: context)
        }
    }

    private func answer(_ request: HTTPRequestHead, context: ChannelHandlerContext) {
        var answer = content.answer(to: request)
        journal.record(
            .requested(
                method: request.method.rawValue, host: request.headers.first(name: "Host"),
                path: String(request.uri.prefix { $0 != "?" }), status: Int(answer.status.code)), by: party)
        answer.headers.add(name: "Date", value: clock.httpDate)
        answer.headers.add(name: "Content-Length", value: String(answer.body.readableBytes))
        staysOpen = request.isKeepAlive
        if !staysOpen { answer.headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: answer.headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        unsent = request.method == .HEAD ? ByteBuffer() : answer.body
        isAnswering = true
        send(context: context)
    }

    private func send(context: ChannelHandlerContext) {
        while isAnswering, context.channel.isWritable {
            if let piece = unsent.readSlice(length: min(Self.piece, unsent.readableBytes)), piece.readableBytes > 0 {
                context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(piece))), promise: nil)
                continue
            }
            isAnswering = false
            let channel = context.channel
            let end = context.writeAndFlush(wrapOutboundOut(.end(nil)))
            if !staysOpen { end.whenComplete { _ in channel.close(promise: nil) } }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        send(context: context)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A client that has closed its half asks no more; an answer that is under way still reaches it.
        if event as? ChannelEvent == .inputClosed {
            if isAnswering { staysOpen = false } else { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
