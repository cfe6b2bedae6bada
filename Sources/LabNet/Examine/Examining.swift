/// The transport's own steps, one at a time, for whoever wants to see what the network makes of each: a diagnosis.
///
/// They are the steps that an ordinary exchange takes, with the same sockets, verdicts, verification and penalties.
package protocol Examining: HTTPExchanging {
    /// Looks a name up as lab mode does, but asks the whole list and listens to the end of the window.
    ///
    /// What it finds is kept for the exchanges that follow, unless the user or the hosts file says where the name is. A
    /// failure stands in the record. A name that only this machine or its network can know is asked of nobody.
    /// - Throws: `CancellationError`.
    func survey(_ name: String) async throws(CancellationError) -> LookupRecord

    /// What an ordinary program on this machine would be told.
    ///
    /// - Throws: `CancellationError`.
    func systemAnswer(to name: String) async throws(CancellationError) -> SystemAnswer

    /// Makes a TCP connection and closes it; direct, whatever proxy is configured, for it is the line that is looked at.
    ///
    /// - Parameter host: for whom; it stands in the observation and is not looked up.
    /// - Throws: `CancellationError`.
    func reach(_ endpoint: Endpoint, for host: Host) async throws(CancellationError) -> Reached

    /// Makes one connection, direct like ``reach(_:for:)``, and shakes hands as told; nothing is sent after the handshake.
    ///
    /// The certificate is verified against the greeting's host, whatever name the hello carries. A hello with the true name
    /// that is killed puts its endpoint into its penalty, as any other does; none goes to an endpoint in its penalty.
    /// - Throws: `CancellationError`.
    func greet(_ greeting: Greeting) async throws(CancellationError) -> Greeted

    /// How long an endpoint is still left alone, because a hello with a true name was killed there; nil when it may be used.
    func penaltyLeft(on endpoint: Endpoint) async -> Duration?
}

/// What the system's resolver says to a name.
package struct SystemAnswer: Sendable {
    /// The addresses, in its order.
    package var addresses: [IPAddress]
    /// Why there are none.
    package var failure: NetworkError.Cause?
    /// How long it took.
    package var elapsed: Duration
    /// When it began, from the diagnosis' beginning; nil where nobody noted it.
    package var start: Duration?

    /// Puts the parts together.
    package init(addresses: [IPAddress], failure: NetworkError.Cause? = nil, elapsed: Duration, start: Duration? = nil)
    {
        self.addresses = addresses
        self.failure = failure
        self.elapsed = elapsed
        self.start = start
    }
}

/// How a TCP connection ended or began.
package struct Reached: Sendable {
    /// Why there was none; nil when it was made.
    package var failure: NetworkError.Cause?
    /// To the handshake's end, or the failure.
    package var elapsed: Duration
    /// When it began, from the diagnosis' beginning; nil where nobody noted it.
    package var start: Duration?

    /// Puts the parts together.
    package init(failure: NetworkError.Cause?, elapsed: Duration, start: Duration? = nil) {
        self.failure = failure
        self.elapsed = elapsed
        self.start = start
    }
}

/// One handshake to be tried.
package struct Greeting: Hashable, Sendable {
    /// Whom the certificate has to be valid for, and the true name.
    package var host: Host
    /// Where it goes.
    package var endpoint: Endpoint
    /// What is done with the server name.
    package var strategy: ServerNameStrategy
    /// The largest TCP segment in bytes; nil for the transport's own.
    package var segmentSize: Int?
    /// How long the handshake may take beyond the way there and back, which TCP's own handshake has measured; nil for the
    /// transport's limit on handshakes.
    package var patience: Duration?

    /// Puts the parts together.
    package init(
        host: Host, endpoint: Endpoint, strategy: ServerNameStrategy, segmentSize: Int? = nil, patience: Duration? = nil
    ) {
        self.host = host
        self.endpoint = endpoint
        self.strategy = strategy
        self.segmentSize = segmentSize
        self.patience = patience
    }
}

/// What a handshake came to.
package struct Greeted: Sendable {
    /// How long TCP's own handshake took: the way there and back; nil when there was none.
    package var roundTrip: Duration?
    /// From the ClientHello to the end; zero where none was sent.
    package var elapsed: Duration
    /// The end.
    package var outcome: Outcome
    /// When it began, from the diagnosis' beginning; nil where nobody noted it.
    package var start: Duration?

    /// Puts the parts together.
    package init(roundTrip: Duration?, elapsed: Duration, outcome: Outcome, start: Duration? = nil) {
        self.roundTrip = roundTrip
        self.elapsed = elapsed
        self.outcome = outcome
        self.start = start
    }

    /// How a handshake can end.
    package enum Outcome: Hashable, Sendable {
        /// With a certificate that is valid for the host; the protocol's version.
        case verified(String)
        /// Otherwise: the step at which it failed (`dial`, `secure`), and why. Also `leftAlone`: nothing was sent.
        case failed(Step, NetworkError.Cause)
    }
}
