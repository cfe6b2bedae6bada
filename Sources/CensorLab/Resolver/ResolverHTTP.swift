import LabNet
import NIOCore
import NIOHTTP1

/// DNS over HTTPS (RFC 8484): a query in the body of a POST, its answer in the body of the response.
final class ResolverHTTP: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    private let rules: ForgingDNS.Rules
    private let path: String
    private let journal: Journal
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    private static let mediaType = "application/dns-message"

    init(_ rules: ForgingDNS.Rules, path: String, journal: Journal) {
        self.rules = rules
        self.path = path
        self.journal = journal
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.clear()
        case .body(let part):
            // No message is longer than its length could say (RFC 1035 4.2.2).
            guard body.readableBytes + part.readableBytes <= Int(UInt16.max) else { return context.close(promise: nil) }
            body.writeImmutableBuffer(part)
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context: context)
        }
    }

    private func answer(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        let message = Array(body.readableBytesView)
        let isKept = head.isKeepAlive
        guard head.uri == path else { return send(.notFound, [], isKept: isKept, context: context) }
        guard head.method == .POST else { return send(.methodNotAllowed, [], isKept: isKept, context: context) }
        guard head.headers.first(name: "content-type") == Self.mediaType else {
            return send(.unsupportedMediaType, [], isKept: isKept, context: context)
        }
        let (client, party) = (context.channel.peer, context.party)
        guard let query = DNSQuery(message) else { return send(.badRequest, [], isKept: isKept, context: context) }
        journal.record(.asked(query, from: client, over: .https), by: party)
        rules.trueAnswer(
            to: query, message: message, from: client, over: .https, limit: Int(UInt16.max), on: context.eventLoop
        )?.assumeIsolated().whenSuccess { answer in
            self.journal.record(answer.event(for: query), by: party)
            self.send(.ok, answer.message, isKept: isKept, context: context)
        }
    }

    private func send(
        _ status: HTTPResponseStatus, _ body: [UInt8], isKept: Bool, context: ChannelHandlerContext
    ) {
        var headers: HTTPHeaders = ["Content-Length": String(body.count)]
        if status == .ok { headers.add(name: "Content-Type", value: Self.mediaType) }
        if !isKept { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
        let channel = context.channel
        let end = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !isKept { end.whenComplete { _ in channel.close(promise: nil) } }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
