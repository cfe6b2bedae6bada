internal import LabNet

/// A reason for a condition, as the JSON has it: its name, and those of the other fields that it fills.
struct MeasuredReason: Encodable {
    /// The reason's name: `forged_answers`, `killed_by_name`, …
    let reason: String
    var addresses: [String]?
    var bytes: Int?
    var certificate: OONI.Certificate?
    var count: Int?
    var digest: String?
    /// Seconds.
    var elapsed: Double?
    var endpoint: String?
    var failure: String?
    var family: String?
    var host: String?
    var injectors: Int?
    /// Seconds.
    var offset: Double?
    var of: Int?
    var originDigest: String?
    /// A proxy's or a portal's.
    var place: String?
    var resolvers: [String]?
    var role: String?
    /// Seconds.
    var roundTrip: Double?
    /// Bytes of a TCP segment.
    var size: Int?
    var status: Int?
    var strategy: String?
    var url: String?
    var words: String?
}

extension MeasuredReason {
    /// Takes a reason.
    init(_ reason: Reason) {
        self.init(reason: reason.code)
        take(reason)
    }

    private mutating func take(_ reason: Reason) {
        switch reason {
        case .portHijacked, .noSuchName, .nothingAnswers: break
        case .forgedAnswers(let count, let injectors): (self.count, self.injectors) = (count, injectors)
        case .systemMisled(let addresses): self.addresses = addresses.map { "\($0)" }
        case .localProxy(let address): addresses = ["\(address)"]
        case .polluted(let resolvers): self.resolvers = resolvers.map { "\($0)" }
        case .encryptedBlocked(let count, let all): (self.count, of) = (count, all)
        case .killedByName(let endpoint, let strategy, let cause, let elapsed, let roundTrip):
            self.strategy = strategy.spelling
            (self.elapsed, self.roundTrip) = (OONI.seconds(elapsed), roundTrip.map(OONI.seconds))
            take(endpoint, cause)
        case .killedByNameElsewhere(let endpoint, let cause), .namelessDropped(let endpoint, let cause),
            .unreachable(let endpoint, let cause):
            take(endpoint, cause)
        case .serverFails(let endpoint, let cause): take(endpoint, cause)
        case .streamStopped(let endpoint, let bytes, let cause):
            self.bytes = bytes
            take(endpoint, cause)
        case .systemFails(let cause): take(nil, cause)
        case .mirrorFails(let cause): take(nil, cause)
        case .proxyDead(let place, let cause):
            self.place = place
            take(nil, cause)
        case .otherCertificate(let endpoint, let problem): take(endpoint, .certificate(problem))
        case .certificateOutOfDate(let problem): take(nil, .certificate(problem))
        case .familyBlocked(let family): self.family = family.rawValue
        case .streamSlow(let bytes, let elapsed): (self.bytes, self.elapsed) = (bytes, OONI.seconds(elapsed))
        case .smallSegmentsPass(let endpoint, let size):
            self.size = size
            take(endpoint, nil)
        case .portalAt(let place): self.place = place
        case .clockOff(let offset): self.offset = OONI.seconds(offset)
        case .status(let status, let url, let words): (self.status, self.url, self.words) = (status, url, words)
        case .otherDigest(let mirror, let origin): (digest, originDigest) = (mirror, origin)
        case .partOf(let host, let role): (self.host, self.role) = ("\(host)", role.rawValue)
        }
    }

    private mutating func take(_ endpoint: Endpoint?, _ cause: NetworkError.Cause?) {
        self.endpoint = endpoint.map { "\($0)" }
        failure = cause.map(OONI.failure)
        if case .certificate(let problem)? = cause { certificate = OONI.Certificate(problem) }
    }
}

extension Reason {
    /// The reason's name, for programs.
    fileprivate var code: String {
        switch self {
        case .forgedAnswers: "forged_answers"
        case .systemMisled: "system_misled"
        case .systemFails: "system_fails"
        case .portHijacked: "port_hijacked"
        case .polluted: "polluted"
        case .encryptedBlocked: "encrypted_blocked"
        case .killedByName: "killed_by_name"
        case .killedByNameElsewhere: "killed_by_name_elsewhere"
        case .namelessDropped: "nameless_dropped"
        case .unreachable: "unreachable"
        case .familyBlocked: "family_blocked"
        case .otherCertificate: "other_certificate"
        case .streamStopped: "stream_stopped"
        case .streamSlow: "stream_slow"
        case .smallSegmentsPass: "small_segments_pass"
        case .portalAt: "portal_at"
        case .localProxy: "local_proxy"
        case .clockOff: "clock_off"
        case .certificateOutOfDate: "certificate_out_of_date"
        case .status: "status"
        case .otherDigest: "other_digest"
        case .mirrorFails: "mirror_fails"
        case .proxyDead: "proxy_dead"
        case .serverFails: "server_fails"
        case .noSuchName: "no_such_name"
        case .nothingAnswers: "nothing_answers"
        case .partOf: "part_of"
        }
    }
}
