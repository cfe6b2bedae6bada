import Foundation

/// docker-registry that wants a user name and a password (htpasswd), with the golden image in it.
struct LoginRegistry {
    static let user = "me"
    static let password = "correct horse"
    /// The same in Base64, as Basic and Docker's file have it.
    static let encoded = Data("\(user):\(password)".utf8).base64EncodedString()
    /// `user:bcrypt(password)`: the only kind of hash that docker-registry takes.
    private static let line = "me:$2y$05$YGLFzW29dHB0ea6L1Pg9fOzwh4fWOR1JmukYyc07aP9qdKW7TvB/e"

    let port: Int
    private let server: Server

    /// `127.0.0.1:PORT`.
    var host: String { "127.0.0.1:\(port)" }
    /// The image's name.
    var image: String { "\(host)/lab/img1:single" }

    init() async throws {
        port = try Loopback.freePort()
        let users = try Scratch().write("users", Self.line + "\n")
        server = try await RealServer.registry(
            port: port, auth: "auth:\n  htpasswd: {realm: lab, path: \(users)}\n")
        try await Program.must(
            "skopeo",
            [
                "copy", "--preserve-digests", "--dest-tls-verify=false", "--dest-creds",
                "\(Self.user):\(Self.password)", "oci:\(TestImage.golden):single", "docker://\(image)",
            ])
    }
}
