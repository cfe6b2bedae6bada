internal import NIOPosix
internal import Synchronization

/// Asks resolvers over TCP, TLS (RFC 7858) and HTTPS (RFC 8484), by one connection each that is kept for the next
/// questions (RFC 7766 6.2.1).
package final class ResolverStreams: StreamAsking {
    private let dialer: ResolverDialer
    private let clock: any Clock<Duration>
    private let lines = Mutex<[ResolverAddress: ResolverLine]>([:])

    /// Nothing is opened before the first question.
    ///
    /// - Parameters:
    ///   - tls: verifies the resolvers' certificates; nil where none is encrypted, and then one that is cannot be asked.
    ///   - segmentSize: the largest TCP segment in bytes; nil for the system's.
    ///   - clock: measures the limits.
    package init(tls: TLSContext?, segmentSize: Int? = nil, clock: any Clock<Duration> = ContinuousClock()) {
        dialer = ResolverDialer(
            tls: tls, segmentSize: segmentSize, handover: Handover(group: MultiThreadedEventLoopGroup.singleton),
            clock: clock)
        self.clock = clock
    }

    /// See ``StreamAsking``.
    package func ask(_ resolver: ResolverAddress, _ message: [UInt8], within limit: Duration) async throws -> [UInt8] {
        var resolver = resolver
        if resolver.carrier == .datagrams { resolver.carrier = .stream }
        let line = line(to: resolver)
        do {
            return try await withDeadline(limit, clock: clock) { try await line.ask(message, within: limit) }
        } catch let passed as DeadlinePassed {
            throw NetworkError(resolver, .exchange, .timedOut(passed.limit))
        }
    }

    /// See ``StreamAsking``.
    package func close() async {
        for line in lines.withLock({ Array($0.values) }) { await line.close() }
    }

    private func line(to resolver: ResolverAddress) -> ResolverLine {
        lines.withLock { lines in
            if let line = lines[resolver] { return line }
            let line = ResolverLine(resolver: resolver, dialer: dialer)
            lines[resolver] = line
            return line
        }
    }
}

extension NetworkError {
    /// A failure of a resolver.
    init(_ resolver: ResolverAddress, _ step: Step, strategy: ServerNameStrategy? = nil, _ cause: Cause) {
        let host =
            switch resolver.carrier {
            case .datagrams, .stream: Host.address(resolver.endpoint.address)
            case .tls(let host), .https(let host, _): host
            }
        self.init(
            step: step, host: host.description, endpoint: resolver.endpoint, strategy: strategy, cause: cause)
    }
}
