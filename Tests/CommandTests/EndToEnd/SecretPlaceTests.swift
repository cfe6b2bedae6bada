import Foundation
import Testing

/// Real servers write down what they are told: a password is said to its host, and a redirect leads nobody astray.
@Suite(.serialized) struct SecretPlaceTests {
    private static let log = #"log_format told '$uri [$http_authorization]'; "#

    /// nginx that writes down every Authorization.
    private func nginx(_ address: String, _ port: Int, _ locations: String) async throws -> Server {
        try await RealServer.nginx(
            Self.log + "server { listen \(address):\(port); access_log @/told told; \(locations) }", address: address,
            port: port)
    }

    private func told(_ server: Server) -> [Substring] { server.scratch.text("told").split(separator: "\n") }

    private func pull(
        _ image: String, environment: [String: String] = [:], _ flags: [String] = []
    ) async throws -> Outcome {
        let result = try Scratch()
        defer { result.remove() }
        return try await Tool.run(
            ["pull", image, "-output", result.path("a.tar")] + flags, environment: environment)
    }

    private let account = ["DOCKER_TAR_LAB_PASSWORD": LoginRegistry.password]

    @Test func theHostThatBlobsAreRedirectedToIsToldNothing() async throws {
        let registry = try await LoginRegistry()
        let (port, cdnPort) = (try Loopback.freePort(), try Loopback.freePort("127.0.0.2"))
        let cdn = try await nginx(
            "127.0.0.2", cdnPort,
            """
            location / { proxy_pass http://\(registry.host);
                         proxy_set_header Authorization "Basic \(LoginRegistry.encoded)"; }
            """)
        let front = try await nginx(
            "127.0.0.1", port,
            """
            location / { proxy_pass http://\(registry.host); proxy_set_header Host $http_host; }
            location ~ /blobs/ { return 307 http://127.0.0.2:\(cdnPort)$request_uri; }
            """)
        let outcome = try await pull(
            "127.0.0.1:\(port)/lab/img1:single", environment: account, ["-plain-http", "-username", "me"])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(told(front).contains { $0.hasSuffix("[Basic \(LoginRegistry.encoded)]") })
        #expect(told(cdn).count > 1)
        #expect(told(cdn).allSatisfy { $0.hasSuffix("[-]") }, "\(told(cdn))")
    }

    @Test func aTokenServerWhoseNameLeadsElsewhereIsNotAsked() async throws {
        let (port, resolver) = (try Loopback.freePort(), try Loopback.freePort())
        let dnsmasq = try await RealServer.dnsmasq(["auth.test": ["169.254.169.254"]], port: resolver)
        let registry = try await nginx(
            "127.0.0.1", port,
            #"location / { add_header WWW-Authenticate 'Bearer realm="http://auth.test/token"' always; return 401; }"#)
        let outcome = try await pull(
            "127.0.0.1:\(port)/lab/img1:single", environment: account,
            ["-plain-http", "-debug", "-username", "me", "-dns-servers", "127.0.0.1:\(resolver)"])
        #expect(outcome.status == 4, "\(outcome.error)")
        #expect(outcome.error.contains("an address of another network: http://auth.test/token"), "\(outcome.error)")
        #expect(!outcome.error.contains("TCP auth.test"))
        withExtendedLifetime((dnsmasq, registry)) {}
    }

    @Test func aMirrorIsToldItsOwnAndNeverTheRegistrys() async throws {
        let port = try Loopback.freePort("127.0.0.3")
        let mirror = try await nginx(
            "127.0.0.3", port,
            #"location / { add_header WWW-Authenticate 'Basic realm="mirror"' always; return 401 "no"; }"#)
        let home = try Scratch()
        defer { home.remove() }
        _ = try home.write(
            ".docker/config.json", #"{"auths":{"https://index.docker.io/v1/":{"auth":"\#(LoginRegistry.encoded)"}}}"#)
        let flags = ["-mirror", "http://127.0.0.3:\(port)", "-username", "me"]
        let environment = account.merging(["HOME": home.path]) { $1 }
        #expect(try await pull("nginx", environment: environment, flags).status == 4)
        #expect(told(mirror).count == 1 && told(mirror).allSatisfy { $0.hasSuffix("[-]") }, "\(told(mirror))")

        let own = environment.merging(["DOCKER_TAR_LAB_PASSWORD_127_0_0_3_\(port)": "mirrors"]) { $1 }
        #expect(try await pull("nginx", environment: own, flags + ["-login", "127.0.0.3:\(port)=you"]).status == 4)
        let basic = Data("you:mirrors".utf8).base64EncodedString()
        #expect(told(mirror).last?.hasSuffix("[Basic \(basic)]") == true)
        #expect(!told(mirror).contains { $0.contains(LoginRegistry.encoded) })
    }

    @Test(
        arguments: ["http://169.254.169.254/latest/meta-data", "http://metadata.test/latest", "http://10.0.0.1/"],
        [false, true])
    func aRedirectToTheMetadataServiceIsNotFollowed(_ location: String, lab: Bool) async throws {
        let (port, resolver) = (try Loopback.freePort(), try Loopback.freePort())
        let dnsmasq = try await RealServer.dnsmasq(["metadata.test": ["169.254.169.254"]], port: resolver)
        let registry = try await nginx("127.0.0.1", port, "location / { return 307 \(location); }")
        let outcome = try await pull(
            "127.0.0.1:\(port)/lab/img1:single", environment: ["HOME": try Scratch().path],
            ["-plain-http", "-debug", "-dns-servers", "127.0.0.1:\(resolver)"] + (lab ? ["-lab", "-no-memory"] : []))
        #expect(outcome.status == 5, "\(outcome.error)")
        #expect(outcome.error.contains("its address is one of your own network"), "\(outcome.error)")
        #expect(!outcome.error.contains("TCP 169.254") && !outcome.error.contains("TCP metadata"))
        withExtendedLifetime((dnsmasq, registry)) {}
    }
}
