internal import Glibc
import LabNet
import NIOCore

/// Queries that come as datagrams: the injectors answer, and then the resolver does.
final class ResolverDatagrams: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    private let rules: ForgingDNS.Rules
    private let journal: Journal
    /// How many answers each injector has given in each family: its place in the cycle of its addresses.
    private var turns: [Turn: Int] = [:]
    /// Two sequences of chances, so that answers, whose order is a matter of time, do not disturb that of the queries.
    private var chances: (queries: SplitMix, answers: SplitMix)

    private struct Turn: Hashable {
        var injector: Int
        var family: IPAddress.Family?
    }

    /// One answer that is due, whoever gives it.
    private struct Due {
        var message: [UInt8]
        var hopLimit: UInt8?
        var event: Event
    }

    init(_ rules: ForgingDNS.Rules, journal: Journal) {
        self.rules = rules
        self.journal = journal
        let seed = rules.loss?.seed ?? 0
        chances = (SplitMix(state: seed), SplitMix(state: ~seed))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let message = Array(envelope.data.readableBytesView)
        guard let query = DNSQuery(message), let client = envelope.remoteAddress.endpoint else { return }
        if isLost(&chances.queries) { return journal.record(.lost(query, isAnswer: false), by: context.party) }
        journal.record(.asked(query, from: client, over: .udp), by: context.party)
        let loop = context.eventLoop.assumeIsolated()
        for (delay, injector, forgery) in forgeries(for: query) {
            let due = Due(
                message: forgery.message, hopLimit: injector.hopLimit,
                event: .forged(query, addresses: forgery.addresses))
            loop.scheduleTask(in: TimeAmount(delay)) {
                self.give(due, to: query, from: envelope.remoteAddress, context: context)
            }
        }
        // Without an OPT record a client takes 512 bytes (RFC 1035 2.3.4).
        let limit = max(512, Int(query.datagramSize ?? 0))
        let truth = rules.trueAnswer(
            to: query, message: message, from: client, over: .udp, limit: limit, on: context.eventLoop)
        truth?.assumeIsolated().whenSuccess { answer in
            let due = Due(message: answer.message, hopLimit: self.rules.hopLimit, event: answer.event(for: query))
            self.give(due, to: query, from: envelope.remoteAddress, context: context)
        }
    }

    private func give(_ due: Due, to query: DNSQuery, from client: SocketAddress, context: ChannelHandlerContext) {
        if isLost(&chances.answers) { return journal.record(.lost(query, isAnswer: true), by: context.party) }
        journal.record(due.event, by: context.party)
        let datagram = AddressedEnvelope(remoteAddress: client, data: ByteBuffer(bytes: due.message))
        context.channel.send(datagram, hopLimit: due.hopLimit)
    }

    private func forgeries(for query: DNSQuery) -> [(delay: Duration, by: Injector, Forgery)] {
        var due: [(Duration, Injector, Forgery)] = []
        for (index, injector) in rules.injectors.enumerated() where injector.names.contains(query.name) {
            for number in 0..<injector.count {
                let turn = turns[Turn(injector: index, family: query.family), default: 0]
                guard let forgery = injector.forgery(for: query, turn: turn) else { continue }
                turns[Turn(injector: index, family: query.family)] = turn &+ 1
                due.append((injector.delay + injector.spacing * number, injector, forgery))
            }
        }
        return due
    }

    private func isLost(_ chance: inout SplitMix) -> Bool {
        guard let loss = rules.loss else { return false }
        return Double.random(in: 0..<1, using: &chance) < loss.probability
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An ICMP error for an answer that nobody waits for any more must not close the resolver.
    }
}

/// Queries that come in a stream, whether TLS is around it or not: no injector answers there, but the path may reset it.
final class ResolverStream: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let rules: ForgingDNS.Rules
    private let carrier: Event.Carrier
    private let journal: Journal
    /// Answers that have yet to be sent.
    private var due = 0
    private var isInputClosed = false

    init(_ rules: ForgingDNS.Rules, over carrier: Event.Carrier, journal: Journal) {
        self.rules = rules
        self.carrier = carrier
        self.journal = journal
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let message = Array(unwrapInboundIn(data).readableBytesView)
        let (channel, journal, party) = (context.channel, journal, context.party)
        guard let query = DNSQuery(message) else { return channel.close(promise: nil) }
        journal.record(.asked(query, from: channel.peer, over: carrier), by: party)
        if rules.resetsTCP { return channel.reset() }
        let answer = rules.trueAnswer(
            to: query, message: message, from: channel.peer, over: carrier, limit: Int(UInt16.max),
            on: context.eventLoop)
        guard let answer else { return }
        due += 1
        answer.assumeIsolated().whenComplete { result in
            self.due -= 1
            guard let answer = try? result.get() else { return self.closeWhenDone(channel) }
            journal.record(answer.event(for: query), by: party)
            let framed = UInt16(answer.message.count).networkBytes + answer.message
            channel.writeAndFlush(ByteBuffer(bytes: framed)).assumeIsolated().whenComplete { _ in
                self.closeWhenDone(channel)
            }
        }
    }

    private func closeWhenDone(_ channel: any Channel) {
        if isInputClosed, due == 0 { channel.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A client that will ask no more, and reads on: the answers that are due still reach it.
        if event as? ChannelEvent == .inputClosed {
            isInputClosed = true
            closeWhenDone(context.channel)
        }
        context.fireUserInboundEventTriggered(event)
    }
}

extension ChannelHandlerContext {
    /// The resolver as the journal names it.
    var party: String { localAddress?.endpoint.map { "resolver \($0)" } ?? "resolver" }
}

extension Channel {
    /// Sends a datagram with a hop limit; nil for this machine's own. On the channel's event loop, where a flushed
    /// datagram is in the kernel before the next statement.
    fileprivate func send(_ datagram: AddressedEnvelope<ByteBuffer>, hopLimit: UInt8?) {
        guard let hopLimit, let socket = self as? any SocketOptionProvider else {
            return writeAndFlush(datagram, promise: nil)
        }
        func set(_ value: CInt) {
            switch datagram.remoteAddress {
            case .v6:
                socket.unsafeSetSocketOption(level: .ipv6, name: .ipv6UnicastHops, value: value).whenFailure { _ in }
            default: socket.unsafeSetSocketOption(level: .ip, name: .ipTimeToLive, value: value).whenFailure { _ in }
            }
        }
        set(CInt(hopLimit))
        writeAndFlush(datagram, promise: nil)
        // -1 is the machine's own again (ipv6(7); for IPv4 as Linux takes it).
        set(-1)
    }
}

extension NIOBSDSocket.Option {
    /// IP_TTL (ip(7)).
    fileprivate static let ipTimeToLive = Self(rawValue: IP_TTL)
    /// IPV6_UNICAST_HOPS (ipv6(7)).
    fileprivate static let ipv6UnicastHops = Self(rawValue: IPV6_UNICAST_HOPS)
}
