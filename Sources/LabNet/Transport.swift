internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// The way to any origin: resolve, dial, secure, exchange.
public struct Transport: HTTPExchanging {
    let configuration: TransportConfiguration
    private let connector: Connector
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

    private init(
        _ configuration: TransportConfiguration, resolver: any NameResolving, streams: ResolverStreams,
        tls: TLSContext, environment: [String: String], clock: any Clock<Duration>,
        observe: @escaping @Sendable (Observation) -> Void
    ) {
        self.configuration = configuration
        self.streams = streams
        connector = Connector(
            configuration: configuration, resolver: resolver, tls: tls,
            proxies: ProxyEnvironment(environment), observer: Observer(emit: observe), memory: DialMemory(),
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
                let next = try Redirect.following(
                    request, status: response.status, headers: response.headers, count: redirects)
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
        if request.method.isIdempotent, let idle = await pool.take(request.url.origin) {
            do {
                return try await run(request, on: idle, isFresh: false, receive)
            } catch is StaleConnection {}
        }
        let fresh = try await connector.connect(to: request.url.origin)
        return try await run(request, on: fresh, isFresh: true, receive)
    }

    private func run<Value: Sendable>(
        _ request: HTTPRequest, on connection: HTTP1Connection, isFresh: Bool,
        _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        let start = ContinuousClock.now
        var status: Int?
        do {
            let (head, body) = try await connection.send(
                request.head(userAgent: configuration.userAgent), body: request.body)
            status = Int(head.status.code)
            let value = try await receive(
                HTTPResponse(status: Int(head.status.code), headers: head.headers, url: request.url, body: body))
            record(request, on: connection, status: status, failure: nil, since: start)
            await release(connection, request.url.origin)
            return value
        } catch {
            // Cancellation closes the connection, and a body may meet that first.
            let isCancelled = Task.isCancelled && error is NetworkError || error is CancellationError
            let failure = isCancelled ? .system(errno: ECANCELED) : (error as? NetworkError)?.cause
            record(request, on: connection, status: status, failure: failure, since: start)
            await release(connection, request.url.origin)
            if isCancelled { throw CancellationError() }
            if !isFresh, status == nil, failure == .reset || failure == .closedEarly { throw StaleConnection() }
            throw error
        }
    }

    private func release(_ connection: HTTP1Connection, _ origin: Origin) async {
        if await connection.settle(parkingFor: ConnectionPool.idleLimit) {
            await pool.put(connection, for: origin)
        }
    }

    private func record(
        _ request: HTTPRequest, on connection: HTTP1Connection, status: Int?, failure: NetworkError.Cause?,
        since start: ContinuousClock.Instant
    ) {
        connector.observer.record(
            .exchanged(
                method: request.method.rawValue, url: request.url.withoutQuery, status: status, failure: failure),
            host: request.url.origin.host.description, endpoint: connection.endpoint, since: start)
    }
}
