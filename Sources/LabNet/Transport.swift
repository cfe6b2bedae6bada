internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// The way to any origin: resolve, dial, secure, exchange.
public struct Transport: HTTPExchanging {
    let configuration: TransportConfiguration
    let connector: Connector
    private let streams: ResolverStreams
    private let pool = ConnectionPool()

    /// Makes a transport; nothing is opened before the first exchange.
    ///
    /// - Parameter observe: is given every observation as it happens, from any thread.
    /// - Throws: `TrustError` when the authorities that the user named cannot be used.
    public init(
        _ configuration: TransportConfiguration, observe: @escaping @Sendable (Observation) -> Void = { _ in }
    ) throws {
        let environment = ProcessInfo.processInfo.environment
        let tls = try TLSContext(trust: configuration.trust, environment: environment, form: configuration.hello)
        let streams = ResolverStreams(tls: tls, segmentSize: configuration.segmentSize)
        self.init(
            configuration, resolver: Resolver(configuration: configuration, streams: streams), streams: streams,
            tls: tls, environment: environment, clock: ContinuousClock(), observe: observe)
    }

    /// Makes a transport on another resolver, environment and clock than the process' own.
    ///
    /// - Parameter clock: measures the race's stagger and the limits of connecting and shaking hands.
    /// - Throws: `TrustError`.
    package init(
        _ configuration: TransportConfiguration, resolver: any NameResolving, environment: [String: String],
        clock: any Clock<Duration> = ContinuousClock(), observe: @escaping @Sendable (Observation) -> Void = { _ in }
    ) throws {
        let tls = try TLSContext(trust: configuration.trust, environment: environment, form: configuration.hello)
        self.init(
            configuration, resolver: resolver, streams: ResolverStreams(tls: tls, clock: clock), tls: tls,
            environment: environment, clock: clock, observe: observe)
    }

    /// Joins a transport's parts.
    init(
        _ configuration: TransportConfiguration, resolver: any NameResolving, streams: ResolverStreams,
        tls: TLSContext, environment: [String: String], clock: any Clock<Duration>,
        observe: @escaping @Sendable (Observation) -> Void
    ) {
        self.configuration = configuration
        self.streams = streams
        let observer = Observer(emit: observe)
        let memory = DialMemory(file: configuration.memoryFolder.map(MemoryFile.init(folder:)), observer: observer)
        connector = Connector(
            configuration: configuration, resolver: resolver, tls: tls,
            proxies: ProxyEnvironment(environment), observer: observer, memory: memory,
            handover: Handover(group: MultiThreadedEventLoopGroup.singleton), clock: clock)
    }

    /// Closes the idle connections, and those to resolvers. Exchanges in hand go on, and leave none behind.
    public func close() async {
        await pool.close()
        await streams.close()
    }

    /// See ``HTTPExchanging``.
    public func exchange<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        var request = request
        var redirects = 0
        while true {
            let outcome = try await hop(request) { [request, redirects] response -> Hop<Value> in
                let next =
                    request.followsRedirects
                    ? try Redirect.following(
                        request, status: response.status, headers: response.headers, count: redirects,
                        from: response.network) : nil
                guard let next else { return .arrived(try await receive(response)) }
                await drain(response)
                return .redirected(next)
            }
            switch outcome {
            case .arrived(let value): return value
            case .redirected(let next): request = next
            }
            redirects += 1
        }
    }

    private enum Hop<Value: Sendable>: Sendable {
        case arrived(Value)
        case redirected(HTTPRequest)
    }

    /// Reads the short text that comes with a redirect, so that the connection can be used again.
    private func drain(_ response: HTTPResponse) async {
        guard let length = response.headers.first(name: "content-length").flatMap(Int.init), length <= 64 * 1024
        else { return }
        _ = try? await response.body.collect(upTo: length)
    }
}

// MARK: One hop

extension Transport {
    /// An idle connection turned out to be dead before it gave any answer.
    private struct StaleConnection: Error {}

