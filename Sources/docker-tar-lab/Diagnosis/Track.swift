internal import LabNet

/// What one resolver was asked about a name and what came back: one line of a timeline.
///
/// Times count from the departure of the query that they belong to.
struct Track: Sendable {
    /// Whom the questions went to.
    let resolver: ResolverAddress
    /// Whether nobody listens there, so that whatever answers is forged.
    let isCanary: Bool
    /// For how long after its first question answers were collected.
    let window: Duration
    /// How far away the resolver is, where its control question was answered.
    let roundTrip: Duration?
    /// What came, the earliest first.
    let marks: [Mark]
    /// Why nothing could be heard.
    let failure: NetworkError.Cause?

    /// One message on the line.
    struct Mark: Hashable, Sendable {
        /// When it came.
        let elapsed: Duration
        /// What it was.
        let kind: Kind
    }

    /// What a message on the line can be.
    enum Kind: Hashable, Sendable, CaseIterable {
        /// Rejected, or from where nobody listens.
        case forged
        /// Held to the end, or in doubt.
        case doubtful
        /// Believed.
        case genuine
        /// No readable answer, or an ICMP error.
        case disturbed
    }

    /// What a line comes to.
    enum State: Hashable, Sendable, CaseIterable {
        /// Forged answers, and a true one.
        case raced
        /// Forged answers alone.
        case forged
        /// Answers that could not be told.
        case doubtful
        /// True answers alone.
        case genuine
        /// Nothing readable, at a resolver.
        case silent
        /// The question could not be asked, or its channel broke.
        case failed
        /// Nobody answered where nobody listens.
        case quiet
        /// Somebody answered where nobody listens.
        case forger
    }

    /// What it comes to.
    var state: State {
        let kinds = Set(marks.map(\.kind))
        if isCanary { return kinds.isSubset(of: [.disturbed]) ? .quiet : .forger }
        if kinds.contains(.genuine) { return kinds.contains(.forged) ? .raced : .genuine }
        if kinds.contains(.doubtful) { return .doubtful }
        if kinds.contains(.forged) { return .forged }
        return failure == nil ? .silent : .failed
    }

    /// The resolver as it stands beside its line: without the port that goes without saying.
    var name: String {
        let isUsual = resolver.carrier == .datagrams && resolver.endpoint.port == 53
        return isUsual ? resolver.endpoint.address.description : resolver.description
    }

    /// How many marks are of a kind.
    func count(_ kind: Kind) -> Int { marks.count { $0.kind == kind } }
}

extension LookupRecord {
    /// A line for each resolver, in the order of asking; control questions give the distance and no marks.
    var tracks: [Track] {
        var order: [ResolverAddress] = []
        var asked: [ResolverAddress: [Query]] = [:]
        for query in queries where query.purpose != .baseline {
            if asked[query.resolver] == nil { order.append(query.resolver) }
            asked[query.resolver, default: []].append(query)
        }
        return order.map { track(of: $0, asked: asked[$0] ?? []) }
    }

    private func track(of resolver: ResolverAddress, asked: [Query]) -> Track {
        let marks = asked.flatMap { query in
            query.arrivals.map { Track.Mark(elapsed: $0.elapsed, kind: $0.kind(for: query.purpose)) }
        }
        let begun = asked.map(\.sent).min() ?? .zero
        return Track(
            resolver: resolver, isCanary: asked.contains { $0.purpose == .canary }, window: max(.zero, window - begun),
            roundTrip: baselines[resolver]?.roundTrip, marks: marks.sorted { $0.elapsed < $1.elapsed },
            failure: asked.lazy.compactMap(\.failure).first)
    }
}

extension LookupRecord.Arrival {
    /// What it is on a timeline, by what its query was for.
    func kind(for purpose: LookupRecord.Query.Purpose) -> Track.Kind {
        guard case .answer = content else { return .disturbed }
        if purpose == .canary { return .forged }
        return switch judgement?.outcome {
        case .accepted: .genuine
        case .rejected: .forged
        case .doubtful, .held: .doubtful
        case nil: .disturbed
        }
    }
}
