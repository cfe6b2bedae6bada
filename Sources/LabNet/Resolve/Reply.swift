/// One answer to one query, reduced to what can speak for it or against it.
package struct Reply: Hashable, Sendable {
    /// What it says.
    package var claim: DNSClaim
    /// From the query's departure to its arrival; nil over TCP, TLS and HTTPS, where it says nothing about the path.
    package var elapsed: Duration?
    /// The hop limit with which it arrived; nil over streams, and where the system did not tell it.
    package var hopLimit: UInt8?
    /// Whether it carries an OPT record.
    package var hasOPT: Bool
    /// What became of our DNS cookie.
    package var cookie: DNSCookie.Echo
    /// Whether the question came back in the letter case in which it was asked.
    package var keepsCase: Bool
    /// The header's third and fourth byte.
    package var flags: UInt16
    /// How many records the answer section holds.
    package var records: Int
    /// Whether the answer section holds records that do not belong to the name that was asked for.
    package var hasStrayRecords: Bool
    /// How long the claim may be kept, in seconds; nil where no record says.
    package var timeToLive: UInt32?

    /// Puts the parts together; the defaults are those of an ordinary answer.
    package init(
        claim: DNSClaim, elapsed: Duration?, hopLimit: UInt8?, hasOPT: Bool = true, cookie: DNSCookie.Echo = .absent,
        keepsCase: Bool = true, flags: UInt16 = 0x8180, records: Int = 1, hasStrayRecords: Bool = false,
        timeToLive: UInt32? = nil
    ) {
        self.claim = claim
        self.elapsed = elapsed
        self.hopLimit = hopLimit
        self.hasOPT = hasOPT
        self.cookie = cookie
        self.keepsCase = keepsCase
        self.flags = flags
        self.records = records
        self.hasStrayRecords = hasStrayRecords
        self.timeToLive = timeToLive
    }

    /// Takes what matters out of a message; nil when it was truncated and says nothing.
    ///
    /// A truncated answer to the control question is as good as a whole one: how it came is all that is asked of it.
    ///
    /// - Parameters:
    ///   - elapsed: from the query's departure to the datagram's arrival; nil over a stream.
    ///   - hopLimit: the datagram's; nil over a stream.
    package init?(_ message: DNSMessage, elapsed: Duration?, hopLimit: UInt8?, isControl: Bool) {
        guard let claim = message.claim ?? (isControl ? .noData : nil) else { return nil }
        self.init(
            claim: claim, elapsed: elapsed, hopLimit: hopLimit, hasOPT: message.hasOPT, cookie: message.cookie,
            keepsCase: message.keepsCase, flags: message.flags, records: message.answers.count,
            hasStrayRecords: message.hasStrayRecords, timeToLive: message.timeToLive)
    }

    /// The AA bit: it comes from the name's own server.
    package var isAuthoritative: Bool { flags & 0x0400 != 0 }
    /// The TC bit: it did not fit, and the claim is nothing that it says.
    package var isTruncated: Bool { flags & 0x0200 != 0 }
    /// The RA bit: it comes from a resolver.
    package var offersRecursion: Bool { flags & 0x0080 != 0 }
}
