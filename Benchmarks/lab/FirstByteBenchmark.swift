import CensorLab
import FoundationEssentials
import LabNet
import NIOHTTP1
import Synchronization

/// From the call to the first byte of a registry's answer, in lab mode and without it, on a network where nobody
/// interferes: name, TCP, TLS and the request, each time from nothing.
struct FirstByteBenchmark {
    private static let rounds = 100
    private let lab: Lab
    private let folder: URL
    private let authority: String

    /// Whoever is measured.
    private enum Mode: String, CaseIterable {
        case ordinary = "without lab mode"
        case fresh = "lab mode, nothing remembered"
        case remembering = "lab mode, the way remembered"
    }

    /// What one exchange has come to.
    private struct Outcome {
        var time: Duration
        var failedHandshakes: Int
    }

    /// The registry has answered nothing, or not as it should.
    private struct NoAnswer: Error {}

    @Sendable static func run() async throws {
        let table = Table(
            "First byte of GET /v2/ over TLS, \(rounds) rounds in turns", "registry", "round trip", "mode", "median",
            "p95",
            "p95 over the ordinary p95", "failed handshakes, most", "all")
        for (words, manner) in [
            ("accepts the first hello", Scenario.RegistryManner.open), ("demands a name", .needsName),
        ] {
            for roundTrip in [0, 100] {
                let image = try LabImage.compact()
                let lab = try await Lab.start(try scenario(manner, .milliseconds(roundTrip)), image: image)
                let results = try await results(in: lab)
                await lab.stop()
                let ordinary = Samples(results[.ordinary, default: []].map(\.time))
                for mode in Mode.allCases {
                    let outcomes = results[mode, default: []]
                    let times = Samples(outcomes.map(\.time))
                    let failed = outcomes.map(\.failedHandshakes)
                    table.row([
                        words, "\(roundTrip) ms", mode.rawValue, "\(times.median.milliseconds) ms",
                        "\(times.percentile(95).milliseconds) ms",
                        mode == .ordinary ? "" : "\((times.percentile(95) - ordinary.percentile(95)).milliseconds) ms",
                        "\(failed.max() ?? 0)", "\(failed.reduce(0, +))",
                    ])
                }
            }
        }
    }

    /// Resolvers as far away as the registry, and clear ways to it.
    private static func scenario(_ manner: Scenario.RegistryManner, _ roundTrip: Duration) throws -> Scenario {
        guard var scenario = Scenario.named("clear") else { throw NoAnswer() }
        for index in scenario.resolvers.indices { scenario.resolvers[index].delay = roundTrip }
        scenario.ways = [Scenario.Way(box: .clear(roundTrip: roundTrip))]
        scenario.registry = manner
        return scenario
    }

    private static func results(in lab: Lab) async throws -> [Mode: [Outcome]] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "first-byte-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let authority = folder.appending(path: "authority.pem")
        try Data(lab.authority.utf8).write(to: authority)
        let benchmark = FirstByteBenchmark(lab: lab, folder: folder, authority: authority.path)
        // What is remembered has to be met first.
        _ = try await benchmark.exchange(.remembering)
        var results: [Mode: [Outcome]] = [:]
        for _ in 0..<rounds {
            for mode in Mode.allCases { results[mode, default: []].append(try await benchmark.exchange(mode)) }
        }
        return results
    }

    private func exchange(_ mode: Mode) async throws -> Outcome {
        let failed = Mutex(0)
        let configuration = configuration(mode)
        let resolver = Resolver(configuration: configuration, hostsFile: "/dev/null")
        let transport = try Transport(configuration, resolver: resolver, environment: [:]) { observation in
            if case .handshake(_, _, .some) = observation.event { failed.withLock { $0 += 1 } }
        }
        guard let port = lab.registry.first?.port, let url = HTTPURL("https://\(Lab.registryHost):\(port)/v2/") else {
            throw NoAnswer()
        }
        let start = ContinuousClock.now
        let time = try await transport.exchange(HTTPRequest(url: url)) { response in
            var body = response.body.makeAsyncIterator()
            // Like most registries it wants a token first.
            guard response.status == 401, try await body.next() != nil else { throw NoAnswer() }
            let time = ContinuousClock.now - start
            while try await body.next() != nil {}
            return time
        }
        await transport.close()
        return Outcome(time: time, failedHandshakes: failed.withLock(\.self))
    }

    private func configuration(_ mode: Mode) -> TransportConfiguration {
        var configuration = TransportConfiguration()
        configuration.family = .ip4
        configuration.proxy = .none
        configuration.trust.authorityFile = authority
        switch mode {
        case .ordinary: configuration.mode = .ordinary(resolvers: lab.resolvers)
        case .fresh, .remembering: configuration.mode = .lab(ResolverList(resolvers: lab.resolverAddresses))
        }
        if mode == .remembering { configuration.memoryFolder = folder.appending(path: "memory").path }
        return configuration
    }
}
