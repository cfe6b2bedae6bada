/// Why a step of the transport failed: which step, for whom, against which endpoint, and every attempt that was made.
public struct NetworkError: Error, Hashable, Sendable {
    /// The step that failed.
    public var step: Step
    /// The host (or proxy) for which the step was taken.
    public var host: String
    /// The endpoint that was talked to, where there was one.
    public var endpoint: Endpoint?
    /// The hello that was used, where TLS was tried.
    public var strategy: ServerNameStrategy?
    /// What went wrong.
    public var cause: Cause
    /// The failures that led to this one, in the order in which they happened.
    public var attempts: [NetworkError]

    /// Puts the parts together.
    public init(
        step: Step, host: String, endpoint: Endpoint? = nil, strategy: ServerNameStrategy? = nil, cause: Cause,
        attempts: [NetworkError] = []
    ) {
        self.step = step
        self.host = host
        self.endpoint = endpoint
        self.strategy = strategy
        self.cause = cause
        self.attempts = attempts
    }
}

/// The steps of the transport, in their order.
public enum Step: String, Hashable, Sendable, CaseIterable {
    /// Name to candidates.
    case resolve
    /// Candidate to TCP connection, proxies included.
    case dial
    /// TCP connection to verified TLS.
    case secure
    /// Request to response.
    case exchange
}

extension NetworkError {
    /// What went wrong. Words for people are made of these in the command's target.
    public enum Cause: Hashable, Sendable {
        // resolve
        /// The resolvers agree, without a sign of forgery, that the name does not exist or has no address of the families allowed.
        case noSuchName
        /// No resolver answered at all.
        case noAnswer
        /// Answers came and none could be believed; the text of each verdict stands in the observations.
        case onlyForgedAnswers(count: Int)
        /// The name was found, but in no family that `-network` allows.
        case noAddressInFamily(AddressFamilyPolicy)
        // dial
        /// The peer refused the TCP connection.
        case refused
        /// No route, no host, or the family is absent on this machine.
        case unreachable(errno: Int32)
        /// Nothing came back in time.
        case timedOut(Duration)
        /// Nothing was sent: the server that named this host is not in the network of its address, which is this one;
        /// nil where a proxy would have found it.
        case outOfReach(IPAddress?)
        /// A proxy answered CONNECT or SOCKS with this code.
        case proxyRefused(code: Int)
        /// A proxy broke its protocol.
        case proxyProtocol(String)
        /// Nothing was sent: a hello with the name was killed here a short while ago, and whatever came now would be killed
        /// too; what is left of the penalty.
        case leftAlone(Duration)
        // secure
        /// A reset after the ClientHello and before the server said anything: a box that read the name, or its residual.
        case resetAfterHello
        /// Silence after the ClientHello for this long.
        case silenceAfterHello(Duration)
        /// An orderly close after the ClientHello.
        case closedAfterHello
        /// A TLS alert (RFC 8446 6): the server speaks, and declines.
        case alert(UInt8)
        /// The certificate is not valid for the host; nothing was sent.
        case certificate(CertificateProblem)
        /// TLS broke in any other way; OpenSSL's own words.
        case tls(String)
        // exchange
        /// The peer reset the connection.
        case reset
        /// The peer closed before the message was whole.
        case closedEarly
        /// The message broke HTTP/1.1's rules or a limit; which one.
        case protocolViolation(String)
        /// More redirects than allowed, or one that may not be followed.
        case redirect(String)
        // anywhere
        /// Another errno.
        case system(errno: Int32)
        /// Every attempt failed; see `attempts`.
        case allAttemptsFailed
    }

    /// Why a certificate was refused, and what it would take to trust it by hand.
    public struct CertificateProblem: Hashable, Sendable {
        /// OpenSSL's verification code (X509_V_ERR_…).
        public var code: Int
        /// OpenSSL's words for it.
        public var reason: String
        /// The certificate's subject names, for the reader to see whose it is.
        public var names: [String]
        /// `sha256:<64 hex>` of the certificate in DER, to be compared and given to `-trust`.
        public var fingerprint: String?

        /// Puts the parts together.
        public init(code: Int, reason: String, names: [String], fingerprint: String?) {
            self.code = code
            self.reason = reason
            self.names = names
            self.fingerprint = fingerprint
        }
    }

    /// Whether this failure, or any of its attempts, shows the work of a censor rather than a dead line:
    /// forged answers, a connection killed after its hello (now or a while ago), a stranger's certificate, or a name that is
    /// declined in every disguise.
    public var showsInterference: Bool {
        switch cause {
        case .onlyForgedAnswers, .leftAlone, .resetAfterHello, .silenceAfterHello, .certificate: true
        default: declinesEveryDisguise || attempts.contains(where: \.showsInterference)
        }
    }

    /// Whether the true name was declined, by alerts or closes, in more than one disguise: a server that takes its name
    /// takes it in one of them, so somebody else has read it.
    public var declinesEveryDisguise: Bool {
        let declined = attempts.filter { attempt in
            switch attempt.cause {
            case .alert, .closedAfterHello: true
            default: false
            }
        }
        return Set(declined.compactMap(\.strategy).filter(\.carriesTrueName)).count > 1
    }
}
