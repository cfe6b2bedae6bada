package import LabNet
import NIOCore
import NIOPosix

/// An address where SYNs are lost: a listener that accepts nobody and whose queue of connections is full (listen(2); Linux
/// then drops what comes). It takes neither root nor a firewall, and clients see what they see behind one that swallows.
package final class Abyss: Sendable {
    /// The address.
    package let endpoint: Endpoint
    private let socket: any Channel
    /// The connection that fills the queue.
    private let plug: any Channel

    private init(endpoint: Endpoint, socket: any Channel, plug: any Channel) {
        self.endpoint = endpoint
        self.socket = socket
        self.plug = plug
    }

    /// Makes the address one that swallows; port 0 takes a free one.
    package static func start(at wanted: Endpoint) async throws -> Abyss {
        let group = MultiThreadedEventLoopGroup.singleton
        let socket = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 0)
            .serverChannelOption(.autoRead, value: false)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(to: SocketAddress(wanted)).get()
        let endpoint = try socket.localEndpoint
        // A queue of length 0 holds one connection.
        let plug = try await ClientBootstrap(group: group).connect(to: SocketAddress(endpoint)).get()
        return Abyss(endpoint: endpoint, socket: socket, plug: plug)
    }

    /// Lets the address go.
    package func stop() async {
        try? await plug.close()
        try? await socket.close()
    }
}
