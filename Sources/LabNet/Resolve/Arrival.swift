/// What came back to a query, and when.
struct Arrival: Sendable {
    /// From the query's departure. Over a stream that includes connecting, and of an ICMP error it is when it was noticed.
    let elapsed: Duration
    /// The hop limit with which a datagram arrived; nil over streams, and where the system did not tell it.
    var hopLimit: UInt8?
    /// What it was.
    let content: Content

    /// What can come.
    enum Content: Sendable {
        /// An answer to the query, true or forged.
        case replied(Reply)
        /// An answer that did not fit, and says nothing.
        case truncated(flags: UInt16, keepsCase: Bool)
        /// A message that is no answer to the query.
        case unreadable(DNSError)
        /// An ICMP error. Anybody on the path can forge one, so it ends nothing.
        case disturbed(SocketFailure)
    }

    /// What can be weighed of it.
    var reply: Reply? {
        if case .replied(let reply) = content { reply } else { nil }
    }

    var isTruncated: Bool {
        if case .truncated = content { true } else { false }
    }

    var isUnreadable: Bool {
        if case .unreadable = content { true } else { false }
    }

    /// What an ICMP error means.
    var trouble: NetworkError.Cause? {
        if case .disturbed(let failure) = content { failure.causeWhileConnecting } else { nil }
    }
}
