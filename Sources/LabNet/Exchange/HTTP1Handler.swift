internal import Glibc
internal import NIOCore
internal import NIOHTTP1

/// The top of a connection's pipeline: sends one request at a time and hands out its response.
///
/// Back-pressure: while the reader of a body lags behind, this handler keeps `read` calls to itself, so the kernel's
/// buffer fills and TCP holds the sender back. In every other phase it reads on, so that an end of the connection, or a
/// response that nobody asked for, is noticed.
final class HTTP1Handler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart
    typealias Response = (head: HTTPResponseHead, body: HTTPBody)
    typealias Body = NIOThrowingAsyncSequenceProducer<
        ByteBuffer, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, BodyDemand
    >

    /// How an exchange ended, as far as the connection can tell.
    enum Ending: Equatable {
        /// The response has come whole.
        case whole
        /// This side has ended it, or nothing was asked yet.
        case abandoned
        /// The peer, or somebody in between, has.
        case broken(NetworkError.Cause)
    }

    /// So many pieces of a body wait for their reader before the sender is held back.
    private static let pieces = 4

    /// How the latest exchange ended.
    private(set) var ending = Ending.abandoned
    let timeouts: TransportConfiguration.Timeouts
    let timer: StallTimer
    var state = HTTP1State()
    /// Nil once the connection is gone.
    private(set) var context: ChannelHandlerContext?
    /// Which exchange of the connection it is.
    private(set) var exchange = 0
    /// Whoever waits to send more of the body.
    var room: EventLoopPromise<Void>?
    /// How many bytes the kernel held at the last look; nil where there was none.
    var queued: UInt64?
    private let carried: Carried
    private let failure: @Sendable (NetworkError.Cause) -> NetworkError
    private var tls: TLSHandler?
    private var response: EventLoopPromise<Response>?
    private var body: Body.Source?
    private var headDue = NIODeadline.uptimeNanoseconds(0)
    private var isHeldBack = false
    private var owesRead = false

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - carried: counts the bytes of all bodies.
    ///   - failure: dresses a cause with the step, the host and the endpoint.
    init(
        on loop: any EventLoop, timeouts: TransportConfiguration.Timeouts, carried: Carried,
        failure: @escaping @Sendable (NetworkError.Cause) -> NetworkError
    ) {
        self.timeouts = timeouts
        self.carried = carried
        self.failure = failure
        timer = StallTimer(on: loop)
    }

    /// Whether the connection can take another request.
    var isReusable: Bool { state.isReusable && context?.channel.isActive == true }

    /// Sends a request; the promise gets the head of the final response and its body, or `NetworkError`.
    func send(_ head: HTTPRequestHead, body: ByteBuffer?, response promise: EventLoopPromise<Response>) {
        guard let context = begin(promise, streams: false) else { return }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.write(wrapOutboundOut(.head(head))).whenFailure { bound.value.fail($0) }
        if let body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { [exchange] result in
            bound.value.requestWritten(exchange, result)
        }
        awaitFirstByte()
    }

    /// Makes ready for a request.
    ///
    /// - Parameter streams: whether its body is produced while it is sent.
    /// - Returns: nil where the connection takes none; the promise has failed then.
    func begin(_ promise: EventLoopPromise<Response>, streams: Bool) -> ChannelHandlerContext? {
        guard let context, state.begin(streams: streams) else {
            ending = .broken(.closedEarly)
            promise.fail(failure(.closedEarly))
            return nil
        }
        exchange += 1
        ending = .abandoned
        response = promise
        return context
    }

    /// Keeps the idle connection for a while, then closes it.
    func park(for limit: Duration) {
        guard isReusable else { return }
        timer.start(limit) { [weak self] in self?.context?.close(promise: nil) }
    }

    /// The request's last byte is the kernel's, or will never be.
    func requestWritten(_ exchange: Int, _ result: Result<Void, any Error>) {
        guard exchange == self.exchange else { return }
        switch result {
        case .success:
            state.requestWritten()
            if response != nil { awaitFirstByte() } else if state.isReceivingBody { awaitMore() }
        case .failure(let error):
            fail(error)
        }
    }

    private func awaitFirstByte() {
        headDue = .now() + TimeAmount(timeouts.firstByte)
        awaitHead(within: timeouts.firstByte)
    }

    /// Waits for the head until it is due; while a record that has begun may hold it, no longer than `limit` for the rest.
    private func awaitHead(within limit: Duration) {
        let left = min(Duration.nanoseconds((headDue - .now()).nanoseconds), limit)
        timer.start(left) { [weak self] in
            guard let self else { return }
            self.breakOff(.timedOut(min(limit, self.timeouts.firstByte)))
        }
    }
}

