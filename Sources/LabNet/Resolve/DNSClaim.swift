/// What an answer says, stripped of how it says it: two answers to one query contradict each other when their claims differ.
package enum DNSClaim: Hashable, Sendable {
    /// These addresses, at the end of whatever aliases; in any order, for resolvers rotate them.
    case addresses(Set<IPAddress>)
    /// The name exists and has nothing of the type asked for (NODATA, RFC 2308 2.2).
    case noData
    /// The name does not exist (NXDOMAIN).
    case noSuchName
    /// The resolver does not say; its response code (SERVFAIL, REFUSED, FORMERR and the like).
    case failure(responseCode: UInt16)

    /// The longest chain of aliases that is followed.
    static let maximumAliases = 16

    /// Reads the claim out of an answer section, following aliases from the name that was asked for.
    ///
    /// Records that belong to other names say nothing.
    package init(responseCode: UInt16, answers: [DNSRecord], to question: DNSQuestion) throws(DNSError) {
        let chain = try Self.follow(question.name, in: answers)
        switch responseCode {
        case 0:
            let addresses = answers.compactMap { record -> IPAddress? in
                guard record.owner == chain, record.recordClass == 1, record.type == question.type.rawValue,
                    case .address(let address) = record.content
                else { return nil }
                return address
            }
            self = addresses.isEmpty ? .noData : .addresses(Set(addresses))
        case 3: self = .noSuchName
        default: self = .failure(responseCode: responseCode)
        }
    }

    private static func follow(_ name: DNSName, in answers: [DNSRecord]) throws(DNSError) -> DNSName {
        var name = name
        for _ in 0...maximumAliases {
            let alias = answers.lazy.compactMap { record -> DNSName? in
                guard record.owner == name, record.recordClass == 1, case .alias(let target) = record.content else {
                    return nil
                }
                return target
            }.first
            guard let alias else { return name }
            name = alias
        }
        throw .aliasLoop
    }

    /// Whether the claim says where the name is.
    package var isPositive: Bool {
        if case .addresses = self { return true }
        return false
    }

    /// The addresses claimed; none for every other claim.
    package var addresses: Set<IPAddress> {
        if case .addresses(let addresses) = self { return addresses }
        return []
    }
}

extension DNSClaim: CustomStringConvertible {
    /// One technical word or the addresses, for observations.
    package var description: String {
        switch self {
        case .addresses(let addresses): addresses.map(\.description).sorted().joined(separator: " ")
        case .noData: "NODATA"
        case .noSuchName: "NXDOMAIN"
        case .failure(1): "FORMERR"
        case .failure(2): "SERVFAIL"
        case .failure(4): "NOTIMP"
        case .failure(5): "REFUSED"
        case .failure(let code): "RCODE \(code)"
        }
    }
}
