internal import Glibc
package import NIOCore

/// Drives a ``TLSSession`` on a channel, on either side.
///
/// Plaintext that is written before the handshake's end waits; none goes out and none is delivered unless the peer is
/// verified. When the stream ends without close_notify after the handshake, `TLSFailure(.closedEarly)` goes up the
/// pipeline before the channel becomes inactive: a body that only the end delimits may have been cut short.
package final class TLSHandler: ChannelDuplexHandler {
    /// Ciphertext from the peer.
    package typealias InboundIn = ByteBuffer
    /// Plaintext from the peer.
    package typealias InboundOut = ByteBuffer
    /// Plaintext for the peer.
    package typealias OutboundIn = ByteBuffer
    /// Ciphertext for the peer.
    package typealias OutboundOut = ByteBuffer

    private enum State {
        case idle
        case handshaking
        case established
        case closed
    }

    private let session: TLSSession
    private let handshake: EventLoopPromise<TLSSummary>
    private var state = State.idle
    private var waiting = MarkedCircularBuffer<(data: ByteBuffer, promise: EventLoopPromise<Void>?)>(initialCapacity: 8)
    /// Whether somebody above waits for bytes that have not come yet.
    private var owesRead = false

    /// Makes a handler for one connection.
    ///
    /// - Parameters:
    ///   - session: whose first flight, if it has been given out, is on the wire already; else the handler writes it.
    ///   - handshake: completed exactly once, with the summary or with `TLSFailure`; `ChannelError` when the channel
    ///     was closed from this side.
    package init(session: TLSSession, handshake: EventLoopPromise<TLSSummary>) {
        self.session = session
        self.handshake = handshake
    }

    /// Whether a record of the peer's has come in part.
    var isMidRecord: Bool { state == .established && session.isMidRecord }
}

// MARK: The channel's life

extension TLSHandler {
    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        end(ChannelError.ioOnClosedChannel)
    }

    package func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        begin(context)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        streamEnded(context)
        context.fireChannelInactive()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent, state != .closed {
            // Half a connection is of no use to TLS 1.2, nor to anybody here.
            streamEnded(context)
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard state == .handshaking else { return context.fireErrorCaught(error) }
        let code = (error as? IOError)?.errnoCode
        let cause: NetworkError.Cause =
            switch code {
            case ECONNRESET?, EPIPE?: session.hasReceived ? .reset : .resetAfterHello
            case let code?: .system(errno: code)
            case nil: .tls(String(describing: error))
            }
        fail(context, TLSFailure(cause))
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard state == .idle else { return }
        state = .handshaking
        do {
            for segment in try session.firstFlight() {
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: segment)), promise: nil)
            }
            context.read()
        } catch {
            fail(context, error)
        }
    }

    /// The peer's bytes are at their end.
    private func streamEnded(_ context: ChannelHandlerContext) {
        switch state {
        case .handshaking:
            end(TLSFailure(session.hasReceived ? .closedEarly : .closedAfterHello))
        case .established:
            end(ChannelError.ioOnClosedChannel)
            context.fireErrorCaught(TLSFailure(.closedEarly))
        case .idle, .closed:
            end(ChannelError.ioOnClosedChannel)
        }
    }

    /// TLS is broken: tells whoever waits, lets a last alert out, and closes.
    private func fail(_ context: ChannelHandlerContext, _ error: any Error) {
        let wasEstablished = state == .established
        end(error)
        if wasEstablished { context.fireErrorCaught(error) }
        closeAfterLastWords(context)
    }

    /// Nothing more is read or written; completes every promise that is still open.
    private func end(_ error: any Error) {
        if state == .idle || state == .handshaking { handshake.fail(error) }
        state = .closed
        while let write = waiting.popFirst() { write.promise?.fail(error) }
    }
}

// MARK: From the peer

extension TLSHandler {
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state == .handshaking || state == .established else { return }
        let ciphertext = unwrapInboundIn(data)
        session.receive(ciphertext)
        do {
            if state == .handshaking { try advance(context) }
            if state == .established { try deliver(context, expecting: ciphertext.readableBytes) }
        } catch {
            fail(context, error)
        }
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // What came held no plaintext: whoever asked for some still waits.
        if state == .handshaking || state == .established, owesRead { context.read() }
    }

    package func read(context: ChannelHandlerContext) {
        owesRead = true
        context.read()
    }

    private func advance(_ context: ChannelHandlerContext) throws {
        let summary = try session.handshake()
        for part in try session.handshakeFlight() { context.writeAndFlush(wrapOutboundOut(part), promise: nil) }
        guard let summary else { return context.read() }
        state = .established
        handshake.succeed(summary)
        try drain(context)
    }

    private func deliver(_ context: ChannelHandlerContext, expecting count: Int) throws {
        var plaintext = context.channel.allocator.buffer(capacity: count + TLSSession.largestRecord)
        let result = Result { try session.read(into: &plaintext) }
        if plaintext.readableBytes > 0 {
            owesRead = false
            context.fireChannelRead(wrapInboundOut(plaintext))
        }
        // A key update may want an answer (RFC 8446 4.6.3).
        sendOwn(context)
        guard try result.get() == .closed, state == .established else { return }
        // The stream is whole. Nobody here speaks on after the peer's end, so ours follows.
        session.close()
        end(ChannelError.ioOnClosedChannel)
        closeAfterLastWords(context)
    }
}

// MARK: To the peer

extension TLSHandler {
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state != .closed else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        waiting.append((unwrapOutboundIn(data), promise))
    }

    package func flush(context: ChannelHandlerContext) {
        waiting.mark()
        guard state == .established else { return }
        do {
            try drain(context)
        } catch {
            fail(context, error)
        }
    }

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if state == .established, mode != .input { session.close() }
        guard mode == .all else {
            sendOwn(context)
            return context.close(mode: mode, promise: promise)
        }
        end(ChannelError.ioOnClosedChannel)
        if let promise { context.channel.closeFuture.cascade(to: promise) }
        closeAfterLastWords(context)
    }

    /// Closes the channel when the alert or close_notify that lies ready has left, or when the peer takes too long to
    /// read what stands before it. Where nothing is in the way this happens at once.
    private func closeAfterLastWords(_ context: ChannelHandlerContext) {
        guard let lastWords = session.takeOutgoing() else {
            return context.close(promise: nil)
        }
        let patience = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { context.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(lastWords)).assumeIsolated().whenComplete { _ in
            patience.cancel()
            context.close(promise: nil)
        }
    }

    /// Encrypts and sends what has been flushed.
    private func drain(_ context: ChannelHandlerContext) throws {
        while waiting.hasMark, let write = waiting.popFirst() {
            do {
                try session.write(write.data)
            } catch {
                write.promise?.fail(error)
                throw error
            }
            if let ciphertext = session.takeOutgoing() {
                context.write(wrapOutboundOut(ciphertext), promise: write.promise)
            } else {
                write.promise?.succeed(())
            }
        }
        context.flush()
    }

    /// Sends what the session has ready of its own.
    private func sendOwn(_ context: ChannelHandlerContext) {
        guard let ciphertext = session.takeOutgoing() else { return }
        context.writeAndFlush(wrapOutboundOut(ciphertext), promise: nil)
    }
}
