import LabNet
import NIOCore

extension ForgingDNS.Rules {
    /// The true answer, when it is due; nil where nobody answers.
    ///
    /// - Parameter limit: the count of bytes that the carrier and the client take.
    func trueAnswer(
        to query: DNSQuery, message: [UInt8], over carrier: Event.Carrier, limit: Int, on loop: any EventLoop
    ) -> EventLoopFuture<TrueAnswer>? {
        let due = loop.now + TimeAmount(delay)
        let answer: EventLoopFuture<TrueAnswer>
        switch truth {
        case .nobody: return nil
        case .zone(let zone):
            let reply = zone.reply(to: query)
            let addresses = reply.answers.compactMap { IPAddress(bytes: $0.data) }
            answer = loop.makeSucceededFuture(
                TrueAnswer(message: reply.message(answering: query, limit: limit), addresses: addresses))
        case .upstream(let endpoint):
            answer = Upstream(endpoint: endpoint).ask(message, over: carrier, on: loop)
                .map { TrueAnswer(message: $0, addresses: nil) }
        }
        return answer.flatMap { answer in loop.scheduleTask(deadline: due) { answer }.futureResult }
    }
}

/// What a resolver says.
struct TrueAnswer: Sendable {
    var message: [UInt8]
    /// The addresses in it; nil where a real resolver has made it.
    var addresses: [IPAddress]?
    var responseCode: UInt8 { message.count > 3 ? message[3] & 0x0F : 0 }
}

/// Queries that come as datagrams: the injectors answer, and then the resolver does.
final class ResolverDatagrams: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    private let rules: ForgingDNS.Rules
    private let journal: Journal
    /// How many answers each injector has given in each family: its place in the cycle of its addresses.
    private var turns: [Turn: Int] = [:]

    private struct Turn: Hashable {
        var injector: Int
        var family: IPAddress.Family?
    }

    init(_ rules: ForgingDNS.Rules, journal: Journal) {
        self.rules = rules
        self.journal = journal
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let message = Array(envelope.data.readableBytesView)
        guard let query = DNSQuery(message), let client = envelope.remoteAddress.endpoint else { return }
        let (channel, journal, party) = (context.channel, journal, context.party)
        journal.record(.asked(query, from: client, over: .udp), by: party)
        let send: @Sendable ([UInt8]) -> Void = { message in
            let datagram = AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: ByteBuffer(bytes: message))
            channel.writeAndFlush(datagram, promise: nil)
        }
        for (delay, forgery) in forgeries(for: query) {
            context.eventLoop.scheduleTask(in: TimeAmount(delay)) {
                journal.record(.forged(query, addresses: forgery.addresses), by: party)
                send(forgery.message)
            }
        }
        // Without an OPT record a client takes 512 bytes (RFC 1035 2.3.4).
        let limit = max(512, Int(query.datagramSize ?? 0))
        rules.trueAnswer(to: query, message: message, over: .udp, limit: limit, on: context.eventLoop)?
            .whenSuccess { answer in
                journal.record(answer.event(for: query), by: party)
                send(answer.message)
            }
    }

    private func forgeries(for query: DNSQuery) -> [(delay: Duration, Forgery)] {
        var due: [(Duration, Forgery)] = []
        for (index, injector) in rules.injectors.enumerated() where injector.names.contains(query.name) {
            for number in 0..<injector.count {
                let turn = turns[Turn(injector: index, family: query.family), default: 0]
                guard let forgery = injector.forgery(for: query, turn: turn) else { continue }
                turns[Turn(injector: index, family: query.family)] = turn &+ 1
                due.append((injector.delay + injector.spacing * number, forgery))
            }
        }
        return due
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An ICMP error for an answer that nobody waits for any more must not close the resolver.
    }
}

/// Queries that come over TCP: no injector answers there, but the path may reset the connection.
final class ResolverStream: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let rules: ForgingDNS.Rules
    private let journal: Journal

    init(_ rules: ForgingDNS.Rules, journal: Journal) {
        self.rules = rules
        self.journal = journal
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let message = Array(unwrapInboundIn(data).readableBytesView)
        let (channel, journal, party) = (context.channel, journal, context.party)
        guard let query = DNSQuery(message) else { return channel.close(promise: nil) }
        journal.record(.asked(query, from: channel.peer, over: .tcp), by: party)
        if rules.resetsTCP { return channel.reset() }
        rules.trueAnswer(
            to: query, message: message, over: .tcp, limit: Int(UInt16.max), on: context.eventLoop
        )?.whenSuccess { answer in
            journal.record(answer.event(for: query), by: party)
            let framed = UInt16(answer.message.count).networkBytes + answer.message
            channel.writeAndFlush(ByteBuffer(bytes: framed), promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A client that will ask no more, and reads on: the answers that are due still reach it, then it closes.
    }
}

extension TrueAnswer {
    func event(for query: DNSQuery) -> Event { .answered(query, addresses: addresses, responseCode: responseCode) }
}

extension ChannelHandlerContext {
    /// The resolver as the journal names it.
    fileprivate var party: String { localAddress?.endpoint.map { "resolver \($0)" } ?? "resolver" }
}
