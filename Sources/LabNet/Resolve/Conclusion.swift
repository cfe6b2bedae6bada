/// What a lookup has come to: in its course the candidates so far, at its end all of them or the failure.
struct Conclusion {
    /// The candidates, best first; empty when there is a failure.
    let candidates: [Candidate]
    /// Why there is no candidate.
    let failure: NetworkError.Cause?

    /// More addresses of one answer than this are not dialled, nor more in doubt than this of all of them: nobody waits for
    /// hundreds of handshakes, and a flood of forgeries must not make them.
    static let addressesOfAnswer = 32, addressesInDoubt = 64

    /// Draws the conclusion; what is held is no candidate yet.
    ///
    /// - Parameters:
    ///   - types: what was asked for; a name has no address when none of them does.
    ///   - unreadable: how many datagrams came that were no answers at all (wrong ID, wrong question, malformed).
    init(_ verdicts: [Verdict], types: [DNSRecordType], unreadable: Int, policy: AddressFamilyPolicy) {
        candidates = Self.rank(verdicts)
        failure =
            candidates.isEmpty ? Self.cause(verdicts, types: types, unreadable: unreadable, policy: policy) : nil
    }

    /// Trust comes first, then how little speaks against the address, then the number of resolvers that name it, then the time
    /// of the earliest answer.
    private static func rank(_ verdicts: [Verdict]) -> [Candidate] {
        struct Standing {
            var trust: Candidate.Trust
            var voters: Set<IPAddress> = []
            var earliest: Duration?
            var blemishes = Int.max
        }
        var standings: [IPAddress: Standing] = [:]
        for (verdict, addresses) in named(verdicts) {
            let trust: Candidate.Trust = verdict.outcome == .accepted ? .trusted : .doubtful
            for address in addresses {
                var standing = standings[address] ?? Standing(trust: trust)
                standing.trust = max(standing.trust, trust)
                standing.voters.insert(verdict.voter)
                standing.blemishes = min(standing.blemishes, verdict.signs.count { $0.weight > .weak })
                standing.earliest = [standing.earliest, verdict.reply.elapsed].compactMap(\.self).min()
                standings[address] = standing
            }
        }
        let ranked = standings.sorted { one, other in
            if one.value.trust != other.value.trust { return one.value.trust > other.value.trust }
            if one.value.blemishes != other.value.blemishes { return one.value.blemishes < other.value.blemishes }
            if one.value.voters.count != other.value.voters.count {
                return one.value.voters.count > other.value.voters.count
            }
            let (early, late) = (one.value.earliest ?? .seconds(3600), other.value.earliest ?? .seconds(3600))
            return early == late ? one.key.description < other.key.description : early < late
        }
        return ranked.map { Candidate(address: $0.key, trust: $0.value.trust) }
    }

    /// The answers that may be true, with their addresses. Of those in doubt each gives one before any gives its second: who
    /// floods takes nobody's place but his own.
    private static func named(_ verdicts: [Verdict]) -> [(Verdict, [IPAddress])] {
        func addresses(_ verdict: Verdict) -> [IPAddress] {
            let all = verdict.reply.claim.addresses
            guard all.count > addressesOfAnswer else { return Array(all) }
            return Array(all.sorted { $0.description < $1.description }.prefix(addressesOfAnswer))
        }
        let accepted = verdicts.filter { $0.outcome == .accepted }.map { ($0, addresses($0)) }
        let doubtful = verdicts.filter { $0.outcome == .doubtful }.map { ($0, addresses($0)) }
        var places = Set<IPAddress>()
        for turn in 0..<addressesOfAnswer {
            for (_, addresses) in doubtful where turn < addresses.count && places.count < addressesInDoubt {
                places.insert(addresses[turn])
            }
        }
        return accepted + doubtful.map { ($0.0, $0.1.filter(places.contains)) }
    }

    /// A negative answer counts when it is believed. From a resolver on this machine or this network, nearer than any
    /// forger, it also counts where it has no baseline and nobody contradicts it.
    private static func cause(
        _ verdicts: [Verdict], types: [DNSRecordType], unreadable: Int, policy: AddressFamilyPolicy
    ) -> NetworkError.Cause {
        let believable = verdicts.filter { verdict in
            let isNear = verdict.voter.isLocalNetwork || verdict.voter.isLoopback
            return verdict.outcome == .accepted
                || verdict.outcome == .doubtful && isNear && !verdict.isContradicted && verdict.signs.isEmpty
        }
        if believable.contains(where: { $0.reply.claim == .noSuchName }) { return .noSuchName }
        let empty = Set(believable.filter { $0.reply.claim == .noData }.map(\.type))
        if !types.isEmpty, empty.isSuperset(of: types) {
            return policy == .ip ? .noSuchName : .noAddressInFamily(policy)
        }
        let unbelieved = verdicts.count - believable.count + unreadable
        return unbelieved > 0 ? .onlyForgedAnswers(count: unbelieved) : .noAnswer
    }
}
