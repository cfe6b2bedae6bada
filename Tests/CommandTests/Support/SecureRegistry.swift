import Foundation

/// docker-registry with token authentication behind nginx with TLS, the way a hosted registry looks from outside.
///
/// nginx refuses a hello that does not carry the right name where `needsName` is set. Its token server wants a password.
struct SecureRegistry {
    static let user = "alice"
    static let password = "correct horse"

    /// The name that its certificate carries, and the port that it listens on.
    let name: String
    let port: Int
    let addresses: [String]
    let certificates: Certificates
    let nginx: Server
    private let registry: Server
    private let behind: Int
    private let token: String

    /// `registry.lab.test:PORT`.
    var host: String { "\(name):\(port)" }

    init(
        name: String = "registry.lab.test", addresses: [String] = ["127.0.0.1"], repositories: [String],
        needsName: Bool = false, bytesPerSecond: Int = 0
    ) async throws {
        self.name = name
        self.addresses = addresses
        port = try Loopback.freePort()
        certificates = try await Certificates()
        let tokens = try await TokenAuth()
        token = try await tokens.token(repositories: repositories)
        behind = try Loopback.freePort()
        registry = try await RealServer.registry(
            port: behind, auth: tokens.configuration(realm: "https://\(name):\(port)/token"))
        let leaf = try await certificates.leaf(["DNS:\(name)"])
        let port = self.port
        let listens = addresses.map { $0.contains(":") ? "[\($0)]:\(port)" : "\($0):\(port)" }
        let refusing = """
            server {
                \(listens.map { "listen \($0) ssl default_server;" }.joined(separator: " "))
                ssl_protocols TLSv1.2 TLSv1.3; ssl_reject_handshake on;
            }
            """
        let serving = """
            server {
                \(listens.map { "listen \($0) ssl;" }.joined(separator: " "))
                server_name \(name); ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate \(leaf.pem); ssl_certificate_key \(leaf.key);
                location = /token {
                    auth_basic registry; auth_basic_user_file @/users; default_type application/json;
                    alias @/token.json;
                }
                location /v2/ {
                    proxy_pass http://127.0.0.1:\(behind); proxy_http_version 1.1; limit_rate \(bytesPerSecond);
                    proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto https;
                }
            }
            """
        let user = try await Program.must("openssl", ["passwd", "-apr1", Self.password])
        nginx = try await RealServer.nginx(
            (needsName ? refusing : "") + serving,
            files: [
                "token.json": #"{"token":"\#(token)","expires_in":300}"#,
                "users": "\(Self.user):\(user)",
            ], address: addresses[0], port: port)
    }

    /// Pushes an OCI layout's tag with skopeo, all platforms, digests preserved; past nginx, as its owner would.
    func push(_ layout: String, to repository: String, tag: String = "latest") async throws {
        try await Program.must(
            "skopeo",
            [
                "copy", "--all", "--preserve-digests", "--dest-tls-verify=false", "--dest-registry-token", token,
                "oci:\(layout)", "docker://127.0.0.1:\(behind)/\(repository):\(tag)",
            ])
    }

    /// The file in which the registry keeps a blob or manifest, for tests that spoil it.
    func storage(of digest: String) -> URL {
        let hex = digest.dropFirst("sha256:".count)
        return registry.scratch.url.appendingPathComponent(
            "data/docker/registry/v2/blobs/sha256/\(hex.prefix(2))/\(hex)/data")
    }

    /// nginx's access log: one line a request that reached it.
    var requests: [Substring] { nginx.scratch.text("access").split(separator: "\n") }
}
