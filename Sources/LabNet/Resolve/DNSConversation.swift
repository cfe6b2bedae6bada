internal import Synchronization

/// One question to one resolver: over UDP, once more when nothing comes, and over TCP when the answer did not fit.
struct DNSConversation: Sendable {
    let resolver: Endpoint
    let question: DNSQuestion
    let window: Duration
    let clock: any Clock<Duration>
    let datagrams: any DatagramAsking
    let streams: any StreamAsking
    let journal: Journal

    /// What came of one query.
    struct Outcome: Sendable {
        let resolver: Endpoint
        let question: DNSQuestion
        /// The answers, in the order of arrival.
        var replies: [Reply] = []
        /// How many messages came that were no answers to the query.
        var unreadable = 0
        /// Why the query could not be sent, or what came instead of an answer.
        var failure: NetworkError.Cause?
    }

    /// More answers to one query than this are a flood, and are not kept.
    static let maximumReplies = 256

    /// Runs until it is cancelled, or until nothing can be heard any more; gives one outcome for each query.
    ///
    /// The second query has a socket, an ID and an outcome of its own: a resolver answers each query once, and a second
    /// answer to one is the sign of a forger.
    func run() async -> [Outcome] {
        let hearing = Hearing()
        return await withTaskGroup(of: [Outcome].self) { group in
            group.addTask { await ask(hearing) }
            group.addTask {
                try? await clock.sleep(for: window / 2)
                guard !Task.isCancelled, !hearing.hasBegun.load(ordering: .relaxed) else { return [] }
                return await ask(hearing)
            }
            var all: [Outcome] = []
            for await outcomes in group {
                all += outcomes
                // A query ends by itself only when it could not be sent; then the second could not be either.
                if outcomes.contains(where: { $0.failure != nil }) { group.cancelAll() }
            }
            return all
        }
    }

    /// Whether anything has come from the resolver; the two queries share it.
    private final class Hearing: Sendable {
        let hasBegun = Atomic(false)
    }

    private func ask(_ hearing: Hearing) async -> [Outcome] {
        var outcome = Outcome(resolver: resolver, question: question)
        var generator = SystemRandomNumberGenerator()
        let start = ContinuousClock.now
        let query: DNSQuery
        do {
            query = try DNSQuery(question, using: &generator)
        } catch {
            journal.write("\(question.type.mnemonic): \(error)", resolver, since: start)
            outcome.failure = .noSuchName
            return [outcome]
        }
        journal.write("\(question.type.mnemonic) \(question.name) asked, ID \(query.id)", resolver, since: start)
        return await withTaskGroup(of: Outcome.self) { group in
            var isAskedAgain = false
            do {
                try await datagrams.ask(resolver, query.bytes) { event in
                    if case .arrived = event { hearing.hasBegun.store(true, ordering: .relaxed) }
                    let isTruncated = hear(event, query, since: start, into: &outcome)
                    guard isTruncated, !isAskedAgain else { return }
                    isAskedAgain = true
                    group.addTask { await askOverTCP() }
                }
            } catch {
                outcome.failure = (error as? SocketFailure)?.causeWhileConnecting
                journal.write("\(question.type.mnemonic) not sent: \(error)", resolver, since: start)
            }
            return await group.reduce(into: [outcome]) { $0.append($1) }
        }
    }

    /// Takes one event into the outcome; true when the answer has to be asked for over TCP.
    private func hear(
        _ event: DatagramEvent, _ query: DNSQuery, since start: ContinuousClock.Instant, into outcome: inout Outcome
    ) -> Bool {
        let datagram: Datagram
        switch event {
        case .arrived(let arrived): datagram = arrived
        case .failed(let errno):
            outcome.failure = SocketFailure(errno: errno).causeWhileConnecting
            journal.write(
                "\(question.type.mnemonic): ICMP error, errno \(errno), no end to listening", resolver, since: start)
            return false
        }
        do {
            let message = try DNSMessage(datagram.bytes, answering: query)
            journal.write(message, datagram, to: question, resolver, since: start)
            let reply = Reply(
                message, elapsed: datagram.elapsed, hopLimit: datagram.hopLimit, isControl: question == .control)
            guard let reply else { return true }
            if outcome.replies.count < Self.maximumReplies { outcome.replies.append(reply) }
        } catch {
            outcome.unreadable += 1
            journal.write(error, datagram, to: question, resolver, since: start)
        }
        return false
    }

    /// What a forger of the TC bit wins is a question over TCP, to which he cannot answer without the sequence numbers.
    private func askOverTCP() async -> Outcome {
        var outcome = Outcome(resolver: resolver, question: question)
        var generator = SystemRandomNumberGenerator()
        let start = ContinuousClock.now
        do {
            let query = try DNSQuery(question, using: &generator)
            let message = try DNSMessage(
                try await streams.ask(ResolverAddress(resolver, over: .stream), query.bytes, within: window),
                answering: query)
            journal.write("\(question.type.mnemonic) over TCP: \(message.summary)", resolver, since: start)
            let reply = Reply(message, elapsed: nil, hopLimit: nil, isControl: false)
            if let reply { outcome.replies.append(reply) }
        } catch {
            if error is DNSError { outcome.unreadable += 1 }
            journal.write("\(question.type.mnemonic) over TCP: \(error)", resolver, since: start)
        }
        return outcome
    }
}
