internal import CAres
internal import Glibc

/// A connected TCP socket, non-blocking, without Nagle's delay, closed on exec.
struct TCPSocket: ~Copyable, Sendable {
    private let descriptor: Descriptor
    private let family: IPAddress.Family

    /// Connects to an endpoint.
    ///
    /// - Parameters:
    ///   - limit: for the three-way handshake.
    ///   - segmentSize: the most bytes that a segment may carry, in either direction (TCP_MAXSEG); nil for the system's.
    /// - Throws: `SocketFailure`; `CancellationError`. The socket is closed in either case.
    static func connect(
        to endpoint: Endpoint, within limit: Duration, clock: any Clock<Duration>, segmentSize: Int? = nil
    ) async throws -> TCPSocket {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let number = socket(endpoint.address.family.socketFamily, kind, 0)
        guard number >= 0 else { throw SocketFailure(errno: errno) }
        let descriptor = Descriptor(owning: number)
        // Without this the segments of a first flight would be glued together by Nagle's algorithm.
        try setOption(IPPROTO_TCP, TCP_NODELAY, of: number, to: 1)
        // Before the SYN, which tells the other end (RFC 9293 3.7.1).
        if let size = segmentSize { try setOption(IPPROTO_TCP, TCP_MAXSEG, of: number, to: Int32(clamping: size)) }

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
        return TCPSocket(descriptor: descriptor, family: endpoint.address.family)
    }

    private init(descriptor: consuming Descriptor, family: IPAddress.Family) {
        self.descriptor = descriptor
        self.family = family
    }

    /// Writes each segment by its own `send(2)`, so that each travels in a TCP segment of its own.
    ///
    /// MSG_EOR keeps the kernel from putting one behind the other while the first still waits to leave (autocorking, which
    /// TCP_NODELAY does not turn off), and from joining them when they are sent again (Linux 4.7 and later).
    /// - Throws: `SocketFailure`; `CancellationError`.
    borrowing func send(_ segments: [[UInt8]]) async throws {
        for segment in segments {
            var rest = segment[...]
            while !rest.isEmpty {
                let sent = rest.withUnsafeBytes {
                    Glibc.send(descriptor.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_EOR))
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

    /// The descriptor's number, lent: it is closed with this value.
    var number: Int32 { descriptor.number }

    /// Closes it here and not earlier.
    consuming func close() {}

    /// Gives the descriptor away, to an owner who closes it.
    consuming func release() -> Int32 { descriptor.release() }

    private static func setOption(_ level: some BinaryInteger, _ name: Int32, of number: Int32, to value: Int32) throws
    {
        var value = value
        guard setsockopt(number, Int32(level), name, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw SocketFailure(errno: errno)
        }
    }

    private static func option(_ level: some BinaryInteger, _ name: Int32, of number: Int32) throws -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(number, Int32(level), name, &value, &length) == 0 else {
            throw SocketFailure(errno: errno)
        }
        return value
    }

    private static func checkPendingError(of number: Int32) throws {
        let pending = try option(SOL_SOCKET, SO_ERROR, of: number)
        guard pending == 0 else { throw SocketFailure(errno: pending) }
    }
}

// MARK: Disorder

extension TCPSocket {
    /// How often, and after which pause, the kernel is asked whether the first segment has left: at most 2 s, after which
    /// the hello would be in order and is not sent.
    private static let polls = (count: 400, pause: Duration.milliseconds(5))

    /// The hops that a packet may go: IP's time to live, or IPv6's hop limit.
    borrowing func hopLimit() throws -> Int32 {
        let (level, name) = hopLimitOption
        return try Self.option(level, name, of: descriptor.number)
    }

    /// Writes each segment like ``send(_:)``, but lets the first one die at the first router. TCP sends it again, so it
    /// arrives after the rest.
    ///
    /// The hop limit is the old one again when this returns or throws.
    /// - Throws: `SocketFailure`; `CancellationError`.
    borrowing func sendInDisorder(_ segments: [[UInt8]], clock: any Clock<Duration>) async throws {
        guard segments.count > 1 else { return try await send(segments) }
        let (level, name) = hopLimitOption
        let ordinary = try hopLimit()
        try Self.setOption(level, name, of: descriptor.number, to: 1)
        do {
            try await send(Array(segments.prefix(1)))
            try await waitUntilSent(clock)
        } catch {
            try? Self.setOption(level, name, of: descriptor.number, to: ordinary)
            throw error
        }
        try Self.setOption(level, name, of: descriptor.number, to: ordinary)
        try await send(Array(segments.dropFirst()))
    }

    /// What is still in the socket's queue would leave with the hop limit of that later moment.
    private borrowing func waitUntilSent(_ clock: any Clock<Duration>) async throws {
        for _ in 0..<Self.polls.count {
            let unsent = labnet_unsent_bytes(descriptor.number)
            guard unsent >= 0 else { throw SocketFailure(errno: errno) }
            if unsent == 0 { return }
            try await clock.sleep(for: Self.polls.pause)
        }
        throw SocketFailure(errno: ETIMEDOUT)
    }

    private var hopLimitOption: (level: Int32, name: Int32) {
        switch family {
        case .ip4: (Int32(IPPROTO_IP), IP_TTL)
        case .ip6: (Int32(IPPROTO_IPV6), IPV6_UNICAST_HOPS)
        }
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
