import NIOCore

/// One end of a pair that carries bytes between two channels of one event loop, over a path that may be long; a slow end
/// holds the other back.
final class Relay: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What lies between the two ends.
    struct Path {
        /// Nothing arrives earlier than `delay` after this.
        var opening: NIODeadline
        /// How long everything is under way.
        var delay: TimeAmount
        /// What is done to the bytes from the server.
        var cut: TLSBox.Cut?
        /// The most bytes that get through in one piece.
        var segmentLimit: Int?
        /// How many bytes arrive in a second.
        var bytesPerSecond: Int?

        /// No more is under way than this, as in TCP, where a window fills a long path.
        static let window = 4 << 20
    }

    /// What goes from one end to the other.
    enum Parcel {
        case bytes(ByteBuffer)
        /// Nothing will follow.
        case end
        case close
        case kill(TLSBox.Action)

        var count: Int { if case .bytes(let bytes) = self { bytes.readableBytes } else { 0 } }
    }

    private let path: Path
    private let record: (Event) -> Void
    private weak var partner: Relay?
    private var context: ChannelHandlerContext?
    private var isReadDue = false
    private var received = 0
    private var isStopped = false
    /// What is under way to this end, in order.
    private var line: CircularBuffer<(due: NIODeadline, parcel: Parcel)> = []
    private var load = 0
    /// When the last of it arrives.
    private var lastDue = NIODeadline.uptimeNanoseconds(0)
    private var hasTimer = false

    private init(_ path: Path, record: @escaping (Event) -> Void) {
        self.path = path
        self.record = record
    }

    /// The client's end and the server's.
    ///
    /// - Parameter record: is told what happens to bytes on the way, before it happens.
    static func pair(on path: Path, record: @escaping (Event) -> Void) -> (client: Relay, server: Relay) {
        var (outward, inward) = (path, path)
        outward.cut = nil
        inward.bytesPerSecond = nil
        let (client, server) = (Relay(outward, record: record), Relay(inward, record: record))
        client.partner = server
        server.partner = client
        return (client, server)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        partner = nil
    }
}

// MARK: From this end to the other

extension Relay {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isStopped else { return }
        var bytes = unwrapInboundIn(data)
        if let limit = path.segmentLimit, bytes.readableBytes > limit {
            record(.oversized(bytes: bytes.readableBytes, limit: limit))
            return stop(context)
        }
        if let cut = path.cut, received + bytes.readableBytes > cut.afterBytes {
            if let rest = bytes.readSlice(length: max(0, cut.afterBytes - received)) { partner?.carry(.bytes(rest)) }
            record(.cut(afterBytes: cut.afterBytes))
            partner?.flush()
            partner?.carry(.kill(cut.action))
            return stop(context)
        }
        received += bytes.readableBytes
        partner?.carry(.bytes(bytes))
    }

    private func stop(_ context: ChannelHandlerContext) {
        isStopped = true
        context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
    }

    func channelReadComplete(context: ChannelHandlerContext) { partner?.flush() }

    func read(context: ChannelHandlerContext) {
        if partner?.hasRoom ?? true { context.read() } else { isReadDue = true }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A half that is closed here is closed over there, after all that was sent before.
        if event as? ChannelEvent == .inputClosed { partner?.carry(.end) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        partner?.carry(.close)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset on one side is a reset on the other.
        partner?.carry(.kill(.reset))
        context.close(promise: nil)
    }
}

// MARK: From the other end to this one

extension Relay {
    /// Brings something to this end when its time has come.
    func carry(_ parcel: Parcel) {
        guard path.delay > .zero || path.bytesPerSecond != nil else { return deliver(parcel) }
        for piece in pieces(of: parcel) {
            lastDue = max(max(.now(), path.opening) + path.delay, lastDue) + transmission(of: piece)
            line.append((lastDue, piece))
            load += piece.count
        }
        wait()
    }

    /// What a slow path does not carry in one go: a twentieth of a second's bytes.
    private func pieces(of parcel: Parcel) -> [Parcel] {
        guard case .bytes(var bytes) = parcel, let rate = path.bytesPerSecond else { return [parcel] }
        var pieces: [Parcel] = []
        while let piece = bytes.readSlice(length: min(max(1, rate / 20), bytes.readableBytes)), piece.readableBytes > 0
        {
            pieces.append(.bytes(piece))
        }
        return pieces
    }

    /// How long a piece takes besides the way itself.
    private func transmission(of parcel: Parcel) -> TimeAmount {
        path.bytesPerSecond.map { .nanoseconds(Int64(parcel.count) * 1_000_000_000 / Int64($0)) } ?? .zero
    }

    /// Sends off what has been delivered.
    func flush() { context?.flush() }

    private var hasRoom: Bool { load < Path.window && context?.channel.isWritable ?? true }

    private func wait() {
        guard !hasTimer, let first = line.first, let context else { return }
        hasTimer = true
        context.eventLoop.assumeIsolated().scheduleTask(deadline: first.due) { self.arrive() }
    }

    private func arrive() {
        hasTimer = false
        while let first = line.first, first.due <= .now() {
            line.removeFirst()
            load -= first.parcel.count
            // What came before an end has left before it.
            if case .bytes = first.parcel {} else { flush() }
            deliver(first.parcel)
        }
        flush()
        wait()
        askForMore()
    }

    private func deliver(_ parcel: Parcel) {
        switch parcel {
        case .bytes(let bytes): context?.write(wrapOutboundOut(bytes), promise: nil)
        case .end: context?.close(mode: .output, promise: nil)
        case .close: context?.close(promise: nil)
        case .kill(let action): context?.channel.kill(action)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { askForMore() }

    private func askForMore() {
        guard hasRoom, let partner, partner.isReadDue else { return }
        partner.isReadDue = false
        partner.context?.read()
    }
}
