import COpenSSL
import Foundation
import LabNet
import Testing

@testable import CensorLab
@testable import LabNet

@Suite struct TrustTests {
    private let folder: ScratchFolder
    private let root: CertificateAuthority
    private let issued: IssuedCertificate

    init() throws {
        folder = try ScratchFolder()
        root = try CertificateAuthority(named: "root")
        issued = try root.issue(CertificateRequest(names: ["registry.example"]))
    }

    /// A context that trusts `trust` beside an authority of no use.
    private func context(_ trust: TrustConfiguration, environment: [String: String] = [:]) throws -> TLSContext {
        let other = try folder.write(CertificateAuthority(named: "other").certificate, to: "other.pem")
        return try TLSContext(
            trust: trust, environment: ["SSL_CERT_FILE": other].merging(environment) { $1 },
            registries: "\(folder.path)/certs.d")
    }

    private func shakes(_ context: TLSContext, host: String = "registry.example", port: UInt16 = 443) throws -> Bool {
        let client = try context.session(for: parse(host), port: port, strategy: .plain)
        return (try? shake(client, TestServer(issued).session())) != nil
    }

    @Test func theSystemsStoreAloneDoesNotKnowTheLab() throws {
        #expect(try !shakes(context(TrustConfiguration())))
    }

    @Test func authorityFile() throws {
        var trust = TrustConfiguration()
        trust.authorityFile = try folder.write("a comment\n" + root.certificate, to: "ca.crt")
        #expect(try shakes(context(trust)))
    }

    /// The certificate of a self-signed registry can be given as its own authority; it must name the host all the same.
    @Test func aSelfSignedServerAsItsOwnAuthority() throws {
        let issued = try CertificateAuthority.selfSigned(CertificateRequest(names: ["registry.example"]))
        var trust = TrustConfiguration()
        trust.authorityFile = try folder.write(issued.certificate, to: "self.crt")
        for (host, isTrusted) in [("registry.example", true), ("other.example", false)] {
            let client = try context(trust).session(for: parse(host), port: 443, strategy: .plain)
            #expect(((try? shake(client, TestServer(issued).session())) != nil) == isTrusted)
        }
    }

    @Test(arguments: ["ca.crt", "ca.pem"])
    func authorityFolder(_ name: String) throws {
        var trust = TrustConfiguration()
        _ = try folder.write(root.certificate, to: "ca/\(name)")
        _ = try folder.write("not read", to: "ca/README")
        trust.authorityFolder = "\(folder.path)/ca"
        #expect(try shakes(context(trust)))
    }

