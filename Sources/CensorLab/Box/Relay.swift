import NIOCore

/// One end of a pair that carries bytes between two channels of one event loop; a slow end holds the other back.
final class Relay: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private weak var partner: Relay?
    private var context: ChannelHandlerContext?
    private var isReadDue = false
    private let cut: TLSBox.Cut?
    private let cutting: (Int) -> Void
    private var received = 0
    private var isCut = false

    private init(cut: TLSBox.Cut?, cutting: @escaping (Int) -> Void) {
        self.cut = cut
        self.cutting = cutting
    }

    /// The client's end and the server's.
    ///
    /// - Parameters:
    ///   - cut: what is done to the bytes from the server.
    ///   - cutting: is told the count of bytes that have passed when that happens.
    static func pair(
        cut: TLSBox.Cut?, cutting: @escaping (Int) -> Void
    ) -> (client: Relay, server: Relay) {
        let (client, server) = (Relay(cut: nil) { _ in }, Relay(cut: cut, cutting: cutting))
        client.partner = server
        server.partner = client
        return (client, server)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        partner = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isCut else { return }
        var bytes = unwrapInboundIn(data)
        if let cut, received + bytes.readableBytes > cut.afterBytes {
            isCut = true
            if let rest = bytes.readSlice(length: max(0, cut.afterBytes - received)) { partner?.write(rest) }
            cutting(cut.afterBytes)
            partner?.context?.flush()
            context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
            partner?.context?.channel.kill(cut.action)
            return
        }
        received += bytes.readableBytes
        partner?.write(bytes)
    }

    private func write(_ bytes: ByteBuffer) { context?.write(wrapOutboundOut(bytes), promise: nil) }

    func channelReadComplete(context: ChannelHandlerContext) { partner?.context?.flush() }

    func read(context: ChannelHandlerContext) {
        if partner?.context?.channel.isWritable ?? true { context.read() } else { isReadDue = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable, let partner, partner.isReadDue else { return }
        partner.isReadDue = false
        partner.context?.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A half that is closed here is closed over there, after all that was sent before.
        if event as? ChannelEvent == .inputClosed { partner?.context?.close(mode: .output, promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        partner?.context?.close(promise: nil)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset on one side is a reset on the other.
        partner?.context?.channel.reset()
        context.close(promise: nil)
    }
}
