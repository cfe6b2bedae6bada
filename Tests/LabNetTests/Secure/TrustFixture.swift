import Foundation
import LabNet
import Testing

@testable import CensorLab

/// A folder for one test, gone when the test is.
final class ScratchFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("secure-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file, folders included, and gives its path.
    func write(_ text: String, to name: String) throws -> String {
        let file = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }
}

/// A context that trusts one authority and nobody else.
func makeContext(
    trusting authority: CertificateAuthority, pins: [String] = [], form: HelloForm = .standard
) throws -> TLSContext {
    let folder = try ScratchFolder()
    var trust = TrustConfiguration()
    for pin in try pins.map({ try CertificatePin($0) }) { trust.pins[pin.key] = pin.digest }
    return try TLSContext(
        trust: trust, environment: ["SSL_CERT_FILE": folder.write(authority.certificate, to: "ca.pem")],
        registries: folder.path, form: form)
}

func parse(_ text: String) throws -> LabNet.Host { try #require(Host(text)) }
