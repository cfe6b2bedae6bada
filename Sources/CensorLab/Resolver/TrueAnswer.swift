import LabNet
import NIOCore

/// What a resolver says.
struct TrueAnswer: Sendable {
    var message: [UInt8]
    /// The addresses in it; nil where a real resolver has made it.
    var addresses: [IPAddress]?
    var responseCode: UInt8 { message.count > 3 ? message[3] & 0x0F : 0 }

    func event(for query: DNSQuery) -> Event { .answered(query, addresses: addresses, responseCode: responseCode) }
}

extension ForgingDNS.Rules {
    /// The true answer, when it is due; nil where nobody answers.
    ///
    /// - Parameters:
    ///   - client: who has asked; a cookie is made for him.
    ///   - limit: the count of bytes that the carrier and the client take.
    func trueAnswer(
        to query: DNSQuery, message: [UInt8], from client: Endpoint, over carrier: Event.Carrier, limit: Int,
        on loop: any EventLoop
    ) -> EventLoopFuture<TrueAnswer>? {
        let due = loop.now + TimeAmount(delay)
        let answer: EventLoopFuture<TrueAnswer>
        switch truth {
        case .nobody: return nil
        case .zone(let zone):
            var reply = zone.reply(to: query)
            reply.options = reply.options.map { $0 + cookie(for: query, from: client) }
            let addresses = reply.answers.compactMap { IPAddress(bytes: $0.data) }
            answer = loop.makeSucceededFuture(
                TrueAnswer(message: reply.message(answering: query, limit: limit), addresses: addresses))
        case .upstream(let endpoint):
            answer = Upstream(endpoint: endpoint).ask(message, over: carrier, on: loop)
                .map { TrueAnswer(message: $0, addresses: nil) }
        }
        return answer.flatMap { answer in loop.scheduleTask(deadline: due) { answer }.futureResult }
    }

    private func cookie(for query: DNSQuery, from client: Endpoint) -> [UInt8] {
        guard answersCookies, let cookie = query.cookie, DNSCookie.isLegal(count: cookie.count) else { return [] }
        return DNSCookie.option(
            answering: cookie, server: DNSCookie.serverPart(for: cookie, of: client.address))
    }
}
