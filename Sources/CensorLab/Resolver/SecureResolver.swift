package import LabNet
import NIOCore
import NIOHTTP1

/// A resolver behind TLS: nobody on the way reads the question or forges the answer. It may lie all the same.
package final class SecureResolver: Sendable {
    /// Where it listens.
    package var endpoint: Endpoint { listener.endpoint }
    private let listener: Listener

    /// What is spoken inside TLS.
    package enum Carrier: Hashable, Sendable {
        /// DNS with lengths before the messages (RFC 7858).
        case tls
        /// HTTP/1.1, by POST to this path (RFC 8484).
        case https(path: String)
    }

    private init(listener: Listener) { self.listener = listener }

    /// Answers until it is stopped.
    ///
    /// - Parameters:
    ///   - rules: of them, injectors, hop limits and losses mean nothing here.
    ///   - door: what it shows, and to whom.
    package static func start(
        _ rules: ForgingDNS.Rules, over carrier: Carrier, behind door: TLSDoor, at wanted: Endpoint,
        journal: Journal = Journal()
    ) async throws -> SecureResolver {
        let listener = try await Listener.start(at: wanted) { channel in
            let party = "resolver \(try channel.localEndpoint)"
            let gate = DoorHandler(door, journal: journal, party: party) { channel in
                let pipeline = channel.pipeline.syncOperations
                switch carrier {
                case .tls:
                    try pipeline.addHandlers([
                        ByteToMessageHandler(DNSFrameDecoder()), ResolverStream(rules, over: .tls, journal: journal),
                    ])
                case .https(let path):
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(ResolverHTTP(rules, path: path, journal: journal))
                }
            }
            try channel.pipeline.syncOperations.addHandler(gate)
        }
        return SecureResolver(listener: listener)
    }

    /// Closes every connection.
    package func stop() async { await listener.stop() }
}
