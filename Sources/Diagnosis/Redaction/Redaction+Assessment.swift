internal import LabNet

// MARK: - Assessments

extension Redaction {
    /// An assessment, with everything hidden.
    mutating func assessment(_ assessment: Assessment) -> Assessment {
        Assessment(
            target: target(assessment.target), condition: assessment.condition,
            host: assessment.host.map { host($0) },
            reasons: assessment.reasons.map { reason($0, of: assessment.target) },
            ways: assessment.ways.map { way($0) })
    }

    private mutating func reason(_ reason: Reason, of target: Target) -> Reason {
        switch reason {
        case .systemMisled(let addresses): .systemMisled(addresses.map { address($0) })
        case .systemFails(let cause): .systemFails(self.cause(cause))
        case .polluted(let resolvers): .polluted(resolvers.map { resolver($0) })
        case .killedByName(let endpoint, let strategy, let cause, let elapsed, let roundTrip):
            .killedByName(
                self.endpoint(endpoint), self.strategy(strategy), self.cause(cause), elapsed: elapsed,
                roundTrip: roundTrip)
        case .killedByNameElsewhere(let endpoint, let cause):
            .killedByNameElsewhere(self.endpoint(endpoint), self.cause(cause))
        case .namelessDropped(let endpoint, let cause): .namelessDropped(self.endpoint(endpoint), self.cause(cause))
        case .unreachable(let endpoint, let cause): .unreachable(self.endpoint(endpoint), self.cause(cause))
        case .otherCertificate(let endpoint, let problem):
            .otherCertificate(self.endpoint(endpoint), certificate(problem))
        case .streamStopped(let endpoint, let bytes, let cause):
            .streamStopped(endpoint.map { self.endpoint($0) }, bytes: bytes, self.cause(cause))
        case .smallSegmentsPass(let endpoint, let size): .smallSegmentsPass(self.endpoint(endpoint), size: size)
        case .portalAt(let place): .portalAt(url(place))
        case .localProxy(let address): .localProxy(self.address(address))
        case .certificateOutOfDate(let problem): .certificateOutOfDate(certificate(problem))
        case .status(let status, let place, let words): .status(status, url: url(place), words: words.map { text($0) })
        case .mirrorFails(let cause): .mirrorFails(cause.map { self.cause($0) })
        case .proxyDead(let place, let cause): .proxyDead(proxy(place), self.cause(cause))
        case .serverFails(let endpoint, let cause): .serverFails(endpoint.map { self.endpoint($0) }, self.cause(cause))
        case .partOf(let host, let role): .partOf(self.host(host), role)
        case .otherDigest where hidesImage(of: target): .otherDigest(mirror: Self.gap, origin: Self.gap)
        case .forgedAnswers, .portHijacked, .encryptedBlocked, .familyBlocked, .streamSlow, .clockOff, .otherDigest,
            .noSuchName, .nothingAnswers:
            reason
        }
    }

    private mutating func way(_ way: Way) -> Way {
        switch way {
        case .lab(let strategy, let family): .lab(strategy.map { self.strategy($0) }, family: family)
        case .mirror(let place): .mirror(mirror(place))
        case .ordinary, .segmentSize, .family, .withoutProxy: way
        }
    }

    /// A mirror as `-mirror` takes it: a host with a port and a prefix where needed, with or without a scheme.
    private mutating func mirror(_ place: String) -> String {
        if place.contains("://") { return url(place) }
        let hidden = url("https://" + place)
        return String(hidden.dropFirst("https://".count))
    }
}
