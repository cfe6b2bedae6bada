extension DNSConversation {
    /// Puts what was sent and heard into words for the observations.
    struct Journal: Sendable {
        let host: String
        let observer: Observer

        /// Records a step that ends now.
        func write(_ detail: String, _ resolver: Endpoint, since start: ContinuousClock.Instant) {
            observer.record(.query(detail: detail), host: host, endpoint: resolver, since: start)
        }

        /// Records an answer.
        func write(
            _ message: DNSMessage, _ datagram: Datagram, to question: DNSQuestion, _ resolver: Endpoint,
            since start: ContinuousClock.Instant
        ) {
            write(datagram, "\(question.type.mnemonic): \(message.summary)", resolver, since: start)
        }

        /// Records a datagram that was no answer.
        func write(
            _ error: DNSError, _ datagram: Datagram, to question: DNSQuestion, _ resolver: Endpoint,
            since start: ContinuousClock.Instant
        ) {
            write(datagram, "\(question.type.mnemonic): refused: \(error)", resolver, since: start)
        }

        private func write(
            _ datagram: Datagram, _ detail: String, _ resolver: Endpoint, since start: ContinuousClock.Instant
        ) {
            let hops = datagram.hopLimit.map { ", hop limit \($0)" } ?? ""
            observer.emit(
                Observation(
                    event: .query(detail: detail + hops), host: host, endpoint: resolver,
                    start: start - observer.epoch, duration: datagram.elapsed))
        }
    }
}

extension DNSMessage {
    /// Flags, claim and OPT in one line.
    var summary: String {
        let hexadecimal = String(flags, radix: 16)
        let padding = String(repeating: "0", count: 4 - hexadecimal.count)
        return "0x\(padding)\(hexadecimal) \(claim?.description ?? "truncated")\(hasOPT ? ", OPT" : "")"
    }
}

extension Verdict {
    /// What was answered, what is made of it, and why.
    var description: String { "\(type.mnemonic) \(reply.claim) \(outcome.rawValue): \(reason)" }
}

extension Baseline {
    /// What a resolver's path looks like, in one line.
    var description: String {
        let hops = hopLimit.map { ", hop limit \($0)" } ?? ""
        let cookie = echoesCookie ? ", cookie" : ""
        return "baseline: round trip \(roundTrip.inMilliseconds)\(hops)\(hasOPT ? ", OPT" : ", no OPT")\(cookie)"
    }
}
