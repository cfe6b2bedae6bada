internal import LabNet

// MARK: - Lookups

extension Redaction {
    /// A lookup, with its resolvers, names and addresses.
    mutating func lookup(_ record: LookupRecord) -> LookupRecord {
        var record = record
        record.name = name(record.name)
        record.queries = record.queries.map { query($0) }
        var baselines: [ResolverAddress: Baseline] = [:]
        // In an order of its own, so that the same findings give the same pseudonyms.
        for (resolver, baseline) in record.baselines.sorted(by: { $0.key.description < $1.key.description }) {
            baselines[self.resolver(resolver)] = baseline
        }
        record.baselines = baselines
        record.candidates = record.candidates.map { Candidate(address: address($0.address), trust: $0.trust) }
        record.failure = record.failure.map { cause($0) }
        record.notices = record.notices.map { notice($0) }
        return record
    }

    private mutating func query(_ query: LookupRecord.Query) -> LookupRecord.Query {
        var query = query
        query.resolver = resolver(query.resolver)
        query.name = name(query.name)
        query.failure = query.failure.map { cause($0) }
        query.arrivals = query.arrivals.map { arrival($0) }
        return query
    }

    private mutating func arrival(_ arrival: LookupRecord.Arrival) -> LookupRecord.Arrival {
        var arrival = arrival
        switch arrival.content {
        case .answer(var answer):
            answer.claim = answer.claim.map { claim($0) }
            arrival.content = .answer(answer)
        case .unreadable(let words): arrival.content = .unreadable(text(words))
        case .disturbed: break
        }
        if let signs = arrival.judgement?.signs { arrival.judgement?.signs = signs.map { sign($0) } }
        return arrival
    }

    private mutating func claim(_ claim: DNSClaim) -> DNSClaim {
        switch claim {
        case .addresses(let addresses):
            .addresses(Set(addresses.sorted { $0.description < $1.description }.map { address($0) }))
        case .alias(let alias):
            DNSName(name(alias.description)).map { .alias($0) } ?? .alias(.root)
        case .noData, .noSuchName, .failure: claim
        }
    }

    private mutating func sign(_ sign: Sign) -> Sign {
        switch sign {
        case .seenAtCanary(let address): .seenAtCanary(self.address(address))
        case .specialPurpose(let address): .specialPurpose(self.address(address))
        case .early, .earlyNearby, .hopLimit, .noOPT, .noCookie, .wrongCookie, .caseChanged, .forgersHopLimit,
            .canaryShape, .impersonated, .seenForged, .loneDissent, .authoritative, .noRecursion, .strayRecords:
            sign
        }
    }

    private mutating func notice(_ notice: Observation.Notice) -> Observation.Notice {
        switch notice {
        case .localProxy(let address): .localProxy(self.address(address))
        case .proxyIgnoredInLabMode, .resolversImpersonated, .memoryNotKept: notice
        }
    }
}
