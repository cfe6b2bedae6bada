import Foundation

/// What docker-registry's token authentication needs: a signing key, its certificate, and tokens made with openssl.
struct TokenAuth {
    static let issuer = "token.test"
    static let service = "registry.test"
    private let scratch: Scratch

    init() async throws {
        scratch = try Scratch()
        try await Program.must(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=\(Self.issuer)",
                "-keyout", scratch.path("key.pem"), "-out", scratch.path("cert.pem"),
            ])
    }

    /// The `auth:` block of the registry's configuration.
    func configuration(realm: String) -> String {
        """
        auth:
          token: {realm: "\(realm)", service: \(Self.service), issuer: \(Self.issuer), rootcertbundle: \(scratch.path("cert.pem"))}

        """
    }

    /// A token for these repositories (RFC 7519; the certificate travels in `x5c`).
    func token(repositories: [String], actions: [String] = ["pull", "push"], life: Int = 3600) async throws -> String {
        try await Program.must(
            "openssl", ["x509", "-in", scratch.path("cert.pem"), "-outform", "DER", "-out", scratch.path("cert.der")])
        let der = try Data(contentsOf: scratch.url.appendingPathComponent("cert.der"))
        let now = Int(Date().timeIntervalSince1970)
        let header: [String: Any] = ["typ": "JWT", "alg": "RS256", "x5c": [der.base64EncodedString()]]
        let claims: [String: Any] = [
            "iss": Self.issuer, "aud": Self.service, "sub": "tester", "jti": UUID().uuidString,
            "nbf": now - 10, "iat": now, "exp": now + life,
            "access": repositories.map { ["type": "repository", "name": $0, "actions": actions] },
        ]
        let parts = try [header, claims].map { base64URL(try JSONSerialization.data(withJSONObject: $0)) }
        let signed = parts.joined(separator: ".")
        let unsigned = try scratch.write("unsigned", signed)
        try await Program.must(
            "openssl",
            ["dgst", "-sha256", "-sign", scratch.path("key.pem"), "-out", scratch.path("signature"), unsigned])
        return signed + "." + base64URL(try Data(contentsOf: scratch.url.appendingPathComponent("signature")))
    }

    private func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }
}
