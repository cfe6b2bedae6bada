internal import Glibc

/// Asks over BSD datagram sockets: one connected socket to a question, so that the kernel itself drops whatever comes
/// from elsewhere, and tells hop limit and time of arrival of the rest.
package struct DatagramSockets: DatagramAsking {
    /// More unheard datagrams than this are a flood, and so many are taken off one socket before the next has its turn.
    private static let (backlog, turn) = (4096, 64)

    /// There is nothing to be set.
    package init() {}

    /// See ``DatagramAsking``.
    package func ask(_ endpoint: Endpoint, _ message: [UInt8], hear: (DatagramEvent) async -> Void) async throws {
        let socket = try DatagramSocket(connectedTo: endpoint)
        let departure = try socket.send(message)
        let number = socket.number
        let (events, continuation) = AsyncStream.makeStream(
            of: DatagramEvent.self, bufferingPolicy: .bufferingOldest(Self.backlog))
        try SocketPoll.shared.watch(number) {
            for _ in 0..<Self.turn {
                guard let event = DatagramSocket.receive(from: number, since: departure) else { break }
                continuation.yield(event)
            }
        }
        for await event in events { await hear(event) }
        await SocketPoll.shared.unwatch(number)
        // What came between the last look and now.
        for _ in 0..<Self.turn {
            guard let event = DatagramSocket.receive(from: number, since: departure) else { break }
            await hear(event)
        }
        socket.close()
    }
}
