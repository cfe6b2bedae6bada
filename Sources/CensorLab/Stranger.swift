package import LabNet
import NIOCore
internal import Synchronization

/// Whoever stands at a forged address. It keeps every byte that it is shown: the true host's name must not be in them.
package final class Stranger: Sendable {
    /// Where it listens.
    package var endpoint: Endpoint { listener.endpoint }
    private let listener: Listener
    private let visitors: Visitors

    /// How a stranger behaves to those who connect.
    package enum Manner: Sendable {
        /// Accepts, and says nothing.
        case silent
        /// Accepts, and resets as soon as it has read something.
        case reset
        /// Speaks TLS with a certificate of its own, and then says nothing.
        case tls(ServerIdentity)
    }

    private init(listener: Listener, visitors: Visitors) {
        self.listener = listener
        self.visitors = visitors
    }

    /// Waits for visitors.
    package static func start(
        _ manner: Manner, at wanted: Endpoint, journal: Journal = Journal()
    ) async throws -> Stranger {
        let visitors = Visitors()
        let listener = try await Listener.start(at: wanted) { channel in
            let party = "stranger \(try channel.localEndpoint.address)"
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(Witness(visitors, isReset: { if case .reset = manner { true } else { false } }()))
            if case .tls(let identity) = manner {
                try pipeline.addHandler(
                    DoorHandler(TLSDoor(identity: identity), journal: journal, party: party) { _ in })
            } else {
                try pipeline.addHandler(SilentReader(journal: journal, party: party))
            }
        }
        return Stranger(listener: listener, visitors: visitors)
    }

    /// All that each visitor has sent so far, in the order of their coming.
    package var shown: [[UInt8]] { visitors.shown }

    /// Closes every connection.
    package func stop() async { await listener.stop() }
}

/// The bytes of each connection.
private final class Visitors: Sendable {
    private let bytes = Mutex<[[UInt8]]>([])

    var shown: [[UInt8]] { bytes.withLock { $0 } }

    func enter() -> Int {
        bytes.withLock { bytes in
            bytes.append([])
            return bytes.count - 1
        }
    }

    func show(_ shown: some Sequence<UInt8>, by visitor: Int) { bytes.withLock { $0[visitor] += shown } }
}

/// Writes down what comes, and hands it on unless the visitor is thrown out.
private final class Witness: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let visitors: Visitors
    private let visitor: Int
    private let isReset: Bool

    init(_ visitors: Visitors, isReset: Bool) {
        self.visitors = visitors
        self.isReset = isReset
        visitor = visitors.enter()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        visitors.show(unwrapInboundIn(data).readableBytesView, by: visitor)
        context.fireChannelRead(data)
        if isReset { context.channel.reset() }
    }
}

/// Reads a hello for the journal, and never says a word.
private final class SilentReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let journal: Journal
    private let party: String
    private var held = ByteBuffer()
    private var isRead = false

    init(journal: Journal, party: String) {
        self.journal = journal
        self.party = party
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRead else { return }
        held.writeImmutableBuffer(unwrapInboundIn(data))
        guard let reading = HelloReader(reader: .records).read(held.readableBytesView) else { return }
        isRead = true
        journal.record(.greeted(reading, from: context.channel.peer), by: party)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
