internal import NIOCore
internal import NIOPosix

/// Gives a connected socket to NIO, which owns its descriptor from then on.
struct Handover: Sendable {
    /// Where the channels run.
    let group: any EventLoopGroup

    /// Adopts a socket as it is: for plain HTTP, and to speak with a proxy.
    ///
    /// - Throws: NIO's errors; the descriptor is closed then.
    func adopt(_ socket: consuming TCPSocket) async throws -> any Channel {
        try await bootstrap(on: group.next()).withConnectedSocket(socket.release()) { channel in
            channel.eventLoop.makeSucceededFuture(channel)
        }
    }

    /// Writes the hello on the socket, segment by segment, then adopts it, with TLS in its pipeline.
    ///
    /// - Parameter clock: paces the waiting for the first segment of a hello in disorder.
    /// - Returns: the channel, and its handshake, which is under way.
    /// - Throws: `TLSFailure`, `SocketFailure`, NIO's errors; the descriptor is closed then.
    func adopt(
        _ socket: consuming TCPSocket, beginning session: sending TLSSession, clock: any Clock<Duration>
    ) async throws -> (channel: any Channel, handshake: Handshake) {
        let segments = try session.firstFlight()
        if session.expectation?.strategy == .disorder {
            try await socket.sendInDisorder(segments, clock: clock)
        } else {
            try await socket.send(segments)
        }
        let loop = group.next()
        let handshake = Handshake(session, on: loop)
        do {
            let channel = try await bootstrap(on: loop).withConnectedSocket(socket.release()) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try handshake.begin(on: channel)
                    return channel
                }
            }
            return (channel, handshake)
        } catch {
            handshake.abandon(error)
            throw error
        }
    }

    private func bootstrap(on loop: any EventLoop) -> ClientBootstrap {
        ClientBootstrap(group: loop)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.readSize))
            .channelOption(.maxMessagesPerRead, value: 1)
    }

    /// How many bytes are read from a socket at a time. Everything behind it is done once for each piece: a task switch, a
    /// hash, a write. ``HTTP1Handler`` lets four of them wait.
    private static let readSize = 256 * 1024
}

/// A TLS handshake on a channel, as its maker sees it.
struct Handshake: Sendable {
    private let session: NIOLoopBoundBox<TLSSession>
    private let promise: EventLoopPromise<TLSSummary>

    /// Moves a session to the event loop where its channel runs.
    init(_ session: sending TLSSession, on loop: any EventLoop) {
        self.session = .makeBoxSendingValue(session, eventLoop: loop)
        promise = loop.makePromise()
    }

    /// Puts TLS on top of the channel's pipeline; a hello that has not been written yet is written now. Only on the
    /// channel's event loop.
    ///
    /// - Throws: `ChannelError` when the channel is closed.
    func begin(on channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHandler(TLSHandler(session: session.value, handshake: promise))
    }

    /// Ends a handshake that could not begin.
    func abandon(_ error: any Error) { promise.fail(error) }

    /// Waits for the verified end of the handshake; cancelling the task closes the channel.
    ///
    /// - Throws: `TLSFailure`; NIO's errors; `CancellationError`.
    func finish(on channel: any Channel) async throws -> TLSSummary {
        try await promise.futureResult.get(closing: channel)
    }

    /// Whether the peer has said anything.
    func hasReceived() async -> Bool {
        let answer = try? await promise.futureResult.eventLoop.submit { session.value.hasReceived }.get()
        return answer ?? false
    }
}
