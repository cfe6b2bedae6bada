internal import NIOCore

/// Speaks with a proxy at the head of a connection, then leaves the pipeline.
final class ProxyHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var negotiation: any ProxyNegotiation
    private let established: EventLoopPromise<Void>
    private var received = ByteBuffer()

    /// Makes a handler for a channel that is active already.
    ///
    /// - Parameter established: completed exactly once: succeeded when the handler has left the pipeline; failed with
    ///   `ProxyFailure` or with the channel's error, and the channel closed.
    init(_ negotiation: any ProxyNegotiation, established: EventLoopPromise<Void>) {
        self.negotiation = negotiation
        self.established = established
    }

    func handlerAdded(context: ChannelHandlerContext) {
        do {
            send(try negotiation.start(), context)
        } catch {
            fail(error, context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { established.fail(ChannelError.ioOnClosedChannel) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.writeImmutableBuffer(unwrapInboundIn(data))
        do {
            switch try negotiation.receive(&received) {
            case .wait: break
            case .send(let bytes): send(bytes, context)
            case .established:
                established.succeed(())
                context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
            }
        } catch {
            fail(error, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error, context) }

    func channelInactive(context: ChannelHandlerContext) {
        established.fail(ProxyFailure.broken("closed in mid-negotiation"))
        context.fireChannelInactive()
    }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        established.fail(error)
        context.close(promise: nil)
    }
}
