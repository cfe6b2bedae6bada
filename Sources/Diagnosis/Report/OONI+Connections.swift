internal import LabNet

extension OONI {
    /// A TCP connection that was tried (`df-005-tcpconnect`).
    struct TCPConnect: Encodable {
        let ip: String
        let port: UInt16
        let status: Status
        let t0: Double?
        let t: Double?
        let xHost: String
        /// Where the address comes from.
        let xSource: String

        struct Status: Encodable {
            let failure: OrNull<String>
            let success: Bool
        }
    }

    /// A TLS handshake that was tried (`df-006-tlshandshake`).
    struct TLSHandshake: Encodable {
        let address: String
        let cipherSuite = ""
        let failure: OrNull<String>
        let negotiatedProtocol = ""
        let network = "tcp"
        let noTlsVerify = false
        let peerCertificates: [String] = []
        /// What stood in the hello; empty where nothing did.
        let serverName: String
        let t0: Double?
        let t: Double?
        let tlsVersion: String
        /// Whom the certificate was verified for.
        let xHost: String
        /// Whether it went to the host itself (`own`) or to another that nobody blocks (`control`).
        let xPlace: String
        let xSource: String
        let xStrategy: String
        let xSegmentSize: Int?
        /// How long TCP's own handshake took.
        let xRoundTrip: Double?
        let xAlert: UInt8?
        let xCertificate: Certificate?
    }

    /// A certificate that was refused.
    struct Certificate: Encodable {
        let code: Int
        let reason: String
        let names: [String]
        let fingerprint: String?
    }

    /// Something that the network did (`df-008-netevents`).
    struct NetworkEvent: Encodable {
        let address: String?
        let failure: OrNull<String>
        let numBytes: Int
        let operation: String
        let proto = "tcp"
        let t0: Double
        let t: Double
    }
}

extension OONI.TCPConnect {
    /// Takes one trial.
    init(
        _ endpoint: Endpoint, for host: String, source: HostFindings.Source, failure: NetworkError.Cause?,
        start: Duration?, elapsed: Duration
    ) {
        let times = OONI.Times(start, elapsed)
        self.init(
            ip: "\(endpoint.address)", port: endpoint.port,
            status: Status(failure: .init(failure.map(OONI.failure)), success: failure == nil), t0: times.t0,
            t: times.t, xHost: host, xSource: source.rawValue)
    }

    /// All of a host's: those that were made for themselves, and those that failed before a handshake.
    static func list(_ host: HostFindings) -> [OONI.TCPConnect] {
        let name = host.origin.host.description
        let alone = host.reached.flatMap { reach in
            reach.trials.map {
                OONI.TCPConnect(
                    reach.endpoint, for: name, source: reach.source, failure: $0.failure, start: $0.start,
                    elapsed: $0.elapsed)
            }
        }
        let beforeHello = host.greetings.flatMap { trials in
            trials.results.compactMap { result -> OONI.TCPConnect? in
                guard case .failed(.dial, let cause) = result.outcome, !result.outcome.isLeftAlone else { return nil }
                return OONI.TCPConnect(
                    trials.greeting.endpoint, for: name, source: trials.source, failure: cause, start: result.start,
                    elapsed: result.elapsed)
            }
        }
        return alone + beforeHello
    }
}

extension OONI.TLSHandshake {
    /// All of a host's, in the order in which they were tried.
    static func list(_ host: HostFindings) -> [OONI.TLSHandshake] {
        host.greetings.flatMap { trials in trials.results.compactMap { OONI.TLSHandshake(trials, $0) } }
    }

    /// Takes one trial; nil where no hello was sent.
    init?(_ trials: HostFindings.Trials, _ result: Greeted) {
        let greeting = trials.greeting
        var cause: NetworkError.Cause?
        var version = ""
        switch result.outcome {
        case .verified(let agreed): version = agreed
        case .failed(.secure, let failure): cause = failure
        case .failed: return nil
        }
        guard !result.outcome.isLeftAlone else { return nil }
        // The hello goes out when TCP's own handshake is done.
        let times = OONI.Times(result.start.map { $0 + (result.roundTrip ?? .zero) }, result.elapsed)
        self.init(
            address: "\(greeting.endpoint)", failure: .init(cause.map(OONI.failure)),
            serverName: greeting.serverName, t0: times.t0, t: times.t, tlsVersion: version,
            xHost: greeting.host.description, xPlace: trials.place.rawValue, xSource: trials.source.rawValue,
            xStrategy: greeting.strategy.spelling, xSegmentSize: greeting.segmentSize,
            xRoundTrip: result.roundTrip.map(OONI.seconds), xAlert: cause?.alert,
            xCertificate: cause?.problem.map(OONI.Certificate.init))
    }
}

extension OONI.Certificate {
    init(_ problem: NetworkError.CertificateProblem) {
        self.init(
            code: problem.code, reason: problem.reason, names: problem.names, fingerprint: problem.fingerprint)
    }
}

extension Greeting {
    /// What stands in the hello's server name; empty where nothing does, as for an address (RFC 6066 3).
    var serverName: String {
        switch (strategy, host) {
        case (.omit, _), (.plain, .address), (.records, .address), (.segments, .address),
            (.recordsAndSegments, .address), (.disorder, .address):
            ""
        case (.alter(let other), _): other
        case (_, .name(let name)): name
        }
    }
}

extension NetworkError.Cause {
    fileprivate var alert: UInt8? {
        if case .alert(let code) = self { return code }
        return nil
    }

    fileprivate var problem: NetworkError.CertificateProblem? {
        if case .certificate(let problem) = self { return problem }
        return nil
    }
}
