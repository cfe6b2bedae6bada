import LabNet
import NIOCore
import NIOPosix

/// One connection through a box: its first bytes are held back until they are judged, then it is killed or relayed.
final class BoxConnection: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    private let rules: TLSBox.Rules
    private let memory: ResidualMemory
    private let server: SocketAddress
    private let journal: Journal
    private let party: String
    private let opening: NIODeadline
    private var held = ByteBuffer()
    private var reads = 0
    private var isJudged = false
    private var isForwarding = false

    init(_ rules: TLSBox.Rules, memory: ResidualMemory, server: SocketAddress, journal: Journal, party: String) {
        self.rules = rules
        self.memory = memory
        self.server = server
        self.journal = journal
        self.party = party
        opening = .now() + TimeAmount(rules.roundTrip)
    }

    func channelActive(context: ChannelHandlerContext) {
        if let action = rules.blocked { judge(.unreadable, .killed(action), context: context) }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        held.writeImmutableBuffer(unwrapInboundIn(data))
        reads += 1
        guard !isJudged else { return }
        let facts = TCPFacts(of: context.channel)
        if isTooLarge(facts, context: context) { return }
        let reading = HelloReader(reader: rules.reader).read(held.readableBytesView)
        if memory.holds(context.channel.peer.address) {
            // In its penalty a client need not finish its hello.
            judge(reading ?? .unreadable, .penalised(rules.action), context: context)
        } else if let segments = segments(facts) {
            let reading = reading ?? .unreadable
            judge(reading, rules.verdict(on: reading, segments: segments), context: context)
        } else if let reading {
            judge(reading, rules.verdict(on: reading, segments: 1), context: context)
        }
    }

    /// In how many segments the hello comes, as far as this box minds: a first one that does not hold it all is enough.
    private func segments(_ facts: TCPFacts?) -> Int? {
        guard rules.countsSegments else { return nil }
        let isWhole = HelloReader(reader: .records).read(held.readableBytesView) != nil
        return max(reads, facts?.segments ?? 0, isWhole ? 1 : 2)
    }

    /// Whether the hello cannot have come through this path.
    private func isTooLarge(_ facts: TCPFacts?, context: ChannelHandlerContext) -> Bool {
        guard let limit = rules.segmentLimit, let facts, facts.largestSegment > limit, held.readableBytes > limit
        else { return false }
        isJudged = true
        journal.record(.oversized(bytes: held.readableBytes, limit: limit), by: party)
        context.channel.kill(.blackhole)
        return true
    }

    private func judge(_ reading: Reading, _ verdict: TLSBox.Verdict, context: ChannelHandlerContext) {
        isJudged = true
        let client = context.channel.peer
        if case .killed = verdict, rules.punishes(reading) { memory.begin(for: client.address) }
        journal.record(.judged(reading, from: client, verdict), by: party)
        switch verdict {
        case .forwarded: forward(context: context)
        case .killed(let action), .penalised(let action):
            let channel = context.channel
            let due = max(.now(), opening) + TimeAmount(rules.reaction)
            guard due > .now() else { return channel.kill(action) }
            context.eventLoop.scheduleTask(deadline: due) { channel.kill(action) }
        }
    }

    private func forward(context: ChannelHandlerContext) {
        isForwarding = true
        // What the client sends meanwhile stays in its socket, or is held here.
        context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
        let channel = context.channel
        ClientBootstrap(group: context.eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(to: server)
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let server): self.join(channel, to: server)
                case .failure: channel.reset()
                }
            }
    }

    private func join(_ client: any Channel, to server: any Channel) {
        guard client.isActive else { return server.close(promise: nil) }
        let (journal, party) = (journal, party)
        var path = Relay.Path(opening: opening, delay: TimeAmount(rules.roundTrip / 2), cut: rules.cut)
        path.bytesPerSecond = rules.bytesPerSecond
        if let limit = rules.segmentLimit, let facts = TCPFacts(of: client), facts.largestSegment > limit {
            path.segmentLimit = limit
        }
        let (near, far) = Relay.pair(on: path) { journal.record($0, by: party) }
        do {
            try client.pipeline.syncOperations.addHandler(near)
            try server.pipeline.syncOperations.addHandler(far)
        } catch {
            client.close(promise: nil)
            server.close(promise: nil)
            return
        }
        far.carry(.bytes(held))
        far.flush()
        client.pipeline.syncOperations.removeHandler(self, promise: nil)
        for channel in [client, server] { channel.setOption(.autoRead, value: true).whenFailure { _ in } }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client has closed its half, and there is nobody to forward it to: its hello was not whole, or is swallowed.
        if event as? ChannelEvent == .inputClosed, !isForwarding { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}

extension Channel {
    /// Ends a connection as a censor does.
    func kill(_ action: TLSBox.Action) {
        switch action {
        case .reset: reset()
        case .blackhole: setOption(.autoRead, value: false).whenFailure { _ in }
        case .alert(let code): refuse(withAlert: code)
        }
    }

    /// Sends a fatal TLS alert in the clear, as servers do before keys are agreed (RFC 8446 6), and closes.
    func refuse(withAlert code: UInt8) {
        let alert: [UInt8] = [21, 3, 3, 0, 2, 2, code]
        writeAndFlush(ByteBuffer(bytes: alert)).whenComplete { _ in self.close(promise: nil) }
    }
}
