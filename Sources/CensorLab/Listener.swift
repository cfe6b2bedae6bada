import LabNet
import NIOCore
import NIOPosix
internal import Synchronization

/// A listening TCP socket and what it has accepted. Nobody waits for it; `stop` closes all.
final class Listener: Sendable {
    /// Where it listens.
    let endpoint: Endpoint
    private let socket: any Channel
    private let connections: OpenChannels

    private init(endpoint: Endpoint, socket: any Channel, connections: OpenChannels) {
        self.endpoint = endpoint
        self.socket = socket
        self.connections = connections
    }

    /// Listens; port 0 takes a free one.
    ///
    /// - Parameter configure: prepares each accepted connection, on its event loop.
    static func start(
        at endpoint: Endpoint, configure: @escaping @Sendable (any Channel) throws -> Void
    ) async throws -> Listener {
        let connections = OpenChannels()
        let socket = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                connections.insert(channel)
                return channel.eventLoop.makeCompletedFuture { try configure(channel) }
            }
            .bind(to: SocketAddress(endpoint)).get()
        return Listener(endpoint: try socket.localEndpoint, socket: socket, connections: connections)
    }

    /// Closes the socket and every connection, and returns when they are closed.
    func stop() async {
        try? await socket.close()
        await connections.closeAll()
    }
}

/// The channels that are open, so that they can be closed together.
final class OpenChannels: Sendable {
    private let state = Mutex(State())

    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosing = false
    }

    /// Keeps a channel until it closes. One that was accepted while all are being closed is closed at once.
    func insert(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        let isLate = state.withLock { state in
            if !state.isClosing { state.channels[key] = channel }
            return state.isClosing
        }
        if isLate { return channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in _ = self.state.withLock { $0.channels.removeValue(forKey: key) } }
    }

    /// Closes all, and returns when they are closed.
    func closeAll() async {
        let open = state.withLock { state in
            state.isClosing = true
            return Array(state.channels.values)
        }
        for channel in open { try? await channel.close() }
    }
}

extension SocketAddress {
    /// The address as NIO takes it.
    init(_ endpoint: Endpoint) throws {
        self = try SocketAddress(ipAddress: endpoint.address.description, port: Int(endpoint.port))
    }

    /// The address as the lab shows it; nil for what is no IP address.
    var endpoint: Endpoint? {
        guard let address = ipAddress.flatMap({ IPAddress($0) }), let port = port.flatMap(UInt16.init(exactly:))
        else { return nil }
        return Endpoint(address: address, port: port)
    }
}

extension Channel {
    /// Where the socket is bound.
    var localEndpoint: Endpoint {
        get throws {
            guard let endpoint = localAddress?.endpoint else { throw ChannelError.unknownLocalAddress }
            return endpoint
        }
    }

    /// The other end; an unspecified address when it is gone already.
    var peer: Endpoint { remoteAddress?.endpoint ?? Endpoint(address: .v4(0), port: 0) }

    /// Closes with a TCP reset: an SO_LINGER of zero discards what is unsent and sends RST (socket(7)).
    func reset() {
        guard let socket = self as? any SocketOptionProvider else { return close(promise: nil) }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in self.close(promise: nil) }
    }
}
