import LabNet

/// A ClientHello of OpenSSL's, cut in each way.
enum HelloBenchmark {
    /// There is no such host.
    private struct NoHost: Error {}

    @Sendable static func run() async throws {
        let context = try TLSContext(trust: TrustConfiguration(), environment: [:])
        guard let host = Host("registry-1.docker.io") else { throw NoHost() }
        let flight = Array(try context.session(for: host, port: 443, strategy: .plain).firstFlight().joined())
        let table = MicroBenchmark("ClientHello, \(flight.count) bytes")
        for strategy in [ServerNameStrategy.records, .segments, .recordsAndSegments, .disorder] {
            table.time("shape OpenSSL's bytes: \(strategy.spelling)") {
                HelloShape.segments(of: flight, strategy: strategy)?.count ?? 0
            }
        }
        // Most of this is OpenSSL's: the session and its key share.
        try table.time("a session and its first flight, shaped: \(ServerNameStrategy.disorder.spelling)") {
            try context.session(for: host, port: 443, strategy: .disorder).firstFlight().count
        }
    }
}
