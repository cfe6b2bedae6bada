internal import LabNet

extension OONI {
    /// One question and the first answer to it (`df-002-dnst`), or a further answer.
    struct Query: Encodable {
        var answers: OrNull<[Answer]> = OrNull(nil)
        let engine: String
        var failure: OrNull<String> = OrNull(nil)
        let hostname: String
        let queryType: String
        var rcode: UInt16?
        let resolverAddress: String
        var t0: Double?
        var t: Double?
        /// The resolver as a list names it: with the name in its certificate.
        var xResolver: String?
        /// What the question was for: `answer`, `baseline`, `canary`.
        var xPurpose: String?
        var xIsRepeated: Bool?
        var xHopLimit: UInt8?
        /// The header's third and fourth byte in hexadecimal.
        var xFlags: String?
        var xAnswerCount: Int?
        var xHasOpt: Bool?
        var xCookie: String?
        var xKeepsCase: Bool?
        var xVerdict: String?
        var xSigns: [MeasuredSign]?
        var xIsContradicted: Bool?
        var xBasis: String?
    }

    /// A record of an answer (`df-002-dnst`).
    struct Answer: Encodable {
        let answerType: String
        var hostname: String?
        var ipv4: String?
        var ipv6: String?
        let ttl: OrNull<UInt32>
    }

    /// A question with all that came back, as in the test `dnsping`.
    struct Ping: Encodable {
        let query: Query
        let delayedResponses: [Query]
    }

    /// What speaks against an answer.
    struct MeasuredSign: Encodable {
        let sign: String
        let detail: String
    }
}

extension OONI.Answer {
    /// The address, as a record of its family's type.
    init(_ address: IPAddress, timeToLive: UInt32?) {
        switch address.family {
        case .ip4: self.init(answerType: "A", ipv4: "\(address)", ttl: .init(timeToLive))
        case .ip6: self.init(answerType: "AAAA", ipv6: "\(address)", ttl: .init(timeToLive))
        }
    }

    /// The records that a claim is made of, in an order of their own.
    static func list(_ claim: DNSClaim?, timeToLive: UInt32?) -> [OONI.Answer]? {
        switch claim {
        case .addresses(let addresses):
            addresses.sorted { $0.description < $1.description }.map { .init($0, timeToLive: timeToLive) }
        case .alias(let name):
            [.init(answerType: "CNAME", hostname: name.description, ttl: .init(timeToLive))]
        case .noData, .noSuchName, .failure, nil: nil
        }
    }
}

extension OONI.Ping {
    /// One query of lab mode.
    ///
    /// - Parameter record: the lookup that it belongs to.
    init(_ query: LookupRecord.Query, of record: LookupRecord) {
        let start = record.start.map { $0 + query.sent }
        var responses = query.arrivals.map { OONI.Query(query, $0, start: start) }
        guard responses.isEmpty else {
            let first = responses.removeFirst()
            self.init(query: first, delayedResponses: responses)
            return
        }
        var unanswered = OONI.Query(query)
        unanswered.failure = .init(query.failure.map(OONI.failure) ?? "generic_timeout_error")
        let times = OONI.Times(start, max(.zero, record.window - query.sent))
        (unanswered.t0, unanswered.t) = (times.t0, times.t)
        self.init(query: unanswered, delayedResponses: [])
    }
}

extension OONI.Query {
    /// What the system's resolver said.
    init(_ answer: SystemAnswer, to name: String) {
        self.init(engine: "unknown", hostname: name, queryType: "ANY", resolverAddress: "")
        let records = answer.addresses.map { OONI.Answer($0, timeToLive: nil) }
        answers = .init(records.isEmpty ? nil : records)
        failure = .init(answer.failure.map(OONI.failure))
        let times = OONI.Times(answer.start, answer.elapsed)
        (t0, t) = (times.t0, times.t)
        xResolver = "system"
    }

    /// The question alone.
    fileprivate init(_ query: LookupRecord.Query) {
        let resolver = query.resolver
        let (engine, address) =
            switch resolver.carrier {
            case .datagrams: ("udp", "\(resolver.endpoint)")
            case .stream: ("tcp", "\(resolver.endpoint)")
            case .tls: ("dot", "\(resolver.endpoint)")
            case .https(let host, let path): ("doh", "https://\(host.bracketed)\(path)")
            }
        self.init(
            engine: engine, hostname: query.name, queryType: query.type.mnemonic, resolverAddress: address,
            xResolver: "\(resolver)", xPurpose: query.purpose.rawValue, xIsRepeated: query.isRepeated)
    }

    /// The question and one message that came back.
    fileprivate init(_ query: LookupRecord.Query, _ arrival: LookupRecord.Arrival, start: Duration?) {
        self.init(query)
        let times = OONI.Times(start, arrival.elapsed)
        (t0, t) = (times.t0, times.t)
        xHopLimit = arrival.hopLimit
        switch arrival.content {
        case .answer(let answer): take(answer)
        case .unreadable(let words): failure = .init(OONI.unknown(words))
        case .disturbed(let number): failure = .init(OONI.failure(errno: number))
        }
        guard let judgement = arrival.judgement else { return }
        xVerdict = judgement.outcome.rawValue
        xSigns = judgement.signs.map { .init(sign: $0.code, detail: $0.description) }
        xIsContradicted = judgement.isContradicted
        xBasis = judgement.basis.description
    }

    private mutating func take(_ answer: LookupRecord.Answer) {
        answers = .init(OONI.Answer.list(answer.claim, timeToLive: answer.timeToLive))
        failure = .init(OONI.failure(answer.claim))
        rcode = answer.flags & 0xF
        xFlags = "0x\(answer.flags.hexadecimal)"
        xAnswerCount = answer.records
        xHasOpt = answer.hasOPT
        xKeepsCase = answer.keepsCase
        xCookie =
            switch answer.cookie {
            case .absent: "absent"
            case .echoed: "echoed"
            case .wrong: "wrong"
            }
    }
}

extension Sign {
    /// The sign in one word, for programs.
    fileprivate var code: String {
        switch self {
        case .early: "early"
        case .earlyNearby: "early_nearby"
        case .hopLimit: "hop_limit"
        case .noOPT: "no_opt"
        case .noCookie: "no_cookie"
        case .wrongCookie: "wrong_cookie"
        case .caseChanged: "case_changed"
        case .seenAtCanary: "seen_at_canary"
        case .forgersHopLimit: "forgers_hop_limit"
        case .canaryShape: "canary_shape"
        case .impersonated: "impersonated"
        case .seenForged: "seen_forged"
        case .loneDissent: "lone_dissent"
        case .authoritative: "authoritative"
        case .noRecursion: "no_recursion"
        case .strayRecords: "stray_records"
        case .specialPurpose: "special_purpose"
        }
    }
}
