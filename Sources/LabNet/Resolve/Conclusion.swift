/// What a lookup has come to: in its course the candidates so far, at its end all of them or the failure.
struct Conclusion {
    /// The candidates, best first; empty when there is a failure.
    let candidates: [Candidate]
    /// Why there is no candidate.
    let failure: NetworkError.Cause?

    /// Draws the conclusion; what is held is no candidate yet.
    ///
    /// - Parameter unreadable: how many datagrams came that were no answers at all (wrong ID, wrong question, malformed).
    init(_ verdicts: [Verdict], unreadable: Int, policy: AddressFamilyPolicy) {
        candidates = Self.rank(verdicts)
        failure = candidates.isEmpty ? Self.cause(verdicts, unreadable: unreadable, policy: policy) : nil
    }

    /// Trust comes first, then the number of resolvers that name the address, then the time of the earliest answer.
    private static func rank(_ verdicts: [Verdict]) -> [Candidate] {
        struct Standing {
            var trust: Candidate.Trust
            var voters: Set<IPAddress> = []
            var earliest: Duration?
        }
        var standings: [IPAddress: Standing] = [:]
        for verdict in verdicts where verdict.outcome == .accepted || verdict.outcome == .doubtful {
            let trust: Candidate.Trust = verdict.outcome == .accepted ? .trusted : .doubtful
            for address in verdict.reply.claim.addresses {
                var standing = standings[address] ?? Standing(trust: trust)
                standing.trust = max(standing.trust, trust)
                standing.voters.insert(verdict.voter)
                standing.earliest = [standing.earliest, verdict.reply.elapsed].compactMap(\.self).min()
                standings[address] = standing
            }
        }
        let ranked = standings.sorted { one, other in
            if one.value.trust != other.value.trust { return one.value.trust > other.value.trust }
            if one.value.voters.count != other.value.voters.count {
                return one.value.voters.count > other.value.voters.count
            }
            let (early, late) = (one.value.earliest ?? .seconds(3600), other.value.earliest ?? .seconds(3600))
            return early == late ? one.key.description < other.key.description : early < late
        }
        return ranked.map { Candidate(address: $0.key, trust: $0.value.trust) }
    }

    /// A negative answer counts when it is believed, or when nothing but the lack of a baseline speaks against it.
    private static func cause(
        _ verdicts: [Verdict], unreadable: Int, policy: AddressFamilyPolicy
    ) -> NetworkError.Cause {
        let believable = verdicts.filter { verdict in
            verdict.outcome == .accepted
                || verdict.outcome == .doubtful && !verdict.isContradicted && verdict.signs.isEmpty
        }
        let claims = Set(believable.map(\.reply.claim))
        if claims.contains(.noData), policy != .ip { return .noAddressInFamily(policy) }
        if claims.contains(.noData) || claims.contains(.noSuchName) { return .noSuchName }
        let unbelieved = verdicts.count - believable.count + unreadable
        return unbelieved > 0 ? .onlyForgedAnswers(count: unbelieved) : .noAnswer
    }
}
