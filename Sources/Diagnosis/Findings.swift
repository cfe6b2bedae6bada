package import LabNet

/// All that a diagnosis has seen, before anything is concluded from it. Times count from the diagnosis' beginning.
package struct Findings: Sendable {
    /// What was seen of this machine and its line.
    package var line: Line
    /// What was seen of each target, in the order in which they were given.
    package var targets: [TargetFindings]

    /// Puts the parts together.
    package init(line: Line, targets: [TargetFindings]) {
        self.line = line
        self.targets = targets
    }
}

/// This machine's line, seen beside the targets: what a target's trouble is held against.
package struct Line: Sendable {
    /// The families of which this machine has a route to the world.
    package var families: Set<IPAddress.Family>
    /// The resolvers' control questions and the control host, as far as anything came back: whether the line is up.
    package var isUp: Bool
    /// The control host: a name that nobody blocks.
    package var control: HostFindings?
    /// Whether the control host's page over plain HTTP came from somebody else: a captive portal; where it leads.
    package var portal: String?
    /// By how much this machine's clock is ahead of the control host's Date field; nil where none came.
    package var clockOffset: Duration?
    /// The proxy that is configured; nil for none.
    package var proxy: ProxyFindings?

    /// Puts the parts together.
    package init(
        families: Set<IPAddress.Family> = [], isUp: Bool = false, control: HostFindings? = nil, portal: String? = nil,
        clockOffset: Duration? = nil, proxy: ProxyFindings? = nil
    ) {
        self.families = families
        self.isUp = isUp
        self.control = control
        self.portal = portal
        self.clockOffset = clockOffset
        self.proxy = proxy
    }

    /// A proxy that the user or the environment names.
    package struct ProxyFindings: Sendable {
        /// Where it is, without its credential.
        package var place: String
        /// Whether it is what connections take in this run (lab mode goes direct unless the user named it).
        package var isUsed: Bool
        /// Why it could not be reached; nil when it answers.
        package var failure: NetworkError.Cause?

        /// Puts the parts together.
        package init(place: String, isUsed: Bool, failure: NetworkError.Cause?) {
            self.place = place
            self.isUsed = isUsed
            self.failure = failure
        }
    }
}

/// What was seen of one target.
package struct TargetFindings: Sendable {
    /// The target.
    package var target: Target
    /// Its hosts: the target's own first, then its token server and the hosts that its blobs are redirected to.
    package var hosts: [HostFindings]
    /// What the registry behind it said; nil when it was not asked.
    package var registry: RegistryFindings?

    /// Puts the parts together.
    package init(target: Target, hosts: [HostFindings], registry: RegistryFindings? = nil) {
        self.target = target
        self.hosts = hosts
        self.registry = registry
    }
}

extension TargetFindings {
    /// What the registry said, beside its own host's findings; nil beside the others'.
    package func registry(at host: HostFindings) -> RegistryFindings? {
        [.registry, .mirror].contains(host.role) ? registry : nil
    }
}

