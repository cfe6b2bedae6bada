package import LabNet

/// A device beside the path that answers DNS queries in the resolver's place, and lets the true answer come after it.
///
/// The defaults are what has been measured of one of them (NDSS 2025, "Wallbleed"): one record, its name the pointer
/// `c00c`, never an OPT record, flags 0x8180, counts in the query's header ignored, addresses in a fixed cycle.
package struct Injector: Hashable, Sendable {
    /// The names that it answers for.
    package var names: NameList
    /// The types of the queries that it answers, by the family that they ask for; it lets the others pass.
    package var families: Set<IPAddress.Family> = [.ip4, .ip6]
    /// From the query to its first answer.
    package var delay: Duration
    /// How many answers it gives to one query.
    package var count = 1
    /// From one of its answers to the next.
    package var spacing: Duration = .milliseconds(1)
    /// What it answers.
    package var answer: Answer
    /// The header's flags; 0x8580 has AA set, as another injector does. A response code goes into the low four bits.
    package var flags: UInt16 = 0x8180
    /// Whether it gives back an OPT record where the query had one.
    package var mirrorsOPT = false
    /// Whether it gives back the query's cookie as well, with a server's part of its own, as a resolver does (RFC 7873).
    package var mirrorsCookie = false
    /// Whether it gives the question back in lower case.
    package var lowersCase = false
    /// The hop limit with which its answers leave, 1 to 255; nil for this machine's own.
    package var hopLimit: UInt8?
    /// Whether its answers carry another ID than the query.
    package var mistakesID = false
    /// Seconds that it says its answer may be kept.
    package var lifetime: UInt32 = 120

    /// What an injector puts into its answers.
    package enum Answer: Hashable, Sendable {
        /// One of these addresses, each family in its own fixed cycle; silence where a family has none.
        case addresses([IPAddress])
        /// Another name, and nothing about it.
        case alias(String)
        /// No record: with the flags' response code, or TC, a denial or a lure to TCP; with neither "no such record".
        case nothing
    }

    /// An injector as measured.
    package init(names: NameList, delay: Duration, addresses: [IPAddress]) {
        self.names = names
        self.delay = delay
        answer = .addresses(addresses)
    }

    /// The `turn`th answer of this injector; nil where it stays silent.
    func forgery(for query: DNSQuery, turn: Int) -> Forgery? {
        guard let family = query.family, families.contains(family) else { return nil }
        var addresses: [IPAddress] = []
        var records: [DNSReply.Record] = []
        switch answer {
        case .addresses(let all):
            let pool = all.filter { $0.family == family }
            guard !pool.isEmpty else { return nil }
            addresses = [pool[turn % pool.count]]
            records = addresses.map { .address($0, of: nil, lifetime: lifetime) }
        case .alias(let target): records = [.alias(target, of: nil, lifetime: lifetime)]
        case .nothing: break
        }
        var query = query
        if mistakesID { query.id = ~query.id }
        if lowersCase { query.question = DNSReply.wireName(query.name) + query.question.suffix(4) }
        // To a query that does not ask for recursion the measured device answers with AA and without RD and RA.
        let flags = query.flags & 0x0100 != 0 ? flags : 0x8400 | flags & 0x020F
        let reply = DNSReply(flags: flags, answers: records, options: options(answering: query))
        return Forgery(message: reply.message(answering: query, limit: .max), addresses: addresses)
    }
}

extension Injector {
    /// What an imitated OPT record holds; nil for no such record.
    private func options(answering query: DNSQuery) -> [UInt8]? {
        guard mirrorsOPT, query.hasOPT else { return nil }
        guard mirrorsCookie, let cookie = query.cookie else { return [] }
        // No client can tell a server's part that it sees for the first time from a true one.
        return DNSCookie.option(answering: cookie, server: UInt64(0x6A6B_6C6D_6E6F_7071).networkBytes)
    }
}

/// One forged answer.
struct Forgery: Equatable {
    /// The datagram.
    var message: [UInt8]
    /// The addresses in it.
    var addresses: [IPAddress]
}
