internal import NIOCore
internal import NIOHTTP1

/// One connection to one origin, ready for requests, one after the other.
struct HTTP1Connection: Sendable {
    /// The way it goes.
    let route: Route
    /// The hello that opened it; nil in plain HTTP, and where there was no choice of hellos.
    let strategy: ServerNameStrategy?
    /// When it was made.
    let birth = ContinuousClock.now
    /// What it has brought so far.
    let carried: Carried
    private let channel: any Channel
    private let handler: NIOLoopBound<HTTP1Handler>

    /// The limits on what a server may say before its body, in bytes and fields.
    private static var limits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 32 * 1024
        limits.maxHeaderListSize = 64 * 1024
        limits.maxHeaderFieldCount = 128
        return limits
    }

    /// Puts HTTP/1.1 on a channel that is connected, and secured where it has to be.
    ///
    /// - Parameters:
    ///   - strategy: the hello that opened it; nil in plain HTTP, and where there was no choice of hellos.
    ///   - wasProven: whether its way need not be proved by this connection, and a body may pause for `timeouts.idle` from
    ///     the beginning.
    /// - Throws: `ChannelError` when the channel has been closed meanwhile.
    static func open(
        on channel: any Channel, to route: Route, by strategy: ServerNameStrategy?, for origin: Origin,
        timeouts: TransportConfiguration.Timeouts, wasProven: Bool = true
    ) async throws -> HTTP1Connection {
        let carried = Carried(wasProven: wasProven)
        let handler = try await channel.eventLoop.submit {
            let handler = HTTP1Handler(on: channel.eventLoop, timeouts: timeouts, carried: carried) { cause in
                NetworkError(
                    step: .exchange, host: origin.host.description, endpoint: route.endpoint, strategy: strategy,
                    cause: cause)
            }
            let decoder = HTTPResponseDecoder(
                leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .forward, limitConfiguration: limits)
            try channel.pipeline.syncOperations.addHandlers([
                HTTPRequestEncoder(), ByteToMessageHandler(decoder), NIOHTTPRequestHeadersValidator(), handler,
            ])
            return NIOLoopBound(handler, eventLoop: channel.eventLoop)
        }.get()
        return HTTP1Connection(
            route: route, strategy: strategy, carried: carried, channel: channel, handler: handler)
    }

    /// The endpoint at its other end: the origin's, or the proxy's.
    var endpoint: Endpoint { route.endpoint }

    /// Whether it still looks open; the peer may be closing it at this moment.
    var isAlive: Bool { channel.isActive }

    /// Sends a request and waits for the head of the final response.
    ///
    /// - Throws: `NetworkError`; `CancellationError`, and then the connection is closing.
    func send(_ head: HTTPRequestHead, body: ByteBuffer?) async throws -> HTTP1Handler.Response {
        let promise = channel.eventLoop.makePromise(of: HTTP1Handler.Response.self)
        handler.execute { $0.send(head, body: body, response: promise) }
        return try await promise.futureResult.get(closing: channel)
    }

    /// The exchange is over for its caller: how it ended, and whether the connection can take another request. If not, it
    /// is closed.
    func settle(parkingFor limit: Duration) async -> (ending: HTTP1Handler.Ending, isReusable: Bool) {
        let end = try? await channel.eventLoop.submit { [handler] in
            handler.value.park(for: limit)
            return (ending: handler.value.ending, isReusable: handler.value.isReusable)
        }.get()
        if let end, end.isReusable { return end }
        await close()
        return (end?.ending ?? .abandoned, false)
    }

    /// Closes the connection and waits until its descriptor is closed.
    func close() async { await channel.closeNow() }
}

extension EventLoopFuture where Value: Sendable {
    /// Waits for the value; cancelling the task closes the channel, which must make the future fail.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, whatever the future then fails with.
    func get(closing channel: any Channel) async throws -> Value {
        do {
            return try await withTaskCancellationHandler {
                try await get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            try Task.checkCancellation()
            throw error
        }
    }
}

extension Channel {
    /// Closes and waits for the end, cancelled or not; a channel that is closed already is fine.
    func closeNow() async {
        close(promise: nil)
        try? await closeFuture.get()
    }
}
