// Dispatch objects may be used from any thread; on Linux the module does not say so to the compiler.
@preconcurrency internal import Dispatch
internal import Glibc

/// Asks over BSD datagram sockets: one connected socket to a question, so that the kernel itself drops whatever comes
/// from elsewhere, and tells hop limit and time of arrival of the rest.
package struct DatagramSockets: DatagramAsking {
    /// More unheard datagrams than this are a flood.
    private static let backlog = 256

    /// There is nothing to be set.
    package init() {}

    /// See ``DatagramAsking``.
    package func ask(_ endpoint: Endpoint, _ message: [UInt8], hear: (DatagramEvent) async -> Void) async throws {
        let socket = try DatagramSocket(connectedTo: endpoint)
        let departure = try socket.send(message)
        let number = socket.number
        let (events, continuation) = AsyncStream.makeStream(
            of: DatagramEvent.self, bufferingPolicy: .bufferingOldest(Self.backlog))
        let source = DispatchSource.makeReadSource(fileDescriptor: number)
        // Waits in a child task, which was started before anything can cancel the source: the handler runs exactly once,
        // and after it nobody uses the descriptor any more.
        async let gone: Void = withCheckedContinuation { done in
            source.setEventHandler {
                while let event = DatagramSocket.receive(from: number, since: departure) {
                    continuation.yield(event)
                    // The source fires again when there is more; a lasting error must not hold this thread.
                    if case .failed = event { break }
                }
            }
            source.setCancelHandler { done.resume() }
            source.activate()
        }
        for await event in events { await hear(event) }
        source.cancel()
        await gone
        // An ICMP error alone does not wake a Dispatch source on Linux; it waits in the socket.
        for _ in 0..<Self.backlog {
            guard let event = DatagramSocket.receive(from: number, since: departure) else { break }
            await hear(event)
        }
        socket.close()
    }
}
