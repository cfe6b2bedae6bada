import COpenSSL
import Foundation
import LabNet
import NIOCore
import Testing

@testable import CensorLab
@testable import LabNet

/// A certificate that a man in the middle might show, and what is wrong with it.
struct BadCertificate: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: Int32
    var host = "registry.example"
    let make: @Sendable (_ trusted: CertificateAuthority, _ stranger: CertificateAuthority) throws -> IssuedCertificate

    static let all = [
        BadCertificate(testDescription: "self-signed", code: X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT) { _, _ in
            try CertificateAuthority.selfSigned(CertificateRequest(names: ["registry.example"]))
        },
        BadCertificate(testDescription: "wrong name", code: X509_V_ERR_HOSTNAME_MISMATCH) { trusted, _ in
            try trusted.issue(CertificateRequest(names: ["example", "www.registry.example", "registry.example.org"]))
        },
        BadCertificate(testDescription: "expired", code: X509_V_ERR_CERT_HAS_EXPIRED) { trusted, _ in
            try trusted.issue(CertificateRequest(names: ["registry.example"], validity: -7200 ..< -3600))
        },
        BadCertificate(testDescription: "not yet valid", code: X509_V_ERR_CERT_NOT_YET_VALID) { trusted, _ in
            try trusted.issue(CertificateRequest(names: ["registry.example"], validity: 3600..<7200))
        },
        BadCertificate(
            testDescription: "unknown authority",
            code: X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
        ) { _, stranger in
            try stranger.issue(CertificateRequest(names: ["registry.example"]))
        },
        BadCertificate(
            testDescription: "unknown authority, shown", code: X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN
        ) { _, stranger in
            var issued = try stranger.issue(CertificateRequest(names: ["registry.example"]))
            issued.chain = stranger.certificate
            return issued
        },
        BadCertificate(
            testDescription: "intermediate missing", code: X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
        ) { trusted, _ in
            var issued = try trusted.intermediate(named: "between").issue(
                CertificateRequest(names: ["registry.example"]))
            issued.chain = ""
            return issued
        },
        BadCertificate(testDescription: "name in the common name alone", code: X509_V_ERR_HOSTNAME_MISMATCH) {
            trusted, _ in
            try trusted.issue(CertificateRequest(commonName: "registry.example"))
        },
        BadCertificate(testDescription: "address in place of the name", code: X509_V_ERR_HOSTNAME_MISMATCH) {
            trusted, _ in
            try trusted.issue(CertificateRequest(addresses: [address("192.0.2.1")], commonName: "registry.example"))
        },
        BadCertificate(
            testDescription: "name in place of the address", code: X509_V_ERR_IP_ADDRESS_MISMATCH, host: "192.0.2.1"
        ) { trusted, _ in
            try trusted.issue(CertificateRequest(names: ["192.0.2.1"], commonName: "192.0.2.1"))
        },
        BadCertificate(
            testDescription: "another address", code: X509_V_ERR_IP_ADDRESS_MISMATCH, host: "2001:db8::1"
        ) { trusted, _ in
            try trusted.issue(CertificateRequest(addresses: [address("2001:db8::2"), address("192.0.2.1")]))
        },
        BadCertificate(
            testDescription: "wildcard over two labels", code: X509_V_ERR_HOSTNAME_MISMATCH,
            host: "a.b.registry.example"
        ) { trusted, _ in
            try trusted.issue(CertificateRequest(names: ["*.registry.example", "registry.example"]))
        },
        BadCertificate(
            testDescription: "wildcard in a part of a label", code: X509_V_ERR_HOSTNAME_MISMATCH,
            host: "cdn1.registry.example"
        ) { trusted, _ in
            try trusted.issue(CertificateRequest(names: ["cdn*.registry.example", "c*1.registry.example"]))
        },
        BadCertificate(testDescription: "a client's", code: X509_V_ERR_INVALID_PURPOSE) { trusted, _ in
            try trusted.issue(CertificateRequest(names: ["registry.example"], usage: .client))
        },
        BadCertificate(testDescription: "wildcard for a whole domain", code: X509_V_ERR_HOSTNAME_MISMATCH) {
            trusted, _ in
            try trusted.issue(CertificateRequest(names: ["*.example", "*"]))
        },
    ]

    static func address(_ literal: String) throws -> IPAddress { try #require(IPAddress(literal)) }
}

@Suite struct CertificateVerificationTests {
    private let root: CertificateAuthority
    private let stranger: CertificateAuthority

    init() throws {
        root = try CertificateAuthority(named: "root")
        stranger = try CertificateAuthority(named: "stranger")
    }

    private func refusal(_ client: TLSSession, _ server: TLSSession) throws -> NetworkError.CertificateProblem? {
        let failure = try #require(throws: TLSFailure.self) { try shake(client, server) }
        guard case .certificate(let problem) = failure.cause else { throw failure }
        return problem
    }

    @Test(arguments: BadCertificate.all, [ServerNameStrategy.plain, .omit])
    func noneIsAccepted(_ bad: BadCertificate, _ strategy: ServerNameStrategy) throws {
        let issued = try bad.make(root, stranger)
        for version in [TLS1_2_VERSION, TLS1_3_VERSION] {
            let server = try TestServer(issued, version: version).session()
            let client = try makeContext(trusting: root).session(for: parse(bad.host), port: 443, strategy: strategy)
            let problem = try #require(try refusal(client, server))
            #expect(problem.code == Int(bad.code), "\(problem)")
            #expect(!problem.reason.isEmpty && !problem.names.isEmpty)
            #expect(problem.fingerprint?.hasPrefix("sha256:") == true && problem.fingerprint?.count == 71)
            try expectSilence(client, server)
        }
    }