    @Test func hashedFolderOfTheEnvironment() throws {
        let certificate = try PEM.certificate(root.certificate)
        defer { X509_free(certificate) }
        let hash = String(format: "%08lx.0", X509_NAME_hash_ex(X509_get_subject_name(certificate), nil, nil, nil))
        _ = try folder.write(root.certificate, to: "hashed/\(hash)")
        #expect(
            try shakes(context(TrustConfiguration(), environment: ["SSL_CERT_DIR": "/nowhere:\(folder.path)/hashed"])))
    }

    @Test func fileOfTheEnvironment() throws {
        let path = try folder.write(root.certificate, to: "ca.pem")
        #expect(try shakes(context(TrustConfiguration(), environment: ["SSL_CERT_FILE": path])))
    }

    @Test(arguments: ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func brokenFiles(_ text: String) throws {
        var trust = TrustConfiguration()
        trust.authorityFile = try folder.write(text, to: "broken.pem")
        let error = try #require(throws: TrustError.self) { try context(trust) }
        guard case .notCertificates(let path, let reason) = error else { throw error }
        #expect(path == trust.authorityFile && !reason.isEmpty)
    }

    @Test func missingFilesAndFolders() throws {
        for keyPath in [\TrustConfiguration.authorityFile, \.authorityFolder] {
            var trust = TrustConfiguration()
            trust[keyPath: keyPath] = "\(folder.path)/missing"
            #expect(throws: TrustError.unreadable(path: "\(folder.path)/missing", errno: ENOENT)) {
                try context(trust)
            }
        }
        #expect(throws: TrustError.unreadable(path: "/nowhere", errno: ENOENT)) {
            try context(TrustConfiguration(), environment: ["SSL_CERT_FILE": "/nowhere"])
        }
    }

    @Test(arguments: [
        ("registry.example", UInt16(443), true), ("registry.example:443", 443, true),
        ("registry.example:5000", 5000, true), ("registry.example", 5000, false), ("registry.example:5000", 443, false),
        ("other.example", 443, false),
    ])
    func registryFolders(_ name: String, _ port: UInt16, _ isTrusted: Bool) throws {
        _ = try folder.write(root.certificate, to: "certs.d/\(name)/ca.crt")
        let context = try context(TrustConfiguration())
        #expect(try shakes(context, port: port) == isTrusted)
        #expect(try shakes(context, port: port) == isTrusted, "asked twice")
    }

    @Test func clientCertificate() throws {
        let user = try CertificateAuthority(named: "users")
        let client = try user.issue(CertificateRequest(names: ["user"], usage: .client))
        _ = try folder.write(root.certificate, to: "certs.d/registry.example/ca.crt")
        let server = try TestServer(issued, version: TLS1_2_VERSION)
        try server.demandClientCertificate(signedBy: user.certificate)
        let host = Host.name("registry.example")

        let stranger = try context(TrustConfiguration()).session(for: host, port: 443, strategy: .plain)
        #expect(throws: TLSFailure.self) { try shake(stranger, server.session()) }

        _ = try folder.write(client.certificates, to: "certs.d/registry.example/user.cert")
        #expect(
            throws: TrustError.clientKey(
                path: "\(folder.path)/certs.d/registry.example/user.key", reason: "no such file")
        ) {
            try context(TrustConfiguration()).session(for: host, port: 443, strategy: .plain)
        }
        _ = try folder.write(client.key, to: "certs.d/registry.example/user.key")
        let known = try context(TrustConfiguration()).session(for: host, port: 443, strategy: .plain)
        #expect(try shake(known, server.session()) != nil)

        _ = try folder.write(issued.key, to: "certs.d/registry.example/user.key")
        #expect(throws: TrustError.self) {
            try context(TrustConfiguration()).session(for: host, port: 443, strategy: .plain)
        }
    }
}

@Suite struct SystemAuthoritiesTests {
    @Test(
        arguments: [
            (
                [:], ["/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs"], ["/etc/ssl/certs/ca-certificates.crt"],
                ["/etc/ssl/certs"]
            ),
            ([:], ["/etc/pki/tls/certs/ca-bundle.crt"], ["/etc/pki/tls/certs/ca-bundle.crt"], []),
            ([:], ["/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem"], ["/etc/ssl/ca-bundle.pem"], []),
            ([:], [], [], []),
            (["SSL_CERT_FILE": ""], ["/etc/ssl/cert.pem"], ["/etc/ssl/cert.pem"], []),
            (["SSL_CERT_FILE": "/a"], ["/etc/ssl/cert.pem", "/etc/ssl/certs"], ["/a"], []),
            (["SSL_CERT_DIR": "/a:/b:/c"], ["/a", "/c", "/etc/ssl/cert.pem"], [], ["/a", "/c"]),
            (["SSL_CERT_DIR": "/a", "SSL_CERT_FILE": "/f"], ["/a", "/etc/ssl/cert.pem"], ["/f"], ["/a"]),
        ] as [([String: String], Set<String>, [String], [String])])
    func probes(_ environment: [String: String], _ present: Set<String>, _ files: [String], _ folders: [String]) {
        let system = SystemAuthorities(environment: environment, exists: present.contains) { _ in ["ca.crt", "0.0"] }
        #expect(system.files == files)
        #expect(system.folders == folders)
    }

    /// A folder that holds the whole store saves reading the bundle.
    @Test func aWholeFolderReplacesTheBundle() {
        let present: Set = ["/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs"]
        let system = SystemAuthorities(environment: [:], exists: present.contains) { _ in
            (0..<140).map { "\($0).0" }
        }
        #expect(system.files.isEmpty)
        #expect(system.folders == ["/etc/ssl/certs"])
    }
}
