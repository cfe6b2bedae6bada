/// What one step of the transport did: what, to whom, when, how long, and what came back or why it failed.
///
/// Every step leaves one, on success and on failure alike; `-debug` prints them and `diagnose` renders them.
/// None holds a secret: no Authorization, token, proxy password or signed query string.
public struct Observation: Sendable {
    /// What was done and what came of it.
    public var event: Event
    /// The host for which it was done.
    public var host: String
    /// The endpoint that was talked to, where there was one.
    public var endpoint: Endpoint?
    /// When it began, counted from the making of the transport.
    public var start: Duration
    /// How long it took.
    public var duration: Duration

    /// Puts the parts together.
    public init(event: Event, host: String, endpoint: Endpoint? = nil, start: Duration, duration: Duration) {
        self.event = event
        self.host = host
        self.endpoint = endpoint
        self.start = start
        self.duration = duration
    }

    /// The kinds of observation.
    public enum Event: Sendable {
        /// One DNS query, or one datagram that answered it; `detail` is one line (type, flags, addresses, hop limit).
        case query(detail: String)
        /// What was made of one answer, and why.
        case verdict(detail: String)
        /// The candidates that a lookup ended with, or its failure.
        case resolved([Candidate], failure: NetworkError.Cause?)
        /// A TCP connection, direct or to a proxy.
        case connected(failure: NetworkError.Cause?)
        /// A CONNECT or SOCKS5 negotiation.
        case proxied(target: String, failure: NetworkError.Cause?)
        /// A TLS handshake: the strategy, the protocol that was agreed, or why not.
        case handshake(ServerNameStrategy, protocolVersion: String?, failure: NetworkError.Cause?)
        /// A request, the status that came back, and how many bytes of the body came; the URL without its query.
        case exchanged(method: String, url: String, status: Int?, bytes: Int, failure: NetworkError.Cause?)
        /// Something that the user should know, such as "lab mode goes direct, HTTPS_PROXY is not used".
        case notice(Notice)
    }

    /// Things that the transport decided and that the user should know.
    public enum Notice: Hashable, Sendable {
        /// Lab mode does not use the proxy that the environment names.
        case proxyIgnoredInLabMode
        /// Names are answered with addresses of a local proxy's own, which carries the connections itself.
        case localProxy(IPAddress)
        /// Somebody answers DNS even where no resolver is: what comes over UDP is his, whoever was asked.
        case resolversImpersonated
        /// What worked and what is burnt cannot be kept for the next run.
        case memoryNotKept(errno: Int32)
    }
}

/// An address that a lookup has yielded, with the trust it has earned.
public struct Candidate: Hashable, Sendable {
    /// The address.
    public var address: IPAddress
    /// Whether evidence speaks against it.
    public var trust: Trust

    /// How far a candidate may be believed before its certificate has been seen.
    public enum Trust: Int, Hashable, Sendable, Comparable {
        /// Evidence is contradictory: it may be dialled only with a hello that does not carry the true name.
        case doubtful
        /// No sign of forgery.
        case trusted

        /// Doubt comes before trust.
        public static func < (one: Trust, other: Trust) -> Bool { one.rawValue < other.rawValue }
    }

    /// Joins an address and its trust.
    public init(address: IPAddress, trust: Trust) {
        self.address = address
        self.trust = trust
    }
}
