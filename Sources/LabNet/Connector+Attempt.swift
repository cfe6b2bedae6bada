internal import Glibc
internal import NIOCore

extension Connector {
    /// Makes one attempt, from the SYN to the verified certificate; whatever it opened is closed when it fails.
    ///
    /// - Parameter quiet: is told when nothing has come back for longer than the way there and back explains, before TCP
    ///   is connected or after the hello; the attempt goes on.
    /// - Throws: `NetworkError`; `StrategyPlan.Failure.leftAlone`; `CancellationError`.
    func connection(
        by attempt: StrategyPlan.Attempt, to origin: Origin, quiet: @escaping @Sendable (_ isConnected: Bool) -> Void
    ) async throws -> HTTP1Connection {
        try await checkPenalty(on: attempt.route, for: origin.host)
        let channel = try await channel(by: attempt, to: origin, quiet)
        do {
            return try await HTTP1Connection.open(
                on: channel, to: attempt.route, by: attempt.strategy, for: origin, timeouts: configuration.timeouts,
                wasProven: await isProven(attempt, for: origin.host))
        } catch {
            await channel.closeNow()
            // It died behind the handshake: no more than a stream that stalls is that proof of a way.
            if let strategy = attempt.strategy, !Task.isCancelled {
                await memory.demoted(strategy, for: origin.host, on: attempt.route)
            }
            throw NetworkError(
                step: .exchange, host: origin.host.description, endpoint: attempt.route.endpoint, cause: .closedEarly)
        }
    }

    /// Whether a connection on this way has nothing to prove: where one hello is as good as the other, or none is said.
    private func isProven(_ attempt: StrategyPlan.Attempt, for host: Host) async -> Bool {
        guard isLab || serverName == .auto, let strategy = attempt.strategy else { return true }
        return await memory.isProven(strategy, for: host, on: attempt.route)
    }

    private func channel(
        by attempt: StrategyPlan.Attempt, to origin: Origin, _ quiet: @escaping @Sendable (_ isConnected: Bool) -> Void
    ) async throws -> any Channel {
        let (route, start) = (attempt.route, ContinuousClock.now)
        let socket = try await connect(to: route.endpoint, for: route.relay?.proxy.host ?? origin.host) { quiet(false) }
        // Another connection may have burnt the route while this one was being made.
        try await checkPenalty(on: route, for: origin.host)
        func hello(_ strategy: ServerNameStrategy) -> Hello {
            Hello(
                host: origin.host, port: origin.port, strategy: strategy, route: route,
                limit: configuration.timeouts.handshake, patience: patience(with: strategy, roundTrip: .now - start)
            ) { quiet(true) }
        }
        guard let relay = route.relay else {
            guard let strategy = attempt.strategy else { return try await handover.adopt(socket) }
            return try await shakeHands(on: socket, hello(strategy)).channel()
        }
        let channel = try await tunnel(through: relay, on: socket, at: route)
        guard let strategy = attempt.strategy else { return channel }
        do {
            return try await shakeHands(on: channel, hello(strategy)).channel()
        } catch {
            await channel.closeNow()
            throw error
        }
    }

    /// Makes a TCP connection.
    ///
    /// - Parameters:
    ///   - segmentSize: the largest TCP segment in bytes; nil for the configured one.
    ///   - quiet: is told when nothing has come back for two staggers.
    /// - Throws: `NetworkError`; `CancellationError`.
    func connect(
        to endpoint: Endpoint, for host: Host, segmentSize: Int? = nil, quiet: @escaping @Sendable () -> Void = {}
    ) async throws -> TCPSocket {
        let start = ContinuousClock.now
        do {
            async let _ = notice(after: race.stagger * 2) { quiet() }
            let socket = try await TCPSocket.connect(
                to: endpoint, within: configuration.timeouts.connect, clock: clock,
                segmentSize: segmentSize ?? configuration.segmentSize)
            observer.record(.connected(failure: nil), host: host.description, endpoint: endpoint, since: start)
            return socket
        } catch {
            let cause = NetworkError.Cause(whileConnecting: error)
            observer.record(.connected(failure: cause), host: host.description, endpoint: endpoint, since: start)
            throw dressed(error, NetworkError(step: .dial, host: host.description, endpoint: endpoint, cause: cause))
        }
    }
}

