internal import NIOCore
internal import NIOHTTP1

/// HTTP/1.1 on one channel, whatever that is: one exchange after the other.
struct HTTP1Channel: Sendable {
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
    ///   - wasProven: whether a body may pause for `timeouts.idle` from the beginning.
    ///   - failure: dresses a cause with the step and whom it was met at.
    /// - Throws: `ChannelError` when the channel has been closed meanwhile.
    static func open(
        on channel: any Channel, timeouts: TransportConfiguration.Timeouts, wasProven: Bool,
        failure: @escaping @Sendable (NetworkError.Cause) -> NetworkError
    ) async throws -> HTTP1Channel {
        let carried = Carried(wasProven: wasProven)
        let handler = try await channel.eventLoop.submit {
            let handler = HTTP1Handler(
                on: channel.eventLoop, timeouts: timeouts, carried: carried, failure: failure)
            let decoder = HTTPResponseDecoder(
                leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .forward, limitConfiguration: limits)
            try channel.pipeline.syncOperations.addHandlers([
                HTTPRequestEncoder(), ByteToMessageHandler(decoder), NIOHTTPRequestHeadersValidator(), handler,
            ])
            return NIOLoopBound(handler, eventLoop: channel.eventLoop)
        }.get()
        return HTTP1Channel(carried: carried, channel: channel, handler: handler)
    }

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

// MARK: Sending and receiving at a time

extension HTTP1Channel {
    /// Sends a request, and hands the head of the final response and its body to `use`, while a body that is a stream may
    /// still be on its way.
    ///
    /// - Throws: `NetworkError`; what the stream's maker throws while more is wanted of him; what `use` throws;
    ///   `CancellationError`, and then the connection is closing.
    func exchange<Value>(
        _ head: HTTPRequestHead, body: HTTPRequestBody?, isolation: isolated (any Actor)? = #isolation,
        _ use: (HTTP1Handler.Response) async throws -> Value
    ) async throws -> Value {
        guard case .stream(let stream)? = body else { return try await use(try await send(head, body: body?.bytes)) }
        let promise = channel.eventLoop.makePromise(of: HTTP1Handler.Response.self)
        handler.execute { $0.open(head, response: promise) }
        return try await withTaskGroup(of: (any Error)?.self) { group -> Result<Value, any Error> in
            group.addTask { await produce(stream) }
            let outcome: Result<Value, any Error>
            do {
                let response = try await promise.futureResult.get(closing: channel)
                if response.head.status.code >= 300 { group.cancelAll() }
                outcome = .success(try await use(response))
                handler.execute { $0.stopSending() }
            } catch {
                group.cancelAll()
                outcome = .failure(error)
            }
            // Where nothing could be made any more, that is the reason, and what it led to is not.
            let broken = await group.next() ?? nil
            if case .failure = outcome, let broken { return .failure(broken) }
            return outcome
        }.get()
    }

    /// Makes the body and sends it.
    ///
    /// - Returns: why it could not be made, if more of it was wanted then.
    private func produce(_ stream: HTTPBodyStream) async -> (any Error)? {
        let writer = HTTPBodyWriter(to: handler, length: stream.length)
        do {
            try await withTaskCancellationHandler {
                try await stream.produce(writer)
                try await writer.finish()
            } onCancel: {
                handler.execute { $0.stopSending() }
            }
            return nil
        } catch {
            let wasWanted = try? await channel.eventLoop.submit { [handler] in handler.value.breakOffSending() }.get()
            return wasWanted == true ? error : nil
        }
    }
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
