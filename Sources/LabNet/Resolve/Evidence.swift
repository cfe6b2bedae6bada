/// One query to one resolver, and everything that came back to it so far.
package struct Evidence: Hashable, Sendable {
    /// Whom the query went to.
    package var resolver: ResolverAddress
    /// The type that was asked for.
    package var type: DNSRecordType
    /// The alias that was asked on for, when an earlier answer of this resolver ended in it; nil for the name itself.
    ///
    /// What is said of an alias is believed no more than the answer that named the alias.
    package var alias: DNSName?
    /// The resolver's baseline, where its control query was answered; never needed for an encrypted resolver.
    package var baseline: Baseline?
    /// Every answer that could be read, in the order of arrival.
    package var replies: [Reply]

    /// Puts the parts together.
    package init(
        resolver: ResolverAddress, type: DNSRecordType, alias: DNSName? = nil, baseline: Baseline?, replies: [Reply]
    ) {
        self.resolver = resolver
        self.type = type
        self.alias = alias
        self.baseline = baseline
        self.replies = replies
    }

    /// How an answer came.
    enum Channel: Hashable, Sendable {
        /// In a datagram, which anybody on the way can send.
        case datagram
        /// Over TCP: who forges it has to take the connection over.
        case stream
        /// Over TLS: it comes from who was asked.
        case encrypted
    }

    /// How a reply to this query came.
    func channel(of reply: Reply) -> Channel {
        resolver.isEncrypted ? .encrypted : reply.elapsed == nil ? .stream : .datagram
    }
}
