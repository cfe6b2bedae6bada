import LabNet
import NIOCore

/// Reads a connection's hello, writes it down, and puts TLS and what is spoken inside behind it, or turns it away.
final class DoorHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    private let door: TLSDoor
    private let journal: Journal
    private let party: String
    private let behind: @Sendable (any Channel) throws -> Void
    private var held = ByteBuffer()
    private var isDecided = false

    /// - Parameter behind: adds the handlers that speak inside TLS.
    init(
        _ door: TLSDoor, journal: Journal, party: String, behind: @escaping @Sendable (any Channel) throws -> Void
    ) {
        self.door = door
        self.journal = journal
        self.party = party
        self.behind = behind
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        held.writeImmutableBuffer(unwrapInboundIn(data))
        guard !isDecided, let reading = HelloReader(reader: .records).read(held.readableBytesView) else { return }
        isDecided = true
        journal.record(.greeted(reading, from: context.channel.peer), by: party)
        switch door.welcome(reading) {
        case .served: open(as: door.identity, context: context)
        case .shown(let other): open(as: other, context: context)
        case .refused(.alert(let code)): context.channel.refuse(withAlert: code)
        case .refused(.close): context.close(promise: nil)
        }
    }

    private func open(as identity: ServerIdentity, context: ChannelHandlerContext) {
        do {
            try speakTLS(as: identity, context: context)
        } catch {
            context.close(promise: nil)
        }
    }

    private func speakTLS(as identity: ServerIdentity, context: ChannelHandlerContext) throws {
        let channel = context.channel
        let handshake = channel.eventLoop.makePromise(of: TLSSummary.self)
        // TLSHandler closes the channel of a handshake that has failed; there is nothing to be done about it here.
        handshake.futureResult.whenFailure { _ in }
        let tls = TLSHandler(session: try identity.session(), handshake: handshake)
        try channel.pipeline.syncOperations.addHandler(tls)
        try behind(channel)
        context.fireChannelRead(wrapInboundOut(held))
        context.fireChannelReadComplete()
        channel.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed, !isDecided { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
