/// The one thing that the pipeline needs from the transport.
public protocol HTTPExchanging: Sendable {
    /// Sends a request, follows redirects unless the request says otherwise, and hands the response to `receive` while its
    /// body arrives.
    ///
    /// The connection belongs to `receive` until it returns: a body that was read to its end leaves the connection for
    /// the next request, one that was not closes it. Cancelling the task closes the connection.
    ///
    /// - Throws: `NetworkError` for whatever fails below HTTP; an HTTP error status is a response, not an error.
    ///   What `receive` throws comes through as it is.
    func exchange<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value
}
