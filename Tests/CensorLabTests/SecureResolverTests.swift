import Foundation
import LabNet
import Testing

@testable import CensorLab

/// Resolvers behind TLS, asked by dig.
@Suite(.enabled(if: Program.exists("dig"), "dig (bind9-dnsutils) is not installed"))
struct SecureResolverTests {
    private static let name = "registry.lab.example"
    private static let place = Endpoint(address: .v4(127 << 24 | 53 << 8 | 20), port: 0)

    /// dig's output for a question to a resolver of this carrier; it trusts the authority in `ca.pem`.
    private func ask(
        over carrier: SecureResolver.Carrier, journal: Journal = Journal(), address: IPAddress = place.address,
        _ options: String...
    ) async throws -> String {
        let authority = try CertificateAuthority(named: "test")
        let identity = try ServerIdentity(authority.issue(CertificateRequest(addresses: [address])))
        let resolver = try await SecureResolver.start(
            .init(truth: .zone(Zone([Self.name: .addresses([.v4(0x7F58_0A01)])]))), over: carrier,
            behind: TLSDoor(identity: identity), at: Self.place, journal: journal)
        let result = try await withFolder { folder in
            let file = folder.appending(path: "ca.pem").path
            try authority.certificate.write(toFile: file, atomically: true, encoding: .utf8)
            return try await Program.run(
                "dig",
                [
                    "@\(Self.place.address)", "-p", "\(resolver.endpoint.port)", "+short", "+tries=1",
                    "+tls-ca=\(file)", Self.name,
                ] + options)
        }
        await resolver.stop()
        return result.output
    }

    @Test func digAsksOverTLS() async throws {
        let journal = Journal()
        #expect(try await ask(over: .tls, journal: journal, "+tls") == "127.88.10.1\n")
        let carriers = journal.events.compactMap { if case .asked(_, _, let carrier) = $0 { carrier } else { nil } }
        #expect(carriers == [.tls])
    }

    @Test func digRefusesACertificateForAnotherAddress() async throws {
        #expect(try await !ask(over: .tls, address: .v4(1), "+tls").hasPrefix("127.88.10.1"))
    }

    /// dig speaks HTTP/2 alone, so curl posts the query.
    @Test(.enabled(if: Program.exists("curl"), "curl is not installed"))
    func curlAsksOverHTTPS() async throws {
        let authority = try CertificateAuthority(named: "test")
        let identity = try ServerIdentity(authority.issue(CertificateRequest(addresses: [Self.place.address])))
        let resolver = try await SecureResolver.start(
            .init(truth: .zone(Zone([Self.name: .addresses([.v4(0x7F58_0A01)])]))), over: .https(path: "/dns-query"),
            behind: TLSDoor(identity: identity), at: Self.place)
        let base = "https://\(resolver.endpoint)"
        let statuses = try await withFolder { folder in
            let (file, query) = (folder.appending(path: "ca.pem"), folder.appending(path: "query"))
            let answer = folder.appending(path: "answer")
            try authority.certificate.write(to: file, atomically: true, encoding: .utf8)
            try Data(Query.bytes(Self.name, id: 0)).write(to: query)
            let type = ["-H", "Content-Type: application/dns-message"]
            let common = ["-sS", "--cacert", file.path, "-w", "%{http_code} %{content_type}"]
            let right = common + ["-o", answer.path, "--data-binary", "@\(query.path)"]
            var said: [String] = []
            for arguments in [
                right + type + [base + "/dns-query"], right + type + [base + "/other"], right + [base + "/dns-query"],
                common + ["-o", "/dev/null", base + "/dns-query"],
            ] {
                said.append(try await Program.run("curl", arguments).output)
                guard said.count == 1 else { continue }
                let message = try [UInt8](Data(contentsOf: answer))
                #expect(message.count > 40 && Array(message.prefix(8)) == [0, 0, 0x81, 0x80, 0, 1, 0, 1])
                #expect(message.contains([0x7F, 0x58, 0x0A, 0x01]))
            }
            return said
        }
        await resolver.stop()
        #expect(statuses == ["200 application/dns-message", "404 ", "415 ", "405 "])
    }
}

extension [UInt8] {
    /// Whether these bytes stand somewhere in a row.
    fileprivate func contains(_ bytes: [UInt8]) -> Bool { firstRange(of: bytes) != nil }
}