    /// Sends one request to its own origin, on an idle connection where there is one.
    ///
    /// A server may close an idle connection at the moment of its next use. What may be repeated without harm is then
    /// sent once more on a fresh one (RFC 9110 9.2.2); what may not is never sent on an idle connection.
    private func hop<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        let reach = connector.reach(of: request)
        if request.mayUseIdleConnection, let idle = await pool.take(request.url.origin, within: reach) {
            do {
                return try await run(request, on: idle, isFresh: false, receive)
            } catch is StaleConnection {}
        }
        let fresh = try await connector.connect(to: request.url.origin, within: reach)
        return try await run(request, on: fresh, isFresh: true, receive)
    }

    private func run<Value: Sendable>(
        _ request: HTTPRequest, on connection: HTTP1Connection, isFresh: Bool,
        _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        let (start, before) = (ContinuousClock.now, connection.carried.count)
        var status: Int?
        let outcome: Result<Value, any Error>
        do {
            let head = request.head(userAgent: configuration.userAgent)
            let value = try await connection.exchange(head, body: request.body) { head, body in
                status = Int(head.status.code)
                let proving = self.proving(body, on: connection, for: request.url.origin.host)
                var response = HTTPResponse(
                    status: Int(head.status.code), headers: head.headers, url: request.url, body: proving)
                (response.endpoint, response.strategy) = (connection.endpoint, connection.strategy)
                response.destination = connection.route.destination
                return try await receive(response)
            }
            outcome = .success(value)
        } catch {
            outcome = .failure(error)
        }
        let end = await connection.settle(parkingFor: ConnectionPool.idleLimit)
        // Cancellation closes the connection, and a body may meet that first.
        let isCancelled =
            outcome.failure.map { Task.isCancelled && $0 is NetworkError || $0 is CancellationError } ?? false
        let failure =
            isCancelled ? .system(errno: ECANCELED) : end.ending.cause ?? (outcome.failure as? NetworkError)?.cause
        let came = connection.carried.count - before
        record(request, on: connection, status: status, bytes: came, failure: failure, since: start)
        let isStale = !isCancelled && !isFresh && status == nil && (failure == .reset || failure == .closedEarly)
        if !isStale { await learn(from: end.ending, on: connection, for: request.url.origin.host) }
        if end.isReusable { await pool.put(connection, for: request.url.origin) }
        if isCancelled { throw CancellationError() }
        if isStale { throw StaleConnection() }
        return try outcome.get()
    }

    private func record(
        _ request: HTTPRequest, on connection: HTTP1Connection, status: Int?, bytes: Int,
        failure: NetworkError.Cause?, since start: ContinuousClock.Instant
    ) {
        connector.observer.record(
            .exchanged(
                method: request.method.rawValue, url: request.url.withoutQuery, status: status, bytes: bytes,
                failure: failure),
            host: request.url.origin.host.description, endpoint: connection.endpoint, since: start)
    }
}

// MARK: What a connection teaches

extension Transport {
    /// The body, and word to the memory as soon as its connection has carried enough.
    private func proving(_ body: HTTPBody, on connection: HTTP1Connection, for host: Host) -> HTTPBody {
        guard let strategy = connection.strategy, !connection.carried.isProof else { return body }
        return HTTPBody(
            body.map { [memory = connector.memory] piece in
                if connection.carried.isFirstProof() {
                    await memory.worked(strategy, for: host, on: connection.route, proof: .stream)
                }
                return piece
            })
    }

    /// Remembers how an exchange ended. Where a stream was cut, the idle connections are of no use either.
    private func learn(from ending: HTTP1Handler.Ending, on connection: HTTP1Connection, for host: Host) async {
        let (memory, route) = (connector.memory, connection.route)
        switch ending {
        case .whole:
            // An answer without a body proves no way.
            guard let strategy = connection.strategy, connection.carried.count > 0 else { return }
            let proof: RouteMemory.Proof = connection.carried.isProof ? .stream : .whole
            await memory.worked(strategy, for: host, on: route, proof: proof)
        case .broken(let cause) where cause.meansCut:
            await pool.drop(route)
            if let strategy = connection.strategy, !connection.carried.isProof {
                await memory.demoted(strategy, for: host, on: route, age: .now - connection.birth)
            } else {
                await memory.troubled(route)
            }
        case .broken, .abandoned: break
        }
    }
}

extension HTTP1Handler.Ending {
    fileprivate var cause: NetworkError.Cause? {
        if case .broken(let cause) = self { cause } else { nil }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
