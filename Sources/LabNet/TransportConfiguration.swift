/// Everything that a user can say about the way to a registry.
public struct TransportConfiguration: Sendable {
    /// How names become addresses.
    public enum Mode: Sendable {
        /// As any program does it: hosts file and the system's resolver, or the given resolvers in its place.
        case ordinary(resolvers: [Endpoint])
        /// Own questions to these resolvers, in waves; all evidence is weighed.
        case lab(ResolverList)
    }

    /// Ordinary or lab.
    public var mode: Mode = .ordinary(resolvers: [])
    /// Which families are asked for and dialled.
    public var family: AddressFamilyPolicy = .ip
    /// How the server name is treated; nil means `auto` in lab mode and `plain` elsewhere.
    public var serverName: ServerNamePolicy?
    /// What the hello offers besides the name.
    public var hello: HelloForm = .standard
    /// The largest TCP segment in bytes, for paths that lose larger ones without a word (`-mss`); nil for the system's.
    public var segmentSize: Int?
    /// The folder in which lab mode remembers what worked and what is burnt; nil for no memory beyond this run.
    public var memoryFolder: String?
    /// How long answers are collected in lab mode (`-dns-timeout`).
    public var holdOnWindow: Duration = .seconds(2)
    /// Addresses given by the user (`-resolve`), by lower-case name; they come before everything else.
    public var overrides: [String: [IPAddress]] = [:]
    /// Whom to trust besides the system's store.
    public var trust = TrustConfiguration()
    /// Which proxy to use.
    public var proxy: ProxyPolicy = .environment
    /// How long each step may take.
    public var timeouts = Timeouts()
    /// Names the client in User-Agent.
    public var userAgent = "docker-tar-lab"

    /// An ordinary transport.
    public init() {}

    /// The time that each step may take.
    public struct Timeouts: Sendable {
        /// TCP, to the end of the three-way handshake.
        public var connect: Duration = .seconds(10)
        /// TLS, from the first byte of the ClientHello to the verified certificate.
        public var handshake: Duration = .seconds(10)
        /// From the request's last byte to the response's head.
        public var firstByte: Duration = .seconds(60)
        /// Between two pieces of a body, while its way has not proved itself yet: some boxes let a handshake pass and
        /// freeze the stream after 16 to 20 kB.
        public var proving: Duration = .seconds(5)
        /// Between two pieces of a body.
        public var idle: Duration = .seconds(60)

        /// The defaults.
        public init() {}
    }
}

/// Whom to trust besides the system's store. There is no way to switch verification off.
public struct TrustConfiguration: Sendable {
    /// A PEM file of further authorities (`-ca-file`).
    public var authorityFile: String?
    /// A folder of hashed PEM files (`-ca-dir`).
    public var authorityFolder: String?
    /// Certificates pinned by hand (`-trust HOST=sha256:…`): host or host:port to the SHA-256 of the DER.
    public var pins: [String: [UInt8]] = [:]

    /// The system's store alone.
    public init() {}
}

/// Which proxy a connection takes.
public enum ProxyPolicy: Sendable {
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` of the environment, in any case; lab mode goes direct.
    case environment
    /// No proxy at all.
    case none
    /// This one for everything, in lab mode too.
    case always(ProxyServer)
}
