/// One query to one resolver, by the resolver's own carrier.
struct DNSConversation: Sendable {
    let resolver: ResolverAddress
    let question: DNSQuestion
    /// The resolver's in this run; none over streams, where nobody can forge a datagram.
    let cookie: DNSCookie?
    /// How long an answer over a stream may take; datagrams are heard until the task is cancelled.
    let window: Duration
    let datagrams: any DatagramAsking
    let streams: any StreamAsking
    let journal: Journal

    /// What can be heard.
    enum Event: Sendable {
        /// A message, or an ICMP error.
        case arrived(Arrival)
        /// Nothing more can be heard; the cause where that is a failure.
        case ended(NetworkError.Cause?)
    }

    /// Asks, and hears everything that comes back: over UDP until the task is cancelled, over a stream one answer.
    func run(_ hear: @Sendable (Event) -> Void) async {
        let start = ContinuousClock.now
        let query: DNSQuery
        do {
            var generator = SystemRandomNumberGenerator()
            query = try DNSQuery(question, cookie: cookie, using: &generator)
        } catch {
            journal.write("\(question.type.mnemonic): \(error)", since: start)
            return hear(.ended(.noSuchName))
        }
        journal.write("\(question.type.mnemonic) \(question.name) asked, ID \(query.id)", since: start)
        switch resolver.carrier {
        case .datagrams: await askByDatagram(query, since: start, hear)
        case .stream, .tls, .https: await askByStream(query, since: start, hear)
        }
    }

    private func askByDatagram(
        _ query: DNSQuery, since start: ContinuousClock.Instant, _ hear: @Sendable (Event) -> Void
    ) async {
        var flood = Flood()
        do {
            try await datagrams.ask(resolver.endpoint, query.bytes) { event in
                switch event {
                case .arrived(let datagram):
                    let content = read(datagram.bytes, datagram, answering: query)
                    guard flood.admits(content) else { return }
                    journal.write(content, datagram, to: question, since: start)
                    hear(
                        .arrived(Arrival(elapsed: datagram.elapsed, hopLimit: datagram.hopLimit, content: content)))
                case .failed(let errno):
                    let content = Arrival.Content.disturbed(SocketFailure(errno: errno))
                    guard flood.admits(content) else { return }
                    journal.write(content, nil, to: question, since: start)
                    hear(.arrived(Arrival(elapsed: .now - start, content: content)))
                }
            }
        } catch {
            journal.write("\(question.type.mnemonic) not sent: \(error)", since: start)
            hear(.ended((error as? SocketFailure)?.causeWhileConnecting ?? .noAnswer))
        }
    }

    private func askByStream(
        _ query: DNSQuery, since start: ContinuousClock.Instant, _ hear: @Sendable (Event) -> Void
    ) async {
        do {
            let bytes = try await streams.ask(resolver, query.bytes, within: window)
            let elapsed = ContinuousClock.now - start
            let content = read(bytes, nil, answering: query)
            journal.write(content, nil, to: question, since: start)
            hear(.arrived(Arrival(elapsed: elapsed, content: content)))
            hear(.ended(nil))
        } catch {
            guard !Task.isCancelled else { return }
            journal.write("\(question.type.mnemonic): \(error)", since: start)
            hear(.ended((error as? NetworkError)?.cause ?? .noAnswer))
        }
    }

    private func read(_ bytes: [UInt8], _ datagram: Datagram?, answering query: DNSQuery) -> Arrival.Content {
        do {
            let message = try DNSMessage(bytes, answering: query)
            let reply = Reply(
                message, elapsed: datagram?.elapsed, hopLimit: datagram?.hopLimit, isControl: question == .control)
            return reply.map(Arrival.Content.replied) ?? .truncated(flags: message.flags, keepsCase: message.keepsCase)
        } catch {
            return .unreadable(error)
        }
    }
}
