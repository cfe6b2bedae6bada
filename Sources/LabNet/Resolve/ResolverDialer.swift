internal import NIOCore

/// Opens connections to resolvers: the transport's own sockets and TLS, with nothing in between.
struct ResolverDialer: Sendable {
    /// Verifies certificates; nil where no resolver is encrypted.
    let tls: TLSContext?
    /// The largest TCP segment in bytes; nil for the system's.
    let segmentSize: Int?
    /// Gives sockets to NIO.
    let handover: Handover
    /// Measures the limit.
    let clock: any Clock<Duration>

    /// Connects, and shakes hands where the carrier is encrypted.
    ///
    /// - Parameter limit: for the three-way handshake.
    /// - Throws: `NetworkError`; `CancellationError`. Nothing is left open then.
    func connection(
        to resolver: ResolverAddress, within limit: Duration
    ) async throws -> any ResolverConnection {
        let channel = try await channel(to: resolver, within: limit)
        do {
            switch resolver.carrier {
            case .datagrams, .stream, .tls: return try await DNSStream.open(on: channel)
            case .https(let host, let path): return try await DNSOverHTTPS.open(on: channel, to: resolver, host, path)
            }
        } catch {
            await channel.closeNow()
            try Task.checkCancellation()
            throw NetworkError(resolver, .exchange, .closedEarly)
        }
    }

    private func channel(to resolver: ResolverAddress, within limit: Duration) async throws -> any Channel {
        do {
            let socket = try await TCPSocket.connect(
                to: resolver.endpoint, within: limit, clock: clock, segmentSize: segmentSize)
            switch resolver.carrier {
            case .datagrams, .stream: return try await handover.adopt(socket)
            case .tls(let host): return try await secure(socket, resolver, host, offersHTTP: false)
            case .https(let host, _): return try await secure(socket, resolver, host, offersHTTP: true)
            }
        } catch let error as NetworkError {
            throw error
        } catch {
            try Task.checkCancellation()
            throw NetworkError(resolver, .dial, NetworkError.Cause(whileConnecting: error))
        }
    }

    /// A resolver's name may be on a censor's list like any other: it is cut across records and segments.
    private func secure(
        _ socket: consuming TCPSocket, _ resolver: ResolverAddress, _ host: Host, offersHTTP: Bool
    ) async throws -> any Channel {
        let strategy: ServerNameStrategy = if case .name = host { .recordsAndSegments } else { .omit }
        guard let tls else { throw NetworkError(resolver, .secure, .tls("no authorities")) }
        do {
            try await tls.prepare(for: host, port: resolver.endpoint.port)
            let session = try tls.session(
                for: host, port: resolver.endpoint.port, strategy: strategy, offersHTTP: offersHTTP)
            let (channel, handshake) = try await handover.adopt(socket, beginning: session, clock: clock)
            do {
                _ = try await handshake.finish(on: channel)
                return channel
            } catch {
                await channel.closeNow()
                throw error
            }
        } catch {
            try Task.checkCancellation()
            throw NetworkError(resolver, .secure, strategy: strategy, NetworkError.Cause(whileSecuring: error))
        }
    }
}