// MARK: Patience

extension Connector {
    /// After how much silence a hello counts as lost, though its answer is still waited for: twice the way there and back,
    /// but no less than a stagger. `disorder` takes one more retransmission.
    func patience(with strategy: ServerNameStrategy, roundTrip: Duration) -> Duration {
        max(race.stagger, roundTrip * 2) * (strategy == .disorder ? 2 : 1)
    }

    /// Calls back when the time has passed, unless the task is cancelled before.
    func notice(after patience: Duration, _ notice: @Sendable () async -> Void) async {
        do { try await clock.sleep(for: patience) } catch { return }
        await notice()
    }
}

// MARK: Through a proxy

extension Connector {
    /// A channel on which the target will be heard. Requests in the clear take CONNECT as well, so that there is one way
    /// through a proxy and no proxy sees their fields.
    private func tunnel(
        through relay: Route.Relay, on socket: consuming TCPSocket, at route: Route
    ) async throws -> any Channel {
        let (proxy, start) = (relay.proxy, ContinuousClock.now)
        var channel: (any Channel)?
        do {
            let open: any Channel
            if proxy.kind == .https {
                let hello = Hello(
                    host: proxy.host, port: proxy.port, strategy: relay.greeting, route: route,
                    limit: configuration.timeouts.handshake, patience: configuration.timeouts.handshake)
                open = try await shakeHands(on: socket, hello).channel()
            } else {
                open = try await handover.adopt(socket)
            }
            channel = open
            let limit = configuration.timeouts.connect
            try await withDeadline(limit, clock: clock) { try await Self.negotiate(relay, on: open) }
            record(relay, at: route, failure: nil, since: start)
            return open
        } catch {
            await channel?.closeNow()
            // A proxy whose own TLS fails is a proxy that cannot be dialled: no rung of the origin's ladder helps.
            let cause = (error as? NetworkError)?.cause ?? NetworkError.Cause(whileConnecting: error)
            record(relay, at: route, failure: cause, since: start)
            throw dressed(
                error,
                NetworkError(step: .dial, host: proxy.host.description, endpoint: route.endpoint, cause: cause))
        }
    }

    private func record(
        _ relay: Route.Relay, at route: Route, failure: NetworkError.Cause?, since start: ContinuousClock.Instant
    ) {
        observer.record(
            .proxied(target: relay.authority, failure: failure), host: relay.proxy.host.description,
            endpoint: route.endpoint, since: start)
    }

    private static func negotiate(_ relay: Route.Relay, on channel: any Channel) async throws {
        let established = channel.eventLoop.makePromise(of: Void.self)
        channel.eventLoop.execute {
            do {
                try channel.pipeline.syncOperations.addHandler(
                    ProxyHandler(relay.negotiation(), established: established))
            } catch {
                established.fail(error)
            }
        }
        try await established.futureResult.get(closing: channel)
    }
}

// MARK: Penalties

extension Connector {
    /// Leaves the route alone from now on, where a box can have read the true name there.
    func burn(_ hello: Hello, _ cause: NetworkError.Cause) async {
        guard isLab || serverName == .auto, hello.strategy.carriesTrueName, hello.host.isName else { return }
        await memory.burn(hello.route, after: hello.failure(cause))
    }

    /// - Throws: `StrategyPlan.Failure.leftAlone` where the route is in its penalty.
    func checkPenalty(on route: Route, for host: Host) async throws {
        guard let left = await memory.penaltyLeft(on: route) else { return }
        throw StrategyPlan.Failure.leftAlone(
            NetworkError(step: .secure, host: host.description, endpoint: route.endpoint, cause: .leftAlone(left)))
    }

    /// Cancellation stays what it is; everything else is told as `failure`.
    func dressed(_ error: any Error, _ failure: NetworkError) -> any Error {
        error is CancellationError ? error : failure
    }
}

extension Host {
    fileprivate var isName: Bool {
        if case .name = self { true } else { false }
    }
}
