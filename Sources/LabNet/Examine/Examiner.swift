internal import FoundationEssentials
internal import Synchronization

/// A transport in lab mode whose steps can also be taken one at a time.
///
/// What it does for an examination and what it does for exchanges share their memory: what a survey finds is not looked up
/// again, what a greeting burns is left alone, and what it shows to work is begun with.
package struct Examiner: Examining {
    private let transport: Transport
    private let lookup: LabLookup
    private let resolver: Resolver
    private var connector: Connector { transport.connector }

    /// Makes an examiner; nothing is opened before the first step.
    ///
    /// - Parameters:
    ///   - configuration: its mode is lab mode, whatever it says.
    ///   - resolvers: whom to ask, and the canaries.
    ///   - observe: is given every observation as it happens, from any thread.
    /// - Throws: `TrustError` when the authorities that the user named cannot be used.
    package init(
        _ configuration: TransportConfiguration, asking resolvers: ResolverList,
        observe: @escaping @Sendable (Observation) -> Void = { _ in }
    ) throws {
        try self.init(
            configuration, asking: resolvers, environment: ProcessInfo.processInfo.environment, observe: observe)
    }

    /// Makes an examiner on other parts than the machine's own; see
    /// ``Resolver/init(configuration:hostsFile:clock:datagrams:streams:system:)``.
    ///
    /// - Throws: `TrustError`.
    package init(
        _ configuration: TransportConfiguration, asking resolvers: ResolverList, hostsFile: String = "/etc/hosts",
        environment: [String: String], clock: any Clock<Duration> = ContinuousClock(),
        datagrams: any DatagramAsking = DatagramSockets(), system: (any NameResolving)? = nil,
        observe: @escaping @Sendable (Observation) -> Void = { _ in }
    ) throws {
        var configuration = configuration
        configuration.mode = .lab(resolvers)
        let tls = try TLSContext(trust: configuration.trust, environment: environment, form: configuration.hello)
        let streams = ResolverStreams(tls: tls, segmentSize: configuration.segmentSize, clock: clock)
        lookup = LabLookup(
            resolvers, configuration, clock: clock, datagrams: datagrams, streams: streams, system: system)
        resolver = Resolver(lookup, configuration: configuration, hostsFile: hostsFile, clock: clock)
        transport = Transport(
            configuration, resolver: resolver, streams: streams, tls: tls, environment: environment, clock: clock,
            observe: observe)
    }

    /// Closes the idle connections, and those to resolvers.
    package func close() async { await transport.close() }

    /// See ``HTTPExchanging``.
    package func exchange<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        try await transport.exchange(request, receive)
    }
}

// MARK: Names

extension Examiner {
    /// See ``Examining``. A name that only this machine or its network can know, and a literal, are asked of nobody.
    package func survey(_ name: String) async throws(CancellationError) -> LookupRecord {
        let name = name.lowercased()
        guard !LocalName.matches(name), IPAddress(name) == nil else {
            return LookupRecord(name: name, window: lookup.window, queries: [])
        }
        let findings = Mutex<[Finding]>([])
        let record = try await lookup.survey(name, observe: connector.observer) { finding in
            findings.withLock { findings in
                findings.removeAll { $0.candidate.address == finding.candidate.address }
                findings.append(finding)
            }
        }
        await resolver.keep(findings.withLock(\.self), of: name)
        return record
    }

    /// See ``Examining``. It has as long as a survey's window.
    package func systemAnswer(to name: String) async throws(CancellationError) -> SystemAnswer {
        let start = ContinuousClock.now
        let failure: NetworkError.Cause
        do {
            let found = try await withDeadline(lookup.window, clock: lookup.clock) { [lookup, connector] in
                try await lookup.system.candidates(for: name.lowercased(), observe: connector.observer)
            }
            return SystemAnswer(addresses: found.map(\.address), elapsed: .now - start)
        } catch let error as NetworkError {
            failure = error.cause
        } catch let passed as DeadlinePassed {
            failure = .timedOut(passed.limit)
        } catch {
            throw CancellationError()
        }
        return SystemAnswer(addresses: [], failure: failure, elapsed: .now - start)
    }
}

// MARK: Connections

extension Examiner {
    /// See ``Examining``.
    package func reach(_ endpoint: Endpoint, for host: Host) async throws(CancellationError) -> Reached {
        try await connector.reach(endpoint, for: host)
    }

    /// See ``Examining``.
    package func greet(_ greeting: Greeting) async throws(CancellationError) -> Greeted {
        try await connector.greet(greeting)
    }

    /// See ``Examining``.
    package func penaltyLeft(on endpoint: Endpoint) async -> Duration? {
        await connector.memory.penaltyLeft(on: Route(endpoint: endpoint))
    }
}
