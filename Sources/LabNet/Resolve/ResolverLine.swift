/// The one connection to a resolver that is kept: opened by the first to ask, shared by all who ask while it stands.
actor ResolverLine {
    private let resolver: ResolverAddress
    private let dialer: ResolverDialer
    /// Lets one task at a time open the connection; who waited behind it finds it open.
    private let door = Turnstile()
    private var kept: (any ResolverConnection)?
    private var isClosed = false
    /// When a box has killed the latest hello for the resolver's name.
    private var killed: Duration?
    private let stopwatch: Stopwatch

    /// Nothing is opened yet.
    init(resolver: ResolverAddress, dialer: ResolverDialer) {
        self.resolver = resolver
        self.dialer = dialer
        stopwatch = Stopwatch(dialer.clock)
    }

    /// Asks on the connection that stands, or on a new one.
    ///
    /// A server may close a connection between two questions or in the midst of several: what it left unanswered is asked
    /// once more on a new one (RFC 7766 6.2.4).
    ///
    /// - Parameter limit: for connecting.
    /// - Throws: `NetworkError`; `CancellationError`.
    func ask(_ message: [UInt8], within limit: Duration) async throws -> [UInt8] {
        let (connection, isNew) = try await connection(within: limit)
        do {
            return try await connection.ask(message)
        } catch let failure as ResolverFailure {
            guard !isNew, failure.isEnd else { throw NetworkError(resolver, .exchange, failure.cause) }
        }
        // Its end may not have reached everybody yet; nobody shall take it for alive.
        await connection.close()
        do {
            return try await self.connection(within: limit).connection.ask(message)
        } catch let failure as ResolverFailure {
            throw NetworkError(resolver, .exchange, failure.cause)
        }
    }

    /// Closes the connection; none is opened any more.
    func close() async {
        isClosed = true
        await kept?.close()
        kept = nil
    }

    private func connection(
        within limit: Duration
    ) async throws -> (connection: any ResolverConnection, isNew: Bool) {
        try await door.pass {
            if let kept, kept.isAlive { return (kept, false) }
            if isClosed { throw NetworkError(resolver, .dial, .closedEarly) }
            try checkPenalty()
            let new = try await open(within: limit)
            guard !isClosed else {
                await new.close()
                throw NetworkError(resolver, .dial, .closedEarly)
            }
            kept = new
            return (new, true)
        }
    }
}

extension ResolverLine {
    private func open(within limit: Duration) async throws -> any ResolverConnection {
        do {
            return try await dialer.connection(to: resolver, within: limit)
        } catch let failure as NetworkError {
            if failure.strategy?.carriesTrueName == true, failure.cause.meansKilled {
                killed = stopwatch.elapsed
            }
            throw failure
        }
    }

    /// A box that has read the name kills whatever comes next (residual censorship): the resolver is left alone for as long
    /// as any other endpoint would be.
    private func checkPenalty() throws(NetworkError) {
        guard let killed else { return }
        let left = RouteMemory.residual - (stopwatch.elapsed - killed)
        guard left > .zero else { return self.killed = nil }
        throw NetworkError(resolver, .secure, .leftAlone(left))
    }
}

/// A connection on which a resolver is asked.
protocol ResolverConnection: Sendable {
    /// Whether it still looks open; the resolver may be closing it at this moment.
    var isAlive: Bool { get }

    /// Sends a message and waits for the answer to it, which carries the same ID.
    ///
    /// - Throws: `ResolverFailure`; `CancellationError`.
    func ask(_ message: [UInt8]) async throws -> [UInt8]

    /// Closes it and waits until its descriptor is closed.
    func close() async
}

/// Why a question on a connection was not answered.
struct ResolverFailure: Error {
    /// What went wrong.
    let cause: NetworkError.Cause

    /// Names the cause.
    init(_ cause: NetworkError.Cause) { self.cause = cause }

    /// Whether the connection was at its end, which says nothing about the question.
    var isEnd: Bool { cause == .closedEarly || cause == .reset }
}
