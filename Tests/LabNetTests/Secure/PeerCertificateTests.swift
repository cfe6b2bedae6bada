import COpenSSL
import Foundation
import Testing

@testable import CensorLab
@testable import LabNet

@Suite struct PeerCertificateTests {
    /// Names of kinds that are no strings stand in certificates too, and whoever is in the middle can send one: they are
    /// passed over, whatever lies in their memory.
    @Test(.enabled("openssl is not installed") { Daemon.exists("/usr/bin/openssl") })
    func namesOfOtherKindsArePassedOver() throws {
        let folder = try ScratchFolder()
        let settings = """
            [req]
            distinguished_name = name
            x509_extensions = extensions
            [name]
            [extensions]
            subjectAltName = dirName:directory,RID:1.2.3.4,otherName:1.2.3.4;UTF8:other,DNS:registry.example,IP:192.0.2.1
            [directory]
            CN = somebody
            """
        let (path, certificate) = (try folder.write(settings, to: "openssl.cnf"), folder.path + "/certificate.pem")
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        openssl.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=stranger",
            "-config", path, "-keyout", "/dev/null", "-out", certificate,
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        try #require(openssl.terminationStatus == 0)
        let x509 = try PEM.certificate(try String(contentsOfFile: certificate, encoding: .utf8))
        defer { X509_free(x509) }
        #expect(PeerCertificate(borrowing: x509)?.names == ["registry.example", "192.0.2.1"])
    }
}
