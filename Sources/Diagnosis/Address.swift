package import LabNet

/// An address that is examined, and where it comes from.
struct Address: Hashable, Sendable {
    /// Where it is dialled.
    var endpoint: Endpoint
    /// Who named it.
    var source: HostFindings.Source
}

extension Address {
    /// Which addresses of a host are examined: at most three trusted and three doubtful ones of each family, two forged ones
    /// and two that the system's resolver alone names. Pure.
    ///
    /// - Parameter given: what the user named in place of DNS; nothing else is examined then.
    static func choice(
        of lookup: LookupRecord?, _ system: SystemAnswer?, given: [IPAddress]?, port: UInt16,
        family: AddressFamilyPolicy
    ) -> [Address] {
        func addresses(_ list: [IPAddress], _ source: HostFindings.Source) -> [Address] {
            list.filter { family.allows($0.family) }.map {
                Address(endpoint: Endpoint(address: $0, port: port), source: source)
            }
        }
        func few(_ list: [IPAddress], _ count: Int = 3) -> [IPAddress] {
            IPAddress.Family.allCases.flatMap { family in list.filter { $0.family == family }.prefix(count) }
        }
        if let given { return addresses(few(given), .given) }
        let candidates = lookup?.candidates ?? []
        let trusted = candidates.filter { $0.trust == .trusted }.map(\.address)
        let doubtful = candidates.filter { $0.trust == .doubtful }.map(\.address)
        let known = Set(trusted + doubtful)
        let named = system?.addresses ?? []
        // Nobody but the system's resolver is asked for a name of the user's own network.
        if let lookup, lookup.queries.isEmpty, known.isEmpty { return addresses(few(named), .trusted) }
        let forged = (lookup?.forgedAddresses ?? []).subtracting(known)
        let shown = named.filter(forged.contains) + forged.subtracting(named).sorted { "\($0)" < "\($1)" }
        let others = named.filter { !known.contains($0) && !forged.contains($0) }
        return addresses(few(trusted), .trusted) + addresses(few(doubtful), .doubtful)
            + addresses(Array(shown.prefix(2)), .forged) + addresses(Array(others.prefix(2)), .system)
    }
}

extension LookupRecord {
    /// Every address of an answer to the real question that was rejected, or given where no resolver is.
    package var forgedAddresses: Set<IPAddress> {
        var forged: Set<IPAddress> = []
        for query in queries where query.purpose != .baseline {
            for arrival in query.arrivals {
                guard case .answer(let answer) = arrival.content, let claim = answer.claim else { continue }
                if query.purpose == .canary || arrival.judgement?.outcome == .rejected {
                    forged.formUnion(claim.addresses)
                }
            }
        }
        return forged
    }
}
