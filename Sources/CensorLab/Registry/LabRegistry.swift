package import LabNet

/// A small read-only registry (distribution-spec, "Pull"), with a token server and a storage host of its own where wanted.
package final class LabRegistry: Sendable {
    /// Where it listens.
    package var endpoint: Endpoint { server.endpoint }
    private let server: WebServer

    /// How a registry behaves.
    package struct Rules: Sendable {
        /// TLS, and what a hello must say; nil for plain HTTP.
        package var tls: TLSDoor?
        /// The host of the token server that every request is sent to first; nil where no token is wanted.
        package var tokenHost: String?
        /// The host that blobs are redirected to, with a signature; nil where blobs are given out directly.
        package var blobHost: String?
        /// What is wrong with it; nil for nothing.
        package var fault: Fault?
        /// What it goes by.
        package var clock = WorldClock()
        /// Stands in tokens and signatures, so that they are good wherever these rules hold; nobody can guess it.
        let secret = (0..<16).map { _ in UInt8.random(in: .min ... .max) }.hexadecimal

        /// A registry that wants nothing.
        package init(tls: TLSDoor? = nil) { self.tls = tls }

        var scheme: String { tls == nil ? "http" : "https" }
    }

    /// What can be wrong with a registry that is reached.
    package enum Fault: Hashable, Sendable {
        /// It answers everything with status 500.
        case failing
        /// It refuses everybody from where the client is, with status 403 (as large registries do by export rules).
        case denying
        /// It gives out other manifests than it says: each has a byte too many, under the digest of the true one.
        case falsifying
    }

    private init(server: WebServer) { self.server = server }

    /// Serves images until it is stopped.
    package static func start(
        _ rules: Rules, images: [LabImage], at wanted: Endpoint, journal: Journal = Journal(),
        party: String = "registry"
    ) async throws -> LabRegistry {
        let content = RegistryContent(images: images, rules: rules, secret: rules.secret)
        let server = try await WebServer.start(
            content, behind: rules.tls, at: wanted, clock: rules.clock, journal: journal, party: party)
        return LabRegistry(server: server)
    }

    /// Closes every connection.
    package func stop() async { await server.stop() }
}