/// What was seen of one host.
package struct HostFindings: Sendable {
    /// Where it is.
    package var origin: Origin
    /// What it is for the target.
    package var role: Role
    /// The lookup by lab mode; nil for an address literal.
    package var lookup: LookupRecord?
    /// What an ordinary program would be told; nil for an address literal.
    package var system: SystemAnswer?
    /// TCP, per address.
    package var reached: [Reach]
    /// TLS, per address and greeting, in the order in which they were tried.
    package var greetings: [Trials]
    /// What a hello of this diagnosis has burnt, and for how long from its end.
    package var burnt: [Burnt]
    /// The exchange as lab mode makes it ended like this; nil when none was tried.
    package var passage: Passage?

    /// Puts the parts together.
    package init(
        origin: Origin, role: Role, lookup: LookupRecord? = nil, system: SystemAnswer? = nil, reached: [Reach] = [],
        greetings: [Trials] = [], burnt: [Burnt] = [], passage: Passage? = nil
    ) {
        self.origin = origin
        self.role = role
        self.lookup = lookup
        self.system = system
        self.reached = reached
        self.greetings = greetings
        self.burnt = burnt
        self.passage = passage
    }

    /// What a host is for.
    package enum Role: String, Hashable, Sendable {
        case registry, tokenServer, storage, mirror, host, control
    }

    /// Where an address comes from.
    package enum Source: String, Hashable, Sendable {
        /// The lab's lookup believes it.
        case trusted
        /// The lab's lookup is in doubt.
        case doubtful
        /// The lab's lookup rejects it.
        case forged
        /// The system's resolver names it, and the lab's lookup does not.
        case system
        /// The user named it.
        case given

        /// Whether the address is the host's as far as one can know, so that the true name may be shown there.
        package var isOwn: Bool { self == .trusted || self == .given }
    }

    /// TCP connections to one address.
    package struct Reach: Sendable {
        package var endpoint: Endpoint
        package var source: Source
        /// Each connection that was tried.
        package var trials: [Reached]

        /// Puts the parts together.
        package init(endpoint: Endpoint, source: Source, trials: [Reached]) {
            self.endpoint = endpoint
            self.source = source
            self.trials = trials
        }
    }

    /// Handshakes of one kind with one address.
    package struct Trials: Sendable {
        package var greeting: Greeting
        package var source: Source
        /// Where it goes: to the host itself, or, with the host's name, to another that nobody blocks.
        package var place: Place
        package var results: [Greeted]

        /// Puts the parts together.
        package init(greeting: Greeting, source: Source, place: Place = .own, results: [Greeted]) {
            self.greeting = greeting
            self.source = source
            self.place = place
            self.results = results
        }

        /// Where a greeting goes.
        package enum Place: String, Hashable, Sendable {
            case own, control
        }
    }

    /// An endpoint that is left alone now.
    package struct Burnt: Hashable, Sendable {
        package var endpoint: Endpoint
        package var left: Duration

        /// Puts the parts together.
        package init(endpoint: Endpoint, left: Duration) {
            self.endpoint = endpoint
            self.left = left
        }
    }

    /// What came of requests over the transport's ordinary way.
    package struct Passage: Sendable {
        /// How the way was, where one was found.
        package var endpoint: Endpoint?
        package var strategy: ServerNameStrategy?
        /// Every request, in its order.
        package var requests: [Request]

        /// Puts the parts together.
        package init(endpoint: Endpoint? = nil, strategy: ServerNameStrategy? = nil, requests: [Request]) {
            self.endpoint = endpoint
            self.strategy = strategy
            self.requests = requests
        }
    }

    /// One request.
    package struct Request: Sendable {
        /// The method and the URL without its query.
        package var method: String
        package var url: String
        /// The status, where a head came.
        package var status: Int?
        /// How many bytes of the body came, in how long; the measure of a slow or frozen stream.
        package var bytes: Int
        package var elapsed: Duration
        /// Why it broke off.
        package var failure: NetworkError?
        /// The server's own words about an error, at most 200 characters, as they came: foreign text.
        package var words: String?
        /// When it began, from the diagnosis' beginning; nil where nobody noted it.
        package var start: Duration?

        /// Puts the parts together.
        package init(
            method: String, url: String, status: Int?, bytes: Int = 0, elapsed: Duration, failure: NetworkError? = nil,
            words: String? = nil, start: Duration? = nil
        ) {
            self.method = method
            self.url = url
            self.status = status
            self.bytes = bytes
            self.elapsed = elapsed
            self.failure = failure
            self.words = words
            self.start = start
        }
    }
}

/// What a registry, or the mirror in its place, said.
package struct RegistryFindings: Sendable {
    /// Whether `/v2/` answered as a registry does (200 or 401).
    package var isRegistry: Bool
    /// The challenge's scheme and realm, where there was one.
    package var realm: String?
    /// The digest of the manifest that was asked for.
    package var digest: String?
    /// What the origin says the digest is, where a mirror was asked.
    package var originDigest: String?
    /// How many pulls are left, where the registry says so.
    package var pullsLeft: Int?
    /// Whether content came that does not have the digest by which it was asked for or named.
    package var isFalse: Bool

    /// Puts the parts together.
    package init(
        isRegistry: Bool, realm: String? = nil, digest: String? = nil, originDigest: String? = nil,
        pullsLeft: Int? = nil, isFalse: Bool = false
    ) {
        self.isRegistry = isRegistry
        self.realm = realm
        self.digest = digest
        self.originDigest = originDigest
        self.pullsLeft = pullsLeft
        self.isFalse = isFalse
    }
}
