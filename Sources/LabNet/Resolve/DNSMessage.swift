/// An answer to one query: parsed, and checked to be an answer to that query.
///
/// Parsing is ours and not c-ares': its parsers differ between 1.18 and 1.34, know no OPT before 1.28, and read hostile
/// input in C. A test holds the two together on honest answers.
package struct DNSMessage: Hashable, Sendable {
    /// The header's flags, as they stand in its third and fourth byte.
    package let flags: UInt16
    /// The response code, with the upper bits of the OPT record (RFC 6891 6.1.3): 0 to 4095.
    package let responseCode: UInt16
    /// Whether the question came back in the letter case in which it was asked.
    package let keepsCase: Bool
    /// The records of the answer section.
    package let answers: [DNSRecord]
    /// Whether an OPT record came along.
    package let hasOPT: Bool
    /// What became of the query's DNS cookie.
    package let cookie: DNSCookie.Echo
    /// What the answer says; nil when it is truncated and has to be asked for over TCP.
    package let claim: DNSClaim?

    /// The shortest lifetime of the records that make the claim, in seconds; for a negative answer that of the SOA record
    /// (RFC 2308 5). Nil where none says.
    package let timeToLive: UInt32?
    /// Whether the answer section holds records that do not belong to the name asked for or to one of its aliases.
    package let hasStrayRecords: Bool

    /// The AA bit: the answer comes from the name's own server.
    package var isAuthoritative: Bool { flags & 0x0400 != 0 }
    /// The TC bit: the answer did not fit.
    package var isTruncated: Bool { flags & 0x0200 != 0 }
    /// The RA bit: the server is a resolver.
    package var offersRecursion: Bool { flags & 0x0080 != 0 }

    /// Honest answers hold a few dozen; a limit keeps hostile ones cheap.
    static let maximumRecords = 512

    /// Parses a message and checks ID, QR, opcode, question, counts and every name (RFC 1035 4.1).
    ///
    /// Of a truncated message only the header and the question are read: what follows may be cut anywhere.
    package init(_ bytes: [UInt8], answering query: DNSQuery) throws(DNSError) {
        var reader = DNSReader(bytes)
        let id = try reader.uint16()
        guard id == query.id else { throw .wrongID(id) }
        flags = try reader.uint16()
        guard flags & 0x8000 != 0 else { throw .notResponse }
        let opcode = UInt8(flags >> 11 & 0xf)
        guard opcode == 0 else { throw .wrongOpcode(opcode) }
        let questions = try reader.uint16()
        guard questions == 1 else { throw .questionCount(questions) }
        let counts = [Int(try reader.uint16()), Int(try reader.uint16()), Int(try reader.uint16())]

        let start = reader.position
        let question = (name: try reader.name(), type: try reader.uint16(), class: try reader.uint16())
        guard question == (query.question.name, query.question.type.rawValue, 1) else { throw .wrongQuestion }
        keepsCase = bytes[start..<reader.position] == query.questionSection

        guard flags & 0x0200 == 0 else {
            (responseCode, answers, hasOPT, claim) = (flags & 0xf, [], false, nil)
            (cookie, timeToLive, hasStrayRecords) = (.absent, nil, false)
            return
        }
        let sections = try DNSSections(&reader, counts: counts)
        guard reader.remaining == 0 else { throw .trailingBytes(reader.remaining) }
        answers = sections.answers
        hasOPT = sections.opt != nil
        cookie = DNSCookie.echo(of: query.cookie, in: sections.opt?.options ?? [])
        responseCode = (sections.opt?.extendedResponseCode ?? 0) << 4 | flags & 0xf
        let chain = try DNSChain(from: query.question, in: answers)
        let claim = DNSClaim(responseCode: responseCode, chain: chain, hasSOA: sections.soaLifetime != nil)
        self.claim = claim
        timeToLive = claim.isNegative ? sections.soaLifetime : chain.timeToLive
        hasStrayRecords = chain.hasStrays
    }
}

/// The three sections after the question, read to their end.
private struct DNSSections {
    var answers: [DNSRecord] = []
    var opt: (extendedResponseCode: UInt16, options: [DNSOption])?
    /// The lifetime of the authority section's SOA record, which stands beside negative answers (RFC 2308 3).
    var soaLifetime: UInt32?

    init(_ reader: inout DNSReader, counts: [Int]) throws(DNSError) {
        let total = counts.reduce(0, +)
        guard total <= DNSMessage.maximumRecords else { throw .tooManyRecords(total) }
        for (section, count) in counts.enumerated() {
            for _ in 0..<count {
                let record = try DNSRecord(&reader)
                if case .options(let options) = record.content {
                    guard section == 2, opt == nil, record.owner == .root else { throw .misplacedOPT }
                    opt = (UInt16(record.ttl >> 24), options)
                } else if section == 0 {
                    answers.append(record)
                } else if section == 1, record.type == DNSRecord.soa {
                    soaLifetime = min(soaLifetime ?? record.lifetime, record.lifetime)
                }
            }
        }
    }
}
