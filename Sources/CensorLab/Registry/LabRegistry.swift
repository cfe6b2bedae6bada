package import LabNet
import NIOCore
import NIOHTTP1

/// A small read-only registry (distribution-spec, "Pull"), with a token server and a storage host of its own where wanted.
package final class LabRegistry: Sendable {
    /// Where it listens.
    package var endpoint: Endpoint { listener.endpoint }
    private let listener: Listener

    /// How a registry behaves.
    package struct Rules: Sendable {
        /// TLS, and what a hello must say; nil for plain HTTP.
        package var tls: TLSDoor?
        /// The host of the token server that every request is sent to first; nil where no token is wanted.
        package var tokenHost: String?
        /// The host that blobs are redirected to, with a signature; nil where blobs are given out directly.
        package var blobHost: String?
        /// Stands in tokens and signatures, so that they are good wherever these rules hold; nobody can guess it.
        let secret = (0..<16).map { _ in UInt8.random(in: .min ... .max) }.hexadecimal

        /// A registry that wants nothing.
        package init(tls: TLSDoor? = nil) { self.tls = tls }

        var scheme: String { tls == nil ? "http" : "https" }
    }

    private init(listener: Listener) { self.listener = listener }

    /// Serves images until it is stopped.
    package static func start(
        _ rules: Rules, images: [LabImage], at wanted: Endpoint, journal: Journal = Journal()
    ) async throws -> LabRegistry {
        let listener = try await Listener.start(at: wanted) { channel in
            let content = RegistryContent(images: images, rules: rules, secret: rules.secret)
            let speakHTTP: @Sendable (any Channel) throws -> Void = { channel in
                try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                try channel.pipeline.syncOperations.addHandler(RegistryConnection(content, journal: journal))
            }
            if let door = rules.tls {
                let gate = DoorHandler(door, journal: journal, party: "registry", behind: speakHTTP)
                try channel.pipeline.syncOperations.addHandler(gate)
            } else {
                try speakHTTP(channel)
            }
        }
        return LabRegistry(listener: listener)
    }

    /// Closes every connection.
    package func stop() async { await listener.stop() }
}
