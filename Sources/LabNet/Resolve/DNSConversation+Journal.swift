extension DNSConversation {
    /// Puts what was sent and heard into words for the observations.
    struct Journal: Sendable {
        let host: String
        let observer: Observer
        let endpoint: Endpoint
        /// What stands before each line: which carrier, or that a canary was asked.
        var prefix = ""

        /// Records a step that ends now.
        func write(_ detail: String, since start: ContinuousClock.Instant) {
            observer.record(.query(detail: prefix + detail), host: host, endpoint: endpoint, since: start)
        }

        /// Records a message that came back.
        func write(
            _ heard: Heard, _ datagram: Datagram?, to question: DNSQuestion, since start: ContinuousClock.Instant
        ) {
            switch heard {
            case .answer(let message, _):
                write(datagram, "\(question.type.mnemonic): \(message.summary)", since: start)
            case .unreadable(let error):
                write(datagram, "\(question.type.mnemonic): refused: \(error)", since: start)
            }
        }

        private func write(_ datagram: Datagram?, _ detail: String, since start: ContinuousClock.Instant) {
            guard let datagram else { return write(detail, since: start) }
            let hops = datagram.hopLimit.map { ", hop limit \($0)" } ?? ""
            observer.emit(
                Observation(
                    event: .query(detail: prefix + detail + hops), host: host, endpoint: endpoint,
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
