import Foundation

/// A certificate authority made with openssl, and the certificates that it has signed.
struct Certificates {
    private let scratch: Scratch
    /// The authority's certificate, for `-ca-file`.
    var authority: String { scratch.path("ca.pem") }

    init() async throws {
        scratch = try Scratch()
        try await Program.must(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Test Authority",
                "-keyout", scratch.path("ca.key"), "-out", authority,
            ])
    }

    /// A certificate for these names (`DNS:…`, `IP:…`).
    func leaf(_ names: [String]) async throws -> (pem: String, key: String) {
        let id = UUID().uuidString
        let (pem, key, request) = (scratch.path("\(id).pem"), scratch.path("\(id).key"), scratch.path("\(id).csr"))
        let extensions = try scratch.write("\(id).ext", "subjectAltName=\(names.joined(separator: ","))\n")
        try await Program.must(
            "openssl",
            ["req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=leaf", "-keyout", key, "-out", request])
        try await Program.must(
            "openssl",
            [
                "x509", "-req", "-in", request, "-CA", authority, "-CAkey", scratch.path("ca.key"), "-days", "2",
                "-extfile", extensions, "-set_serial", "\(UInt32.random(in: 1...UInt32.max))", "-out", pem,
            ])
        return (pem, key)
    }
}
