/// Carries one DNS message over UDP and hears everything that comes back.
///
/// The lookup decides what is asked and what is made of it; this is all that it needs of the network.
package protocol DatagramAsking: Sendable {
    /// Sends a message from a socket of its own and hears every datagram that comes back from the endpoint, until the
    /// task is cancelled; then returns, with the socket closed.
    ///
    /// - Throws: `SocketFailure` when nothing could be sent.
    func ask(_ endpoint: Endpoint, _ message: [UInt8], hear: (DatagramEvent) async -> Void) async throws
}

/// What a connected datagram socket hears.
package enum DatagramEvent: Hashable, Sendable {
    /// A datagram from the endpoint.
    case arrived(Datagram)
    /// An ICMP error, such as ECONNREFUSED. Anybody on the path can forge one, so it ends nothing.
    case failed(errno: Int32)
}

/// One datagram, with what the kernel knows about it.
package struct Datagram: Hashable, Sendable {
    /// The payload; cut at ``maximumSize``.
    package var bytes: [UInt8]
    /// From the question's departure to the arrival in the kernel.
    package var elapsed: Duration
    /// The hop limit (IPv4: TTL) with which it arrived.
    package var hopLimit: UInt8?

    /// More than any answer to a question that says it takes 1232 bytes.
    package static let maximumSize = 4096

    /// Puts the parts together.
    package init(bytes: [UInt8], elapsed: Duration, hopLimit: UInt8?) {
        self.bytes = bytes
        self.elapsed = elapsed
        self.hopLimit = hopLimit
    }
}
