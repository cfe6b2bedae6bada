/// What an answer says, stripped of how it says it: two answers to one query contradict each other when their claims differ.
package enum DNSClaim: Hashable, Sendable {
    /// These addresses, at the end of whatever aliases; in any order, for resolvers rotate them.
    case addresses(Set<IPAddress>)
    /// Another name to ask for; the answer ends there and does not say what it has.
    case alias(DNSName)
    /// The name exists and has nothing of the type asked for (NODATA, RFC 2308 2.2).
    case noData
    /// The name does not exist (NXDOMAIN).
    case noSuchName
    /// The resolver does not say; its response code (SERVFAIL, REFUSED, FORMERR and the like).
    case failure(responseCode: UInt16)

    /// Reads the claim out of an answer.
    ///
    /// - Parameter hasSOA: a SOA record stands in the authority section: then aliases that end nowhere are NODATA, and
    ///   there is nothing to be asked on for (RFC 2308 2.2).
    init(responseCode: UInt16, chain: DNSChain, hasSOA: Bool) {
        switch responseCode {
        case 0 where !chain.addresses.isEmpty: self = .addresses(chain.addresses)
        case 0: self = chain.aliases > 0 && !hasSOA ? .alias(chain.end) : .noData
        case 3: self = .noSuchName
        default: self = .failure(responseCode: responseCode)
        }
    }

    /// Whether the claim says where the name is.
    package var isPositive: Bool {
        if case .addresses = self { return true }
        return false
    }

    /// Whether it says that there is nothing, or nothing at all.
    package var isNegative: Bool {
        switch self {
        case .addresses, .alias: false
        case .noData, .noSuchName, .failure: true
        }
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
        case .alias(let name): "CNAME \(name)"
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
