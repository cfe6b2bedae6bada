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
                patience: patience(with: strategy, roundTrip: .now - start)
            ) { quiet(true) }
        }
        guard let relay = route.relay else {
            guard let strategy = attempt.strategy else { return try await handover.adopt(socket) }
            return try await secure(socket, hello(strategy))
        }
        let channel = try await tunnel(through: relay, on: socket, at: route)
        guard let strategy = attempt.strategy else { return channel }
        do {
            return try await secure(channel, hello(strategy))
        } catch {
            await channel.closeNow()
            throw error
        }
    }

    private func connect(
        to endpoint: Endpoint, for host: Host, quiet: @escaping @Sendable () -> Void
    ) async throws -> TCPSocket {
        let start = ContinuousClock.now
        do {
            async let _ = notice(after: race.stagger * 2) { quiet() }
            let socket = try await TCPSocket.connect(
                to: endpoint, within: configuration.timeouts.connect, clock: clock,
                segmentSize: configuration.segmentSize)
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
    private func patience(with strategy: ServerNameStrategy, roundTrip: Duration) -> Duration {
        max(race.stagger, roundTrip * 2) * (strategy == .disorder ? 2 : 1)
    }

    /// Calls back when the time has passed, unless the task is cancelled before.
    private func notice(after patience: Duration, _ notice: @Sendable () async -> Void) async {
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
                    patience: configuration.timeouts.handshake, quiet: {})
                open = try await secure(socket, hello)
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

// MARK: TLS

extension Connector {
    /// Whom a handshake is for, how it greets, and how long it takes silence for distance.
    private struct Hello: Sendable {
        let host: Host
        let port: UInt16
        let strategy: ServerNameStrategy
        let route: Route
        let patience: Duration
        let quiet: @Sendable () -> Void
    }

    private func secure(_ socket: consuming TCPSocket, _ hello: Hello) async throws -> any Channel {
        let start = ContinuousClock.now
        do {
            try await tls.prepare(for: hello.host, port: hello.port)
            let session = try tls.session(for: hello.host, port: hello.port, strategy: hello.strategy)
            let (channel, handshake) = try await handover.adopt(socket, beginning: session, clock: clock)
            try await finish(handshake, on: channel, hello, since: start)
            return channel
        } catch {
            throw await failed(hello, error, since: start)
        }
    }

    /// TLS inside a channel, which stays the caller's to close.
    private func secure(_ channel: any Channel, _ hello: Hello) async throws -> any Channel {
        let start = ContinuousClock.now
        do {
            try await tls.prepare(for: hello.host, port: hello.port)
            let session = try tls.session(for: hello.host, port: hello.port, strategy: hello.strategy)
            let handshake = Handshake(session, on: channel.eventLoop)
            do {
                try await channel.eventLoop.submit { try handshake.begin(on: channel) }.get()
            } catch {
                handshake.abandon(error)
                throw error
            }
            try await finish(handshake, on: channel, hello, since: start)
            return channel
        } catch {
            throw await failed(hello, error, since: start)
        }
    }

    private func finish(
        _ handshake: Handshake, on channel: any Channel, _ hello: Hello, since start: ContinuousClock.Instant
    ) async throws {
        let limit = configuration.timeouts.handshake
        let isQuiet = Flag()
        do {
            async let _ = notice(after: hello.patience) {
                guard await !handshake.hasReceived() else { return }
                isQuiet.raise()
                hello.quiet()
            }
            let summary = try await withDeadline(limit, clock: clock) { try await handshake.finish(on: channel) }
            observer.record(
                .handshake(hello.strategy, protocolVersion: summary.protocolVersion, failure: nil),
                host: hello.host.description, endpoint: hello.route.endpoint, since: start)
            await memory.worked(hello.strategy, for: hello.host, on: hello.route)
            await noticeLocalProxy(hello)
        } catch {
            let isSilent = await !handshake.hasReceived()
            await channel.closeNow()
            // Whoever won the race meanwhile, this hello was swallowed, as far as one can see.
            if error is CancellationError, isQuiet.isRaised, isSilent {
                await burn(hello, .silenceAfterHello(hello.patience))
            }
            guard error is DeadlinePassed else { throw error }
            throw TLSFailure(isSilent ? .silenceAfterHello(limit) : .timedOut(limit))
        }
    }

    /// Says once that a local proxy is at work: a certificate that is valid for the host has come from an address of those
    /// that such proxies give out, and the user has not named it.
    private func noticeLocalProxy(_ hello: Hello) async {
        let address = hello.route.endpoint.address
        guard isLab, hello.route.relay == nil, address.isFakeIP, case .name(let name) = hello.host,
            configuration.overrides[name] == nil, await memory.isFirstLocalProxyNotice()
        else { return }
        observer.record(.notice(.localProxy(address)), host: name, endpoint: hello.route.endpoint, since: .now)
    }

    /// Records a failed handshake, and the penalty that it brings upon its route.
    private func failed(
        _ hello: Hello, _ error: any Error, since start: ContinuousClock.Instant
    ) async -> any Error {
        let cause = NetworkError.Cause(whileSecuring: error)
        observer.record(
            .handshake(hello.strategy, protocolVersion: nil, failure: cause), host: hello.host.description,
            endpoint: hello.route.endpoint, since: start)
        if cause.meansKilled { await burn(hello, cause) }
        return dressed(error, failure(hello, cause))
    }

    private func failure(_ hello: Hello, _ cause: NetworkError.Cause) -> NetworkError {
        NetworkError(
            step: .secure, host: hello.host.description, endpoint: hello.route.endpoint, strategy: hello.strategy,
            cause: cause)
    }

    /// Leaves the route alone from now on, where a box can have read the true name there.
    private func burn(_ hello: Hello, _ cause: NetworkError.Cause) async {
        guard isLab || serverName == .auto, hello.strategy.carriesTrueName, hello.host.isName else { return }
        await memory.burn(hello.route, after: failure(hello, cause))
    }

    private func checkPenalty(on route: Route, for host: Host) async throws {
        guard let left = await memory.penaltyLeft(on: route) else { return }
        throw StrategyPlan.Failure.leftAlone(
            NetworkError(step: .secure, host: host.description, endpoint: route.endpoint, cause: .leftAlone(left)))
    }

    /// Cancellation stays what it is; everything else is told as `failure`.
    private func dressed(_ error: any Error, _ failure: NetworkError) -> any Error {
        error is CancellationError ? error : failure
    }
}

extension Host {
    fileprivate var isName: Bool {
        if case .name = self { true } else { false }
    }
}
