internal import Glibc

/// A connected TCP socket, non-blocking, without Nagle's delay, closed on exec.
struct TCPSocket: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// Connects to an endpoint.
    ///
    /// - Parameter limit: for the three-way handshake.
    /// - Throws: `SocketFailure`; `CancellationError`. The socket is closed in either case.
    static func connect(
        to endpoint: Endpoint, within limit: Duration, clock: any Clock<Duration>
    ) async throws -> TCPSocket {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let number = socket(endpoint.address.family.socketFamily, kind, 0)
        guard number >= 0 else { throw SocketFailure(errno: errno) }
        let descriptor = Descriptor(owning: number)
        // Without this the segments of a first flight would be glued together by Nagle's algorithm.
        try setOption(IPPROTO_TCP, TCP_NODELAY, on: number)

        let result = endpoint.withSocketAddress { Glibc.connect(number, $0, $1) }
        if result != 0 {
            // An interrupted connect goes on in the background, like one in progress (POSIX connect).
            guard errno == EINPROGRESS || errno == EINTR else { throw SocketFailure(errno: errno) }
            try await withDeadline(limit, clock: clock) {
                await waitUntilWritable(number)
                try Task.checkCancellation()
            }
            try checkPendingError(of: number)
        }
        return TCPSocket(descriptor: descriptor)
    }

    private init(descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Writes each segment by its own `send(2)`, so that each travels in a TCP segment of its own.
    ///
    /// - Throws: `SocketFailure`; `CancellationError`.
    borrowing func send(_ segments: [[UInt8]]) async throws {
        for segment in segments {
            var rest = segment[...]
            while !rest.isEmpty {
                let sent = rest.withUnsafeBytes {
                    Glibc.send(descriptor.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if sent >= 0 {
                    rest = rest.dropFirst(sent)
                } else if errno == EAGAIN {
                    await waitUntilWritable(descriptor.number)
                    try Task.checkCancellation()
                } else if errno != EINTR {
                    throw SocketFailure(errno: errno)
                }
            }
        }
    }

    /// Gives the descriptor away, to an owner who closes it.
    consuming func release() -> Int32 { descriptor.release() }

    private static func setOption(_ level: some BinaryInteger, _ name: Int32, on number: Int32) throws {
        var on: Int32 = 1
        guard setsockopt(number, Int32(level), name, &on, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw SocketFailure(errno: errno)
        }
    }

    private static func checkPendingError(of number: Int32) throws {
        var pending: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(number, SOL_SOCKET, SO_ERROR, &pending, &length) == 0 else {
            throw SocketFailure(errno: errno)
        }
        guard pending == 0 else { throw SocketFailure(errno: pending) }
    }
}

/// A socket call failed with this errno.
struct SocketFailure: Error, Hashable {
    var errno: Int32

    /// What it means for a connection that is being made.
    var causeWhileConnecting: NetworkError.Cause {
        switch errno {
        case ECONNREFUSED: .refused
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EAFNOSUPPORT, EADDRNOTAVAIL: .unreachable(errno: errno)
        case ECONNRESET: .reset
        default: .system(errno: errno)
        }
    }
}
