import NIOCore
import NIOHTTP1
import Testing

@testable import CensorLab
@testable import LabNet

/// A man in the middle before a whole transport whose request carries a credential: he gets to see nothing of it.
@Suite(.timeLimit(.minutes(1))) struct ManInTheMiddleTests {
    private let world: SecureWorld
    private let stranger: CertificateAuthority
    private let log = ObservationLog()

    init() throws {
        world = try SecureWorld()
        stranger = try CertificateAuthority(named: "stranger")
    }

    private static let names = BadCertificate.all.filter { IPAddress($0.host) == nil }
    private static let addresses = [
        BadCertificate(testDescription: "name in place of the address", code: 64, host: "127.0.0.1") { trusted, _ in
            try trusted.issue(CertificateRequest(names: ["127.0.0.1"], commonName: "127.0.0.1"))
        },
        BadCertificate(testDescription: "another address", code: 64, host: "127.0.0.1") { trusted, _ in
            try trusted.issue(CertificateRequest(addresses: [BadCertificate.address("127.0.0.2")]))
        },
    ]

    private static let policies: [ServerNamePolicy?] = [nil, .always(.plain), .always(.omit), .always(.disorder)]

    @Test(arguments: names + addresses, policies)
    func nothingIsAcceptedAndNothingSent(_ bad: BadCertificate, _ policy: ServerNamePolicy?) async throws {
        let server = try TestServer(bad.make(world.authority, stranger))
        for isLab in [true, false] {
            try await Middleman.run(tls: server, { { _ in .wait } }) { (middle) async throws in
                var configuration = world.configuration(lab: isLab)
                configuration.serverName = policy
                let transport = try Transport.testing(
                    configuration, resolver: TableResolver([bad.host: [SecureWorld.address("127.0.0.1")]]), log: log)
                let url = try #require(HTTPURL("https://\(bad.host):\(middle.endpoint.port)/v2/"))
                var request = HTTPRequest(method: .GET, url: url)
                request.authorization = Secret("Bearer credential")
                do {
                    _ = try await transport.exchange(request) { response in
                        Issue.record("status \(response.status) from a man in the middle")
                    }
                } catch let error as NetworkError {
                    let problems = ([error] + error.attempts).compactMap { error -> Int? in
                        if case .certificate(let problem) = error.cause { problem.code } else { nil }
                    }
                    #expect(!problems.isEmpty && problems.allSatisfy { $0 == Int(bad.code) })
                    #expect(
                        ([error] + error.attempts).allSatisfy { $0.cause == .allAttemptsFailed || $0.strategy != nil })
                    #expect(error.showsInterference)
                }
                #expect(middle.connections > 0)
                #expect(middle.heard.allSatisfy { $0.isEmpty }, "plaintext has come through")
                #expect(try openSockets(to: middle.endpoint) == 0)
            }
        }
    }
}
