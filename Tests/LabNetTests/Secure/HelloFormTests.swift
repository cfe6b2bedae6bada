import COpenSSL
import Foundation
import LabNet
import NIOCore
import Testing

@testable import CensorLab
@testable import LabNet

@Suite struct HelloFormTests {
    private let root: CertificateAuthority
    private let issued: IssuedCertificate
    private let host = Host.name("registry-1.docker.io")

    init() throws {
        root = try CertificateAuthority(named: "root")
        issued = try root.issue(CertificateRequest(names: ["registry-1.docker.io"]))
    }

    private func hello(_ form: HelloForm) throws -> [UInt8] {
        try makeContext(trusting: root, form: form).session(for: host, port: 443, strategy: .plain)
            .firstFlight().flatMap(\.self)
    }

    /// With a name of twenty bytes; a post-quantum share alone would take more than a thousand. OpenSSL 3.5 says a little
    /// more than 3.0, whose sizes stand with ``HelloForm``. 496 bytes fit the smallest segment that every path carries.
    @Test func everyFormFitsOneSegment() throws {
        let sizes = try Dictionary(uniqueKeysWithValues: HelloForm.allCases.map { ($0, try hello($0).count) })
        let (standard, tls12, small) = try (
            #require(sizes[.standard]), #require(sizes[.tls12]), #require(sizes[.small])
        )
        #expect(standard <= 496 && tls12 <= 220, "\(sizes)")
        #expect(small + 100 <= standard, "\(sizes)")
        if ProcessInfo.processInfo.environment["HELLO_SIZES"] != nil { print("sizes: \(sizes)") }
    }

    @Test(arguments: HelloForm.allCases, [TLS1_2_VERSION, TLS1_3_VERSION])
    func everyFormShakesHands(_ form: HelloForm, _ version: Int32) throws {
        let client = try makeContext(trusting: root, form: form).session(for: host, port: 443, strategy: .records)
        let server = try TestServer(issued, version: version).session()
        guard form != .tls12 || version == TLS1_2_VERSION else {
            #expect(throws: TLSFailure(.alert(UInt8(SSL_AD_PROTOCOL_VERSION)))) { try shake(client, server) }
            return
        }
        let summary = try #require(try shake(client, server))
        #expect(summary.protocolVersion == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"))
        #expect(summary.applicationProtocol == (form == .small ? nil : "http/1.1"))
        try client.write(ByteBuffer(string: "ping"))
        #expect(try carry(from: client, to: server) == ("ping", .needsMore))
    }

    /// No form makes a stranger's certificate good.
    @Test(arguments: HelloForm.allCases) func everyFormVerifies(_ form: HelloForm) throws {
        let other = try root.issue(CertificateRequest(names: ["other.example"]))
        let client = try makeContext(trusting: root, form: form).session(for: host, port: 443, strategy: .plain)
        let failure = try #require(throws: TLSFailure.self) { try shake(client, TestServer(other).session()) }
        guard case .certificate(let problem) = failure.cause else { throw failure }
        #expect(problem.code == Int(X509_V_ERR_HOSTNAME_MISMATCH))
    }
}