    /// No plaintext passes either way, whatever is tried.
    private func expectSilence(_ client: TLSSession, _ server: TLSSession) throws {
        var plaintext = ByteBuffer()
        #expect(client.summary == nil)
        #expect(throws: TLSFailure.self) { try client.write(ByteBuffer(string: "Authorization: secret")) }
        #expect(throws: TLSFailure.self) { try client.read(into: &plaintext) }
        #expect(throws: TLSFailure.self) { try client.handshake() }
        if let alert = client.takeOutgoing() { server.receive(alert) }
        #expect(throws: TLSFailure.self) { try server.read(into: &plaintext) }
        #expect(plaintext.readableBytes == 0)
    }

    @Test(arguments: [
        (["*.registry.example"], "cdn.registry.example"), (["REGISTRY.example"], "registry.example"),
        (["other.example", "registry.example"], "registry.example"), (["my_host.example"], "my_host.example"),
    ])
    func goodNames(_ names: [String], _ host: String) throws {
        let issued = try root.issue(CertificateRequest(names: names))
        let client = try makeContext(trusting: root).session(for: parse(host), port: 443, strategy: .omit)
        #expect(try shake(client, TestServer(issued).session())?.certificate?.names == names)
    }

    @Test(arguments: ["192.0.2.1", "2001:db8::1"])
    func goodAddresses(_ literal: String) throws {
        let issued = try root.issue(CertificateRequest(addresses: [BadCertificate.address(literal)]))
        let client = try makeContext(trusting: root).session(for: parse(literal), port: 443, strategy: .plain)
        #expect(try shake(client, TestServer(issued).session())?.certificate?.names == [literal])
    }

    @Test func intermediatesLeadToTheRoot() throws {
        let issued = try root.intermediate(named: "one").intermediate(named: "two").issue(
            CertificateRequest(names: ["registry.example"]))
        let client = try makeContext(trusting: root).session(
            for: parse("registry.example"), port: 443, strategy: .plain)
        #expect(try shake(client, TestServer(issued).session()) != nil)
    }

    /// A decoy in the hello changes nothing about whom the certificate must name.
    @Test func theDecoysOwnCertificateIsRefused() throws {
        let issued = try root.issue(CertificateRequest(names: ["decoy.example"]))
        let client = try makeContext(trusting: root).session(
            for: parse("registry.example"), port: 443, strategy: .alter("decoy.example"))
        #expect(try refusal(client, TestServer(issued).session())?.code == Int(X509_V_ERR_HOSTNAME_MISMATCH))
    }
}

@Suite struct PinTests {
    private let root: CertificateAuthority
    private let registry = Host.name("registry.example")

    init() throws { root = try CertificateAuthority(named: "root") }

    private func fingerprint(_ issued: IssuedCertificate) throws -> String {
        let certificate = try PEM.certificate(issued.certificate)
        defer { X509_free(certificate) }
        return try #require(PeerCertificate(borrowing: certificate)).fingerprint
    }

    private func shakes(
        _ issued: IssuedCertificate, pins: [String], host: String = "registry.example", port: UInt16 = 443
    ) throws -> Bool {
        let context = try makeContext(trusting: root, pins: pins)
        let client = try context.session(for: parse(host), port: port, strategy: .plain)
        do {
            return try shake(client, TestServer(issued).session()) != nil
        } catch let failure as TLSFailure {
            guard case .certificate(let problem) = failure.cause else { throw failure }
            #expect(try problem.fingerprint == fingerprint(issued))
            return false
        }
    }

    @Test func aPinnedCertificateIsGoodWhateverItIs() throws {
        for bad in BadCertificate.all {
            let issued = try bad.make(root, CertificateAuthority(named: "stranger"))
            let host = try parse(bad.host).bracketed
            #expect(try shakes(issued, pins: ["\(host)=\(fingerprint(issued))"], host: host))
            #expect(try shakes(issued, pins: ["\(host):5000=\(fingerprint(issued))"], host: host, port: 5000))
        }
    }

    @Test func aPinMakesNoOtherCertificateGood() throws {
        let pinned = try CertificateAuthority.selfSigned(CertificateRequest(names: ["registry.example"]))
        let other = try CertificateAuthority.selfSigned(CertificateRequest(names: ["registry.example"]))
        #expect(try !shakes(other, pins: ["registry.example=\(fingerprint(pinned))"]))
    }

    @Test func aPinRefusesEvenAValidCertificate() throws {
        let pinned = try CertificateAuthority.selfSigned(CertificateRequest(names: ["registry.example"]))
        let valid = try root.issue(CertificateRequest(names: ["registry.example"]))
        #expect(try shakes(valid, pins: []))
        #expect(try !shakes(valid, pins: ["registry.example=\(fingerprint(pinned))"]))
    }

    @Test func aPinBelongsToItsHostAndPort() throws {
        let issued = try CertificateAuthority.selfSigned(CertificateRequest(names: ["registry.example"]))
        let print = try fingerprint(issued)
        #expect(try !shakes(issued, pins: ["other.example=\(print)"]))
        #expect(try !shakes(issued, pins: ["registry.example:5000=\(print)"]))
        let zeros = "sha256:" + String(repeating: "00", count: 32)
        #expect(try shakes(issued, pins: ["registry.example=\(zeros)", "registry.example:443=\(print)"]))
    }
}
