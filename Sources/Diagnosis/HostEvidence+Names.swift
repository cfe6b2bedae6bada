import LabNet

extension HostEvidence {
    /// Answers to the real question that are forged: rejected, given where no resolver is, or one of several that contradict
    /// each other.
    var forged: [LookupRecord.Arrival] {
        guard let lookup = host.lookup else { return [] }
        return lookup.queries.filter { $0.purpose != .baseline }.flatMap { query in
            let answers = query.arrivals.filter { if case .answer = $0.content { true } else { false } }
            if query.purpose == .canary { return answers }
            let rejected = answers.filter { $0.judgement?.outcome == .rejected }
            let torn = answers.filter { $0.judgement?.isContradicted == true && $0.judgement?.outcome == .doubtful }
            // Of two that contradict each other one may be true.
            return rejected + torn.dropFirst(rejected.isEmpty ? 1 : 0)
        }
    }

    /// Resolvers whose answers bear no sign of a forger on the way, and yet say what the others do not.
    var polluted: [ResolverAddress] {
        guard let lookup = host.lookup else { return [] }
        var resolvers: [ResolverAddress] = []
        for query in lookup.queries where query.purpose == .answer && !resolvers.contains(query.resolver) {
            let isPolluted = query.arrivals.contains { arrival in
                guard let judgement = arrival.judgement, [.doubtful, .rejected].contains(judgement.outcome) else {
                    return false
                }
                return judgement.signs.contains { $0.speaksOfContent } && !judgement.signs.contains { $0.speaksOfPath }
            }
            if isPolluted { resolvers.append(query.resolver) }
        }
        return resolvers
    }

    /// Whether somebody answers for every resolver.
    var isHijacked: Bool { host.lookup?.notices.contains(.resolversImpersonated) ?? false }

    /// A local proxy's own address, given for the name.
    var localProxy: IPAddress? {
        host.lookup?.notices.lazy.compactMap { if case .localProxy(let address) = $0 { address } else { nil } }.first
    }

    /// How many encrypted resolvers were asked, and how many of them could not be.
    var encrypted: (asked: Int, failed: Int) {
        let queries = (host.lookup?.queries ?? []).filter { $0.purpose != .canary && $0.resolver.isEncrypted }
        let asked = Set(queries.map(\.resolver))
        let heard = Set(queries.filter { !$0.arrivals.isEmpty }.map(\.resolver))
        return (asked.count, asked.count - heard.count)
    }

    /// Addresses that the system's resolver gives and that are not the host's: forged ones, and ones where somebody else
    /// answers, or nobody, while the host's own are alive. An address that the lab believes is none, unless the true name
    /// itself was answered there by somebody else: a resolver that lies without a sign can be believed beside the others.
    var misleading: [IPAddress] {
        guard let system = host.system, let lookup = host.lookup, !lookup.queries.isEmpty else { return [] }
        let own = Set(own.map(\.endpoint.address))
        let forged = lookup.forgedAddresses
        return system.addresses.filter { address in
            guard !own.contains(address) else { return works && isSomebodyElses(address) }
            return forged.contains(address) || isStrangers(address)
        }
    }

    private func isSomebodyElses(_ address: IPAddress) -> Bool {
        let shown = hellos.filter { $0.endpoint.address == address }
        return !shown.contains(where: \.outcome.isVerified)
            && shown.contains { hello in
                guard hello.strategy.carriesTrueName, case .certificate(let problem) = hello.cause else { return false }
                return !problem.isOfDate && !problem.names(host.origin.host)
            }
    }

    private func isStrangers(_ address: IPAddress) -> Bool {
        guard works else { return false }
        let reached = host.reached.first { $0.endpoint.address == address && !$0.source.isOwn }
        guard let reached else { return false }
        guard reached.isReached else { return !isWithoutProspect(address.family) }
        let shown = host.greetings.filter { $0.greeting.endpoint.address == address }.flatMap(\.results)
        // The host's own servers may show such a certificate to who says no name.
        let usual = Set(hellos.compactMap { $0.cause?.fingerprint })
        return !shown.isEmpty
            && shown.allSatisfy { result in
                guard case .failed(.secure, let cause) = result.outcome else { return false }
                if let fingerprint = cause.fingerprint { return !usual.contains(fingerprint) }
                return result.outcome.isKilled
            }
    }

    /// Whether a family leads nowhere from here.
    private func isWithoutProspect(_ family: IPAddress.Family) -> Bool { !line.families.contains(family) }

    /// Why the system's resolver gives nothing for a name that has addresses.
    var systemFailure: NetworkError.Cause? {
        guard let system = host.system, system.addresses.isEmpty, let lookup = host.lookup, !lookup.queries.isEmpty,
            lookup.candidates.contains(where: { $0.trust == .trusted }) || works
        else { return nil }
        if case .noAddressInFamily = system.failure { return nil }
        return system.failure ?? .noAnswer
    }
}

extension NetworkError.Cause {
    /// The fingerprint of the certificate that was refused.
    fileprivate var fingerprint: String? {
        if case .certificate(let problem) = self {
            problem.fingerprint ?? problem.names.joined(separator: " ")
        } else {
            nil
        }
    }
}

extension Sign {
    /// Whether it speaks of what is said.
    fileprivate var speaksOfContent: Bool {
        switch self {
        case .loneDissent, .seenForged, .seenAtCanary: true
        default: false
        }
    }

    /// Whether it speaks of somebody on the way.
    fileprivate var speaksOfPath: Bool { weight == .hard || self == .canaryShape || self == .impersonated }
}
