internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// HTTP with a daemon of this machine, over its socket in the file system. Every request has a connection of its own, and
/// redirects are responses like any other: there is nobody else to go to.
public struct UnixSocketTransport: HTTPExchanging {
    /// The socket's path.
    public let path: String
    private let timeouts: TransportConfiguration.Timeouts

    /// Nothing is opened before the first exchange.
    ///
    /// - Parameter patience: how long the daemon may say nothing, before its answer and in the middle of it, and how long it
    ///   may take nothing of what it is sent. It is alive as long as its socket is open, and what it does may take long.
    public init(path: String, patience: Duration) {
        self.path = path
        var timeouts = TransportConfiguration.Timeouts()
        (timeouts.firstByte, timeouts.idle) = (patience, patience)
        self.timeouts = timeouts
    }

    /// See ``HTTPExchanging``. Of the URL only path and query say anything.
    public func exchange<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        let channel = try await connect()
        var request = request
        request.headers.replaceOrAdd(name: "Connection", value: "close")
        let head = request.head(userAgent: TransportConfiguration().userAgent)
        let outcome: Result<Value, any Error>
        do {
            let value = try await channel.exchange(head, body: request.body) { [request] head, body in
                try await receive(
                    HTTPResponse(status: Int(head.status.code), headers: head.headers, url: request.url, body: body))
            }
            outcome = .success(value)
        } catch {
            outcome = .failure(error)
        }
        await channel.close()
        // Cancellation closes the connection, and a body may meet that first.
        if case .failure(let error) = outcome, error is NetworkError { try Task.checkCancellation() }
        return try outcome.get()
    }

    private func connect() async throws -> HTTP1Channel {
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: path).get()
            return try await HTTP1Channel.open(on: channel, timeouts: timeouts, wasProven: true) { [path] cause in
                NetworkError(step: .exchange, host: path, cause: cause)
            }
        } catch let error as IOError {
            let cause = SocketFailure(errno: error.errnoCode).causeWhileConnecting
            throw NetworkError(step: .dial, host: path, cause: cause)
        } catch let error as SocketAddressError {
            throw NetworkError(step: .dial, host: path, cause: .protocolViolation("\(error)"))
        } catch let error as ChannelError {
            throw NetworkError(step: .dial, host: path, cause: NetworkError.Cause(inExchange: error))
        }
    }
}
