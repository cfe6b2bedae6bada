internal import NIOCore

extension Connector {
    /// Whom a handshake is for, how it greets, and how long it takes silence for distance.
    struct Hello: Sendable {
        let host: Host
        let port: UInt16
        let strategy: ServerNameStrategy
        let route: Route
        /// For the whole handshake.
        let limit: Duration
        /// After so much silence it counts as lost, though its answer is still waited for.
        let patience: Duration
        /// Whether it is made to see what comes of it: then it changes nothing that is known to work.
        var isTrial = false
        /// Is told when it counts as lost.
        var quiet: @Sendable () -> Void = {}

        /// A failure of this handshake.
        func failure(_ cause: NetworkError.Cause) -> NetworkError {
            NetworkError(
                step: .secure, host: host.description, endpoint: route.endpoint, strategy: strategy, cause: cause)
        }
    }

    /// What a handshake came to.
    struct Shaken {
        /// From before the hello to the handshake's end, whatever had to be closed and written down after it.
        let elapsed: Duration
        /// The channel, and what was agreed on; or `NetworkError`, or `CancellationError`.
        let result: Result<(channel: any Channel, summary: TLSSummary), any Error>

        /// The channel.
        ///
        /// - Throws: what the handshake failed of.
        func channel() throws -> any Channel { try result.get().channel }
    }

    /// Shakes hands on a socket, which is closed when that fails.
    func shakeHands(on socket: consuming TCPSocket, _ hello: Hello) async -> Shaken {
        let start = ContinuousClock.now
        do {
            try await tls.prepare(for: hello.host, port: hello.port)
            let session = try tls.session(for: hello.host, port: hello.port, strategy: hello.strategy)
            let (channel, handshake) = try await handover.adopt(socket, beginning: session, clock: clock)
            return await finish(handshake, on: channel, hello, since: start)
        } catch {
            return await failed(hello, error, since: start, after: .now - start)
        }
    }

    /// Shakes hands inside a channel, which stays the caller's to close.
    func shakeHands(on channel: any Channel, _ hello: Hello) async -> Shaken {
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
            return await finish(handshake, on: channel, hello, since: start)
        } catch {
            return await failed(hello, error, since: start, after: .now - start)
        }
    }

    private func finish(
        _ handshake: Handshake, on channel: any Channel, _ hello: Hello, since start: ContinuousClock.Instant
    ) async -> Shaken {
        let isQuiet = Flag()
        do {
            async let _ = notice(after: hello.patience) {
                guard await !handshake.hasReceived() else { return }
                isQuiet.raise()
                hello.quiet()
            }
            let summary = try await withDeadline(hello.limit, clock: clock) { try await handshake.finish(on: channel) }
            let elapsed = ContinuousClock.now - start
            record(hello, protocolVersion: summary.protocolVersion, failure: nil, since: start, elapsed)
            await memory.worked(hello.strategy, for: hello.host, on: hello.route, isTrial: hello.isTrial)
            if !hello.isTrial { await noticeLocalProxy(hello) }
            return Shaken(elapsed: elapsed, result: .success((channel, summary)))
        } catch {
            let elapsed = ContinuousClock.now - start
            let isSilent = await !handshake.hasReceived()
            await channel.closeNow()
            // Whoever won the race meanwhile, this hello was swallowed, as far as one can see.
            if error is CancellationError, isQuiet.isRaised, isSilent {
                await burn(hello, .silenceAfterHello(hello.patience))
            }
            let late = TLSFailure(isSilent ? .silenceAfterHello(hello.limit) : .timedOut(hello.limit))
            return await failed(hello, error is DeadlinePassed ? late : error, since: start, after: elapsed)
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
        _ hello: Hello, _ error: any Error, since start: ContinuousClock.Instant, after elapsed: Duration
    ) async -> Shaken {
        let cause = NetworkError.Cause(whileSecuring: error)
        record(hello, protocolVersion: nil, failure: cause, since: start, elapsed)
        if cause.meansKilled { await burn(hello, cause) }
        return Shaken(elapsed: elapsed, result: .failure(dressed(error, hello.failure(cause))))
    }

    private func record(
        _ hello: Hello, protocolVersion: String?, failure: NetworkError.Cause?, since start: ContinuousClock.Instant,
        _ elapsed: Duration
    ) {
        observer.emit(
            Observation(
                event: .handshake(hello.strategy, protocolVersion: protocolVersion, failure: failure),
                host: hello.host.description, endpoint: hello.route.endpoint, start: start - observer.epoch,
                duration: elapsed))
    }
}
