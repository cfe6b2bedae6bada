internal import NIOCore

/// DNS over one stream, TCP or TLS: each message behind its length in two bytes (RFC 7766 8). Several questions may be
/// under way; the answers come in any order (RFC 7766 6.2.1.1).
struct DNSStream: ResolverConnection {
    private let channel: any Channel
    private let handler: NIOLoopBound<DNSStreamHandler>

    /// Puts DNS on a channel that is connected, and secured where it has to be.
    ///
    /// - Throws: `ChannelError` when the channel has been closed meanwhile.
    static func open(on channel: any Channel) async throws -> DNSStream {
        let handler = try await channel.eventLoop.submit {
            let handler = DNSStreamHandler()
            try channel.pipeline.syncOperations.addHandlers([ByteToMessageHandler(DNSFrames()), handler])
            return NIOLoopBound(handler, eventLoop: channel.eventLoop)
        }.get()
        return DNSStream(channel: channel, handler: handler)
    }

    var isAlive: Bool { channel.isActive }

    func ask(_ message: [UInt8]) async throws -> [UInt8] {
        let question = DNSStreamHandler.Question(message, on: channel.eventLoop)
        handler.execute { $0.send(question) }
        return try await withTaskCancellationHandler {
            try await question.answer.futureResult.get()
        } onCancel: {
            handler.execute { $0.forget(question) }
        }
    }

    func close() async { await channel.closeNow() }
}

/// Takes the messages of a stream apart.
struct DNSFrames: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    mutating func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        guard let frame = buffer.readLengthPrefixedSlice(as: UInt16.self) else { return .needMoreData }
        context.fireChannelRead(wrapInboundOut(frame))
        return .continue
    }
}

/// The top of a stream's pipeline: knows which question an answer belongs to.
///
/// Every question under way has an ID of its own on this stream, whatever two askers chose.
final class DNSStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A message, and who waits for its answer.
    final class Question: Sendable {
        let message: [UInt8]
        let answer: EventLoopPromise<[UInt8]>
        let birth = NIODeadline.now()

        init(_ message: [UInt8], on loop: any EventLoop) {
            self.message = message
            answer = loop.makePromise()
        }
    }

    /// More questions at a time than this are refused.
    private static let limit = 1 << 12
    /// Silence for this long behind a question is no slow resolver any more.
    private static let patience = TimeAmount.seconds(1)

    private var waiting: [UInt16: Question] = [:]
    private var context: ChannelHandlerContext?
    /// When anything came last.
    private var lastSign = NIODeadline.uptimeNanoseconds(0)

    /// Sends a question, under its own ID where nobody else uses it.
    func send(_ question: Question) {
        guard let context, question.message.count >= 2, waiting.count < Self.limit,
            let length = UInt16(exactly: question.message.count)
        else { return question.answer.fail(ResolverFailure(.closedEarly)) }
        var id = UInt16(question.message[0]) << 8 | UInt16(question.message[1])
        while waiting[id] != nil { id &+= 1 }
        waiting[id] = question
        // Length and message in one write, as RFC 7766 8 asks.
        var frame = context.channel.allocator.buffer(capacity: question.message.count + 2)
        frame.writeInteger(length)
        frame.writeInteger(id)
        frame.writeBytes(question.message.dropFirst(2))
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(frame)).whenFailure { bound.value.fail($0) }
    }

    /// Nobody waits for this answer any more.
    ///
    /// Where it was waited for in vain, and nothing else has come meanwhile, the connection is probably dead without anybody
    /// having said so: the next to ask shall have a new one.
    func forget(_ question: Question) {
        guard let id = waiting.first(where: { $0.value === question })?.key else { return }
        waiting[id] = nil
        question.answer.fail(CancellationError())
        if lastSign < question.birth, .now() - question.birth >= Self.patience { context?.close(promise: nil) }
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        endAll(.closedEarly)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastSign = .now()
        var message = Array(unwrapInboundIn(data).readableBytesView)
        guard message.count >= 2 else { return }
        // What nobody asked, or waits for no longer, is nobody's answer.
        let id = UInt16(message[0]) << 8 | UInt16(message[1])
        guard let question = waiting.removeValue(forKey: id) else { return }
        message.replaceSubrange(0..<2, with: question.message.prefix(2))
        question.answer.succeed(message)
    }

    func channelInactive(context: ChannelHandlerContext) {
        endAll(.closedEarly)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error) }

    private func fail(_ error: any Error) {
        let isFragment = error is ByteToMessageDecoderError
        endAll(isFragment ? .closedEarly : NetworkError.Cause(inExchange: error))
        context?.close(promise: nil)
    }

    private func endAll(_ cause: NetworkError.Cause) {
        let all = waiting.values
        waiting = [:]
        for question in all { question.answer.fail(ResolverFailure(cause)) }
    }
}
