import LabNet

/// What the findings about one host show, as answers to the questions that a judgement asks. Pure.
struct HostEvidence: Sendable {
    let host: HostFindings
    let line: Line
    /// Every hello to an address that may be the host's, in its order.
    let hellos: [Hello]

    /// One handshake that was tried, by the examination or by an exchange.
    struct Hello: Sendable {
        var endpoint: Endpoint
        var strategy: ServerNameStrategy
        var isSmall = false
        var outcome: Greeted.Outcome
        var elapsed: Duration = .zero
        var roundTrip: Duration?

        var cause: NetworkError.Cause? { if case .failed(_, let cause) = outcome { cause } else { nil } }

        /// Whether somebody spoke TLS, whatever he said.
        var isAnswered: Bool {
            switch cause {
            case nil, .alert, .certificate, .closedAfterHello, .tls: true
            default: false
            }
        }

        /// Whether the server declined it in an orderly way.
        var isDeclined: Bool {
            switch cause {
            case .alert, .closedAfterHello: true
            default: false
            }
        }
    }

    init(_ host: HostFindings, line: Line) {
        (self.host, self.line) = (host, line)
        let verified = Set(
            host.greetings.filter { $0.place == .own && $0.results.contains(where: \.outcome.isVerified) }
                .map(\.greeting.endpoint))
        let tried = host.greetings.filter { trials in
            trials.place == .own
                && ([.trusted, .given].contains(trials.source) || verified.contains(trials.greeting.endpoint))
        }
        hellos = tried.flatMap { Hello.all(of: $0) } + Hello.attempts(of: host.passage)
        own = host.reached.filter { $0.source.isOwn || verified.contains($0.endpoint) }
    }

    /// TCP to the addresses that are the host's: trusted, given, or proven by their certificate.
    let own: [HostFindings.Reach]

    /// The hellos that went elsewhere, with the host's name or without any.
    var elsewhere: [Hello] { host.greetings.filter { $0.place == .control }.flatMap { Hello.all(of: $0) } }

    /// Whether the host's own certificate came, by whatever hello.
    var works: Bool {
        hellos.contains(where: \.outcome.isVerified)
            || (host.origin.scheme == .http && own.contains(where: \.isReached))
    }
}

extension HostEvidence.Hello {
    fileprivate static func all(of trials: HostFindings.Trials) -> [Self] {
        trials.results.map { result in
            Self(
                endpoint: trials.greeting.endpoint, strategy: trials.greeting.strategy,
                isSmall: trials.greeting.segmentSize != nil, outcome: result.outcome, elapsed: result.elapsed,
                roundTrip: result.roundTrip)
        }
    }

    /// What exchanges tried before they failed.
    fileprivate static func attempts(of passage: HostFindings.Passage?) -> [Self] {
        let failures = passage?.requests.compactMap(\.failure) ?? []
        return failures.flatMap { [$0] + $0.attempts }.compactMap { failure in
            guard failure.step == .secure, let endpoint = failure.endpoint, let strategy = failure.strategy else {
                return nil
            }
            return Self(endpoint: endpoint, strategy: strategy, outcome: .failed(.secure, failure.cause))
        }
    }
}

// MARK: The name in TLS

extension HostEvidence {
    /// Hellos with the true name that were killed, or answered in the server's place, where others were not.
    var killedByName: [Hello] {
        hellos.filter { hello in
            guard hello.strategy.carriesTrueName, !isLostForSize(hello) else { return false }
            let others = hellos.filter { $0.endpoint == hello.endpoint && $0.strategy != hello.strategy }
            if hello.outcome.isKilled { return others.contains { $0.isAnswered && !isSameRefusal($0, hello) } }
            // A server that takes its name plain and declines it in pieces has trouble with the pieces.
            return hello.isDeclined && !(takesPlain && hello.strategy != .plain) && isForged(hello, beside: others)
        }
    }

    private var takesPlain: Bool { hellos.contains { $0.strategy == .plain && $0.outcome.isVerified } }

    /// Whether a refusal of the true name cannot be the server's: it serves others there, or refuses them in other words.
    private func isForged(_ hello: Hello, beside others: [Hello]) -> Bool {
        others.contains { other in
            if other.outcome.isVerified { return true }
            guard !other.strategy.carriesTrueName, other.isDeclined else { return false }
            return other.cause != hello.cause
        }
    }

    private func isSameRefusal(_ one: Hello, _ other: Hello) -> Bool { one.cause == other.cause }

    /// The name was killed at an endpoint that has nothing to do with it, where a hello without it was answered.
    var killedElsewhere: [Hello] {
        elsewhere.filter { hello in
            hello.strategy.carriesTrueName && hello.outcome.isKilled
                && elsewhere.contains {
                    $0.endpoint == hello.endpoint && !$0.strategy.carriesTrueName && $0.isAnswered
                }
        }
    }

    /// Endpoints in the penalty of an earlier run: the name was killed there a short while ago.
    var leftAlone: [Hello] {
        hellos.filter { if case .leftAlone = $0.cause { true } else { false } }
    }

    /// Hellos without a name that vanished where others were answered.
    var namelessDropped: [Hello] {
        hellos.filter { hello in
            hello.strategy == .omit && hello.outcome.isKilled && !isLostForSize(hello)
                && !hellos.contains { $0.endpoint == hello.endpoint && $0.strategy == .omit && $0.isAnswered }
                && hellos.contains { $0.endpoint == hello.endpoint && $0.isAnswered }
        }
    }

    /// Hellos that got through in small segments where none did in large ones.
    var smallPasses: [Hello] {
        hellos.filter { hello in
            hello.isSmall && hello.isAnswered
                && !hellos.contains { $0.endpoint == hello.endpoint && !$0.isSmall && $0.isAnswered }
        }
    }

    private func isLostForSize(_ hello: Hello) -> Bool {
        !hello.isSmall && smallPasses.contains { $0.endpoint == hello.endpoint }
    }

    /// Certificates for somebody else, shown to the true name.
    var strangers: [(hello: Hello, problem: NetworkError.CertificateProblem)] {
        let isLiteral = if case .address = host.origin.host { true } else { false }
        return hellos.compactMap { hello in
            guard hello.strategy.carriesTrueName || isLiteral, case .certificate(let problem) = hello.cause,
                !problem.isOfDate
            else { return nil }
            return (hello, problem)
        }
    }

    /// Certificates whose time has not come or is over, whoever's they are, shown to any hello.
    var outOfDate: [(hello: Hello, problem: NetworkError.CertificateProblem)] {
        hellos.compactMap { hello in
            guard case .certificate(let problem) = hello.cause, problem.isOfDate else { return nil }
            return (hello, problem)
        }
    }
}

extension NetworkError.CertificateProblem {
    /// Whether only the date speaks against the certificate (X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED).
    var isOfDate: Bool { code == 9 || code == 10 }

    /// Whether the certificate is made out to this host (RFC 9525 6.3: a wildcard stands for one whole label).
    func names(_ host: Host) -> Bool {
        let name = host.description
        return names.contains { given in
            let given = given.lowercased()
            if given == name { return true }
            guard given.hasPrefix("*."), let dot = name.firstIndex(of: ".") else { return false }
            return given.dropFirst() == name[dot...]
        }
    }
}
