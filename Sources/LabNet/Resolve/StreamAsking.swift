/// Carries DNS messages over streams: TCP, TLS and HTTPS.
///
/// The lookup decides what is asked and what is made of the answer; this is all that it needs of these carriers. What
/// comes over TLS and HTTPS is from the resolver itself, whose certificate was verified.
package protocol StreamAsking: Sendable {
    /// Sends a message to a resolver by its carrier and returns the answer, which carries the ID of the message and is
    /// otherwise unread. A resolver of datagrams is asked over TCP: so it is asked again for what did not fit.
    ///
    /// - Parameter limit: for all of it, connecting included.
    /// - Throws: `NetworkError` about the resolver, whose step says how far it came; `CancellationError`.
    func ask(_ resolver: ResolverAddress, _ message: [UInt8], within limit: Duration) async throws -> [UInt8]

    /// Closes every connection and returns when the descriptors are closed; questions under way fail.
    func close() async
}
