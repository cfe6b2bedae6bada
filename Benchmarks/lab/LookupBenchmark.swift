import CensorLab
import LabNet
import Synchronization

/// From the beginning of a lookup to the right candidate, beside a bare exchange with the same resolver.
struct LookupBenchmark {
    static let name = "registry.lab.example"
    static let truth = IPAddress.v4(127 << 24 | 88 << 16 | 10 << 8 | 1)
    static let lies: [IPAddress] = (1...8).map { .v4(127 << 24 | 88 << 16 | 66 << 8 | $0) }

    /// One round trip after another, with nothing but a datagram there and the true one back.
    func bare(_ resolver: Endpoint, rounds: Int) async throws -> Samples {
        var samples: [Duration] = []
        for _ in 0..<rounds { samples.append(try await exchange(resolver)) }
        return Samples(samples)
    }

    /// From the call to the first trusted candidate that is the true address; each round on a resolver that knows nothing.
    func lookups(_ resolvers: [ResolverAddress], rounds: Int) async throws -> Samples {
        var samples: [Duration] = []
        for _ in 0..<rounds { samples.append(try await lookup(resolvers)) }
        return Samples(samples)
    }

    /// A lookup did not find the true address.
    struct Unresolved: Error {}

    private func lookup(_ resolvers: [ResolverAddress]) async throws -> Duration {
        var configuration = TransportConfiguration()
        configuration.mode = .lab(ResolverList(resolvers: resolvers))
        configuration.family = .ip4
        let resolver = Resolver(configuration: configuration, hostsFile: "/dev/null")
        return try await Self.firstHit { hit in
            try? await resolver.resolve(Self.name, observe: Observer()) { candidate in
                if candidate == Candidate(address: Self.truth, trust: .trusted) { hit() }
            }
        }
    }

    private func exchange(_ resolver: Endpoint) async throws -> Duration {
        var generator = SystemRandomNumberGenerator()
        guard let name = DNSName(Self.name) else { throw Unresolved() }
        let query = try DNSQuery(DNSQuestion(name: name, type: .a), using: &generator)
        return try await Self.firstHit { hit in
            try? await DatagramSockets().ask(resolver, query.bytes) { event in
                guard case .arrived(let datagram) = event,
                    let message = try? DNSMessage(datagram.bytes, answering: query),
                    message.claim?.addresses.contains(Self.truth) == true
                else { return }
                hit()
            }
        }
    }

    /// Runs `body` until it calls what it is given, or ends; how long that took.
    private static func firstHit(_ body: @escaping @Sendable (@escaping @Sendable () -> Void) async -> Void)
        async throws
        -> Duration
    {
        let start = ContinuousClock.now
        let (hits, hit) = AsyncStream.makeStream(of: Duration.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await body { hit.yield(.now - start) }
                hit.finish()
            }
            defer { group.cancelAll() }
            for await time in hits { return time }
            throw Unresolved()
        }
    }
}