// MARK: The channel's life

extension HTTP1Handler {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        tls = try? context.pipeline.syncOperations.handler(type: TLSHandler.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        perform(state.close(.closedEarly))
        timer.stop()
        (self.context, tls) = (nil, nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        breakOff(.closedEarly)
        timer.stop()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error) }

    func read(context: ChannelHandlerContext) {
        if isHeldBack { owesRead = true } else { context.read() }
    }

    /// An end that comes from this side ends no body: it would look like the peer's to the parser.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        perform(state.close(.closedEarly))
        context.close(mode: mode, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        perform(state.receive(unwrapInboundIn(data)))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if state.isReceivingBody {
            // A record takes its time on a slow line, and gives nothing before it is whole.
            timer.sign()
        } else if response != nil, !state.wantsBody, !carried.isProven {
            // The head may be in a record that has begun: its rest is not the server's to think about.
            awaitHead(within: tls?.isMidRecord == true ? timeouts.proving : timeouts.firstByte)
        }
        context.fireChannelReadComplete()
    }
}

// MARK: Actions

extension HTTP1Handler {
    private func perform(_ action: HTTP1State.Action) {
        // Whatever ends the sending, whoever makes the body is told.
        defer { tellWriter() }
        switch action {
        case .wait: break
        case .head(let head): begin(head)
        case .body(let piece):
            timer.sign()
            if carried.add(piece.readableBytes), !state.wantsBody { awaitMore() }
            if case .stopProducing? = body?.yield(piece) { isHeldBack = true }
        case .end:
            ending = .whole
            timer.stop()
            finish(nil)
            if !state.isReusable { context?.close(promise: nil) }
        case .fail(let cause):
            timer.stop()
            finish(failure(cause))
            context?.close(promise: nil)
        }
    }

    private func begin(_ head: HTTPResponseHead) {
        guard let context, let response else { return }
        self.response = nil
        let demand = BodyDemand(handler: NIOLoopBound(self, eventLoop: context.eventLoop), exchange: exchange)
        let made = Body.makeSequence(
            elementType: ByteBuffer.self, failureType: (any Error).self,
            backPressureStrategy: .init(lowWatermark: 1, highWatermark: Self.pieces), finishOnDeinit: false,
            delegate: demand)
        body = made.source
        // As long as this side is sending, the server may take its time.
        if !state.wantsBody { awaitMore() }
        response.succeed((head, HTTPBody(made.sequence)))
    }

    private func awaitMore() {
        let limit = carried.isProven ? timeouts.idle : min(timeouts.proving, timeouts.idle)
        timer.start(limit) { [weak self] in
            guard let self else { return }
            // A reader that lags behind is no stall of the peer's.
            if self.isHeldBack { self.awaitMore() } else { self.breakOff(.timedOut(limit)) }
        }
    }

    /// The peer, or somebody in between, has ended the exchange in hand.
    func breakOff(_ cause: NetworkError.Cause) {
        let action = state.close(cause)
        if case .fail = action { ending = .broken(cause) }
        perform(action)
    }

    /// Completes whatever waits for this exchange; without an error, its body is whole.
    private func finish(_ error: NetworkError?) {
        if let error {
            response?.fail(error)
            body?.finish(error)
        } else {
            body?.finish()
        }
        (response, body) = (nil, nil)
        letGo()
    }

    /// Something in the pipeline has failed.
    func fail(_ error: any Error) {
        breakOff(NetworkError.Cause(inExchange: error))
        context?.close(promise: nil)
    }

    /// The reader of a body wants more.
    func resume(exchange: Int) {
        guard exchange == self.exchange else { return }
        timer.sign()
        letGo()
    }

    private func letGo() {
        isHeldBack = false
        guard owesRead else { return }
        owesRead = false
        context?.read()
    }

    /// The reader of a body has gone; a body that is still coming has nobody to go to.
    func abandon(exchange: Int) {
        guard exchange == self.exchange, state.isReceivingBody else { return }
        perform(state.close(.closedEarly))
    }
}

extension NetworkError.Cause {
    /// What an error in a connection's pipeline means for the exchange on it.
    init(inExchange error: any Error) {
        self =
            switch error {
            case let error as TLSFailure: error.cause
            case let error as IOError where error.errnoCode == ECONNRESET || error.errnoCode == EPIPE: .reset
            case let error as IOError: .system(errno: error.errnoCode)
            case HTTPParserError.invalidEOFState, is ChannelError: .closedEarly
            case HTTPParserError.headerOverflow: .protocolViolation("header fields over the limit")
            default: .protocolViolation("\(error)")
            }
    }
}
