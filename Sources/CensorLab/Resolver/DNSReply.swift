import LabNet

/// An answer to a query, to be written on the wire (RFC 1035 4.1). It takes ID and question from the query.
struct DNSReply {
    var flags: UInt16
    var answers: [Record] = []
    var authorities: [Record] = []
    /// The options in its OPT record, ready; nil for no such record.
    var options: [UInt8]?

    /// A resource record whose data is ready.
    struct Record {
        /// The owner; nil for a pointer to the question's name.
        var owner: String?
        var type: UInt16
        var lifetime: UInt32
        var data: [UInt8]

        static func address(_ address: IPAddress, of owner: String?, lifetime: UInt32) -> Record {
            let type = address.family == .ip4 ? DNSQuery.typeA : DNSQuery.typeAAAA
            return Record(owner: owner, type: type, lifetime: lifetime, data: address.bytes)
        }

        static func alias(_ target: String, of owner: String?, lifetime: UInt32) -> Record {
            Record(owner: owner, type: 5, lifetime: lifetime, data: DNSReply.wireName(target))
        }

        /// The root's SOA, which a resolver puts beside "no such name" and "no such record" (RFC 2308 2).
        static var rootAuthority: Record {
            let numbers: [UInt32] = [2_025_010_100, 1_800, 900, 604_800, 86_400]
            let data = DNSReply.wireName("a.root-servers.net") + DNSReply.wireName("nstld.verisign-grs.com")
            return Record(owner: "", type: 6, lifetime: 86_400, data: data + numbers.flatMap(\.networkBytes))
        }
    }

    /// The message, and the truncated form (TC, no records) when it outgrows `limit` bytes (RFC 2181 9).
    func message(answering query: DNSQuery, limit: Int) -> [UInt8] {
        let whole = message(answering: query, flags: flags, answers: answers, authorities: authorities)
        if whole.count <= limit { return whole }
        return message(answering: query, flags: flags | 0x0200, answers: [], authorities: [])
    }

    private func message(
        answering query: DNSQuery, flags: UInt16, answers: [Record], authorities: [Record]
    ) -> [UInt8] {
        let counts = [1, UInt16(answers.count), UInt16(authorities.count), options == nil ? 0 : 1]
        var bytes = query.id.networkBytes + flags.networkBytes + counts.flatMap(\.networkBytes) + query.question
        for record in answers + authorities {
            bytes += record.owner.map(Self.wireName) ?? [0xC0, 0x0C]
            bytes += record.type.networkBytes + UInt16(1).networkBytes + record.lifetime.networkBytes
            bytes += UInt16(record.data.count).networkBytes + record.data
        }
        if let options {
            bytes += [0, 0, 41] + UInt16(1_232).networkBytes + [0, 0, 0, 0]
            bytes += UInt16(options.count).networkBytes + options
        }
        return bytes
    }

    /// A name in labels, uncompressed; names here come from the lab's own tables.
    static func wireName(_ name: String) -> [UInt8] {
        name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }
}

extension FixedWidthInteger {
    /// The number in network order.
    var networkBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
