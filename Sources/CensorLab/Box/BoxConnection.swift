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
    private var held = ByteBuffer()
    private var isJudged = false

    init(_ rules: TLSBox.Rules, memory: ResidualMemory, server: SocketAddress, journal: Journal) {
        self.rules = rules
        self.memory = memory
        self.server = server
        self.journal = journal
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        held.writeImmutableBuffer(unwrapInboundIn(data))
        guard !isJudged else { return }
        let reading = HelloReader(reader: rules.reader).read(held.readableBytesView)
        if memory.holds(context.channel.peer.address) {
            // In its penalty a client need not finish its hello.
            judge(reading ?? .unreadable, isPenalised: true, context: context)
        } else if let reading {
            judge(reading, isPenalised: false, context: context)
        }
    }

    private func judge(_ reading: Reading, isPenalised: Bool, context: ChannelHandlerContext) {
        isJudged = true
        let client = context.channel.peer
        let verdict = isPenalised ? .penalised(rules.action) : rules.verdict(on: reading)
        if case .killed = verdict, case .name = reading { memory.begin(for: client.address) }
        journal.record(.judged(reading, from: client, verdict), by: "box")
        switch verdict {
        case .forwarded: forward(context: context)
        case .killed(let action), .penalised(let action): context.channel.kill(action)
        }
    }

    private func forward(context: ChannelHandlerContext) {
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
        let journal = journal
        let (near, far) = Relay.pair(cut: rules.cut) { journal.record(.cut(afterBytes: $0), by: "box") }
        do {
            try client.pipeline.syncOperations.addHandler(near)
            try server.pipeline.syncOperations.addHandler(far)
        } catch {
            client.close(promise: nil)
            server.close(promise: nil)
            return
        }
        server.writeAndFlush(held, promise: nil)
        client.pipeline.syncOperations.removeHandler(self, promise: nil)
        for channel in [client, server] { channel.setOption(.autoRead, value: true).whenFailure { _ in } }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client has closed its half before its hello was whole: there is nobody to forward it to.
        if event as? ChannelEvent == .inputClosed, !isJudged { context.close(promise: nil) }
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
