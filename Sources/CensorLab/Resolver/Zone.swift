package import LabNet

/// The truth about a few names; whatever is not in it does not exist, unless all others stand for the same.
package struct Zone: Hashable, Sendable {
    /// What a name stands for.
    package enum Entry: Hashable, Sendable {
        /// These addresses, of either family.
        case addresses([IPAddress])
        /// Another name.
        case alias(String)
    }

    /// The names, in lower case.
    package var entries: [String: Entry]
    /// What every other name stands for; nil where no other exists.
    package var others: Entry?
    /// Seconds that an answer may be kept.
    package var lifetime: UInt32

    /// Makes a zone; names in lower case, in labels of at most 63 bytes.
    package init(_ entries: [String: Entry], others: Entry? = nil, lifetime: UInt32 = 60) {
        self.entries = entries
        self.others = others
        self.lifetime = lifetime
    }

    /// What a resolver answers that knows this truth. The root's servers are known, as to every resolver.
    func reply(to query: DNSQuery) -> DNSReply {
        var reply = DNSReply(flags: 0x8080 | query.flags & 0x0100, options: query.hasOPT ? [] : nil)
        guard query.isWellFormed, query.flags & 0x7800 == 0 else {
            reply.flags |= query.isWellFormed ? 4 : 1
            return reply
        }
        if query.name.isEmpty, query.type == DNSQuery.typeNS {
            let servers = ["a", "b", "c"].map { $0 + ".root-servers.net" }
            reply.answers = servers.map {
                .init(owner: nil, type: query.type, lifetime: 518_400, data: DNSReply.wireName($0))
            }
            return reply
        }
        let (records, exists) = records(for: query)
        reply.answers = records
        if records.isEmpty || !exists { reply.authorities = [.rootAuthority] }
        if !exists { reply.flags |= 3 }
        return reply
    }

    /// The records of a name, aliases followed; `exists` is false where the name, or an alias's target, does not exist.
    private func records(for query: DNSQuery) -> (records: [DNSReply.Record], exists: Bool) {
        var records: [DNSReply.Record] = []
        var name = query.name
        // A chain that is longer than the zone runs in a circle.
        for _ in 0...entries.count {
            let owner = name == query.name ? nil : name
            switch entries[name] ?? (name.isEmpty ? nil : others) {
            case nil: return (records, name.isEmpty)
            case .addresses(let addresses):
                records += addresses.filter { $0.family == query.family }
                    .map { .address($0, of: owner, lifetime: lifetime) }
                return (records, true)
            case .alias(let target):
                records.append(.alias(target, of: owner, lifetime: lifetime))
                name = target
            }
        }
        return (records, true)
    }
}
