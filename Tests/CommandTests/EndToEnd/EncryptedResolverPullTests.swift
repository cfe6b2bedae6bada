import Foundation
import Testing

/// A pull whose every name is asked of one resolver, unbound, over TLS: on the network there is nothing to be forged.
@Suite(.serialized, .enabled("unbound is not installed") { Program.find("unbound") != nil })
struct EncryptedResolverPullTests {
    /// unbound on 127.0.0.1, over TLS alone, that knows one name.
    private func unbound(_ name: String, _ certificate: (pem: String, key: String), port: Int) async throws -> Server {
        let scratch = try Scratch()
        let configuration = try scratch.write(
            "unbound.conf",
            """
            server:
              interface: 127.0.0.1@\(port)
              tls-port: \(port)
              tls-service-pem: "\(certificate.pem)"
              tls-service-key: "\(certificate.key)"
              do-daemonize: no
              username: ""
              chroot: ""
              pidfile: ""
              use-syslog: no
              directory: "\(scratch.path)"
              local-zone: "." static
              local-data: ". NS a.root-servers.net."
              local-data: "\(name). A 127.0.0.1"
            remote-control:
              control-enable: no
            """)
        return try await Server("unbound", ["-d", "-c", configuration], scratch: scratch) {
            Loopback.accepts("127.0.0.1", port)
        }
    }

    @Test func theBinaryPullsByATLSResolverAndBelievesNoOtherCertificate() async throws {
        let registry = try await SecureRegistry(repositories: ["demo/big"], needsName: true)
        try await registry.push(try await TestImage.big(), to: "demo/big")
        let port = try Loopback.freePort()
        let server = try await unbound(
            registry.name, registry.certificates.leaf(["IP:127.0.0.1", "DNS:dns.lab.test"]), port: port)
        let scratch = try Scratch()
        defer { scratch.remove() }
        func pull(_ resolver: String, _ archive: String) async throws -> Outcome {
            try await Tool.run(
                [
                    "pull", "\(registry.host)/demo/big", "-lab", "-dns-servers", resolver, "-ca-file",
                    registry.certificates.authority, "-username", SecureRegistry.user, "-output", scratch.path(archive),
                ], environment: ["DOCKER_TAR_LAB_PASSWORD": SecureRegistry.password])
        }
        for resolver in ["tls://127.0.0.1:\(port)", "tls://127.0.0.1:\(port)@dns.lab.test"] {
            let outcome = try await pull(resolver, "good.tar")
            #expect(outcome.status == 0, "\(resolver)\n\(outcome.output)\(outcome.error)")
        }
        let stranger = try await pull("tls://127.0.0.1:\(port)@other.lab.test", "bad.tar")
        #expect(stranger.status == 6, "\(stranger.output)\(stranger.error)")
        #expect(stranger.error.contains("the certificate was refused"))
        #expect(!stranger.error.contains("-trust"), "nobody is told to trust whoever stands in a resolver's place")
        #expect(scratch.listing == ["good.tar"])
        _ = server
    }
}
