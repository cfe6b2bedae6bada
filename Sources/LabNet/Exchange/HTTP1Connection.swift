internal import NIOCore
internal import NIOHTTP1

/// One connection to one origin, ready for requests, one after the other.
struct HTTP1Connection: Sendable {
    /// The way it goes.
    let route: Route
    /// The hello that opened it; nil in plain HTTP, and where there was no choice of hellos.
    let strategy: ServerNameStrategy?
    /// When it was made.
    let birth = ContinuousClock.now
    private let channel: HTTP1Channel

    /// Puts HTTP/1.1 on a channel that is connected, and secured where it has to be.
    ///
    /// - Parameters:
    ///   - strategy: the hello that opened it; nil in plain HTTP, and where there was no choice of hellos.
    ///   - wasProven: whether its way need not be proved by this connection, and a body may pause for `timeouts.idle` from
    ///     the beginning.
    /// - Throws: `ChannelError` when the channel has been closed meanwhile.
    static func open(
        on channel: any Channel, to route: Route, by strategy: ServerNameStrategy?, for origin: Origin,
        timeouts: TransportConfiguration.Timeouts, wasProven: Bool = true
    ) async throws -> HTTP1Connection {
        let channel = try await HTTP1Channel.open(on: channel, timeouts: timeouts, wasProven: wasProven) { cause in
            NetworkError(
                step: .exchange, host: origin.host.description, endpoint: route.endpoint, strategy: strategy,
                cause: cause)
        }
        return HTTP1Connection(route: route, strategy: strategy, channel: channel)
    }

    /// The endpoint at its other end: the origin's, or the proxy's.
    var endpoint: Endpoint { route.endpoint }

    /// What it has brought so far.
    var carried: Carried { channel.carried }

    /// Whether it still looks open; the peer may be closing it at this moment.
    var isAlive: Bool { channel.isAlive }

    /// See ``HTTP1Channel/send(_:body:)``.
    func send(_ head: HTTPRequestHead, body: ByteBuffer?) async throws -> HTTP1Handler.Response {
        try await channel.send(head, body: body)
    }

    /// See ``HTTP1Channel/exchange(_:body:isolation:_:)``.
    func exchange<Value>(
        _ head: HTTPRequestHead, body: HTTPRequestBody?, isolation: isolated (any Actor)? = #isolation,
        _ use: (HTTP1Handler.Response) async throws -> Value
    ) async throws -> Value {
        try await channel.exchange(head, body: body, use)
    }

    /// See ``HTTP1Channel/settle(parkingFor:)``.
    func settle(parkingFor limit: Duration) async -> (ending: HTTP1Handler.Ending, isReusable: Bool) {
        await channel.settle(parkingFor: limit)
    }

    /// Closes the connection and waits until its descriptor is closed.
    func close() async { await channel.close() }
}
