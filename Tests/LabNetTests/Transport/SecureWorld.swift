import Testing

@testable import CensorLab
@testable import LabNet

/// An authority, servers that it vouches for, and configurations that trust it.
struct SecureWorld {
    static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    static let name = "registry.example"

    let authority: CertificateAuthority
    private let folder: ScratchFolder
    private let authorityFile: String

    init() throws {
        authority = try CertificateAuthority(named: "Test")
        folder = try ScratchFolder()
        authorityFile = try folder.write(authority.certificate, to: "ca.pem")
    }

    /// A server for names; one that needs a name answers a hello without one with alert 112.
    func server(_ names: [String] = [name], addresses: [IPAddress] = [], needsName: Bool = false) throws -> TestServer {
        try TestServer(
            authority.issue(CertificateRequest(names: names, addresses: addresses)), needsName: needsName)
    }

    /// Ordinary mode, or lab mode, which has no resolvers of its own here: tests give the candidates.
    func configuration(lab: Bool = false) -> TransportConfiguration {
        var configuration = TransportConfiguration()
        configuration.trust.authorityFile = authorityFile
        if lab { configuration.mode = .lab(ResolverList(resolvers: [])) }
        return configuration
    }

    static func address(_ literal: String, _ trust: Candidate.Trust = .trusted) throws -> Candidate {
        Candidate(address: try #require(IPAddress(literal)), trust: trust)
    }
}
