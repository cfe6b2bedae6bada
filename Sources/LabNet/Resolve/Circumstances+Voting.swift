// Resolvers against each other. A voter is an address, whatever it is asked over: `8.8.8.8` and `tcp://8.8.8.8` are one.

extension Verdict {
    /// Who votes with this answer.
    var voter: IPAddress { resolver.endpoint.address }
}

extension Circumstances {
    /// Where nobody is known to forge, an answer of which too little can be compared is accepted as soon as a resolver of
    /// another network agrees that its own baseline says nothing against.
    func acceptAgreement(_ verdicts: inout [Verdict]) {
        guard !isForged, !isFinal else { return }
        let clean = verdicts.filter { $0.outcome == .accepted || $0.isShortOfTraits }
        for index in verdicts.indices where verdicts[index].isShortOfTraits {
            let verdict = verdicts[index]
            let agrees = clean.contains { other in
                other.voter.network != verdict.voter.network && other.type == verdict.type
                    && other.agrees(with: verdict)
            }
            if agrees { (verdicts[index].outcome, verdicts[index].basis) = (.accepted, .agreement) }
        }
    }

    /// Addresses that more resolvers' rejected answers hold than believed ones are probably the censor's, whoever hands
    /// them on: a resolver can be polluted itself. Numbers decide, so that a censor cannot burn the truth by forging it.
    func doubtAddressesSeenForged(_ verdicts: inout [Verdict]) {
        let rejected = voters(verdicts) { $0.outcome == .rejected }
        guard !rejected.isEmpty || !rejectedBefore.isEmpty else { return }
        let believed = voters(verdicts) { $0.outcome == .accepted }
        doubt(&verdicts, as: .seenForged) { verdict in
            verdict.reply.claim.addresses.contains { address in
                let against = (rejected[address]?.count ?? 0) + (rejectedBefore.contains(address) ? Self.priorVotes : 0)
                return against > (believed[address]?.count ?? 0)
            }
        }
    }

    /// What an address counts that was rejected in an earlier lookup: more than one resolver that hands it on.
    private static let priorVotes = 2

    /// A resolver alone against others of which at least two agree on a network: perhaps it is polluted, behind whatever
    /// channel. Where the others name different networks too, it is the habit of CDNs and no sign.
    func doubtLoneDissent(_ verdicts: inout [Verdict]) {
        // One against two.
        guard verdicts.count > 2 else { return }
        var voters: [DNSRecordType: [IPAddress: Set<IPAddress>]] = [:]
        for verdict in verdicts where verdict.outcome == .accepted {
            for network in verdict.networks {
                voters[verdict.type, default: [:]][network, default: []].insert(verdict.voter)
            }
        }
        doubt(&verdicts, as: .loneDissent) { verdict in
            guard let voters = voters[verdict.type], verdict.reply.claim.isPositive else { return false }
            let own = verdict.networks
            let isAlone = own.allSatisfy { voters[$0] == [verdict.voter] }
            return isAlone
                && voters.contains { !own.contains($0.key) && $0.value.subtracting([verdict.voter]).count > 1 }
        }
    }

    /// Different addresses from different resolvers are the habit of CDNs and no sign at all; a weak sign alone may be a
    /// private registry. Both together are doubtful: a better answer stands beside it.
    func doubtBlemishedDissent(_ verdicts: inout [Verdict]) {
        guard verdicts.count > 1 else { return }
        var unblemished: [DNSRecordType: Set<IPAddress>] = [:]
        for verdict in verdicts where verdict.outcome == .accepted && verdict.signs.isEmpty {
            unblemished[verdict.type, default: []].formUnion(verdict.reply.claim.addresses)
        }
        doubt(&verdicts, as: nil) { verdict in
            guard verdict.reply.claim.isPositive, !verdict.signs.isEmpty, let better = unblemished[verdict.type] else {
                return false
            }
            return !better.isEmpty && better.isDisjoint(with: verdict.reply.claim.addresses)
        }
    }

    /// Takes the trust from the accepted answers of which a condition holds, all at once.
    private func doubt(_ verdicts: inout [Verdict], as sign: Sign?, where holds: (Verdict) -> Bool) {
        let doubted = verdicts.indices.filter { verdicts[$0].outcome == .accepted && holds(verdicts[$0]) }
        for index in doubted {
            (verdicts[index].outcome, verdicts[index].basis) = (undecided, .signs)
            if let sign { verdicts[index].signs.append(sign) }
        }
    }

    private func voters(_ verdicts: [Verdict], where counts: (Verdict) -> Bool) -> [IPAddress: Set<IPAddress>] {
        var voters: [IPAddress: Set<IPAddress>] = [:]
        for verdict in verdicts where counts(verdict) {
            for address in verdict.reply.claim.addresses { voters[address, default: []].insert(verdict.voter) }
        }
        return voters
    }
}

extension Verdict {
    /// The networks of the addresses claimed.
    fileprivate var networks: Set<IPAddress> { Set(reply.claim.addresses.map(\.network)) }

    fileprivate var isShortOfTraits: Bool {
        if outcome == .held, case .tooLittle = basis { true } else { false }
    }

    /// Whether another answer says the same: the same claim, or addresses of the same network.
    fileprivate func agrees(with other: Verdict) -> Bool {
        reply.claim == other.reply.claim || !networks.isDisjoint(with: other.networks)
    }
}
