import LabNet
import Testing

@testable import CensorLab

@Suite(.enabled(if: Program.exists("openssl"), "openssl is not installed"))
struct StrangerTests {
    private static let place = Endpoint(address: .v4(0x7F58_4203), port: 0)

    private func visit(
        _ manner: Stranger.Manner, _ arguments: [String]
    ) async throws -> (output: String, shown: [[UInt8]], events: [Event]) {
        let (entries, continuation) = AsyncStream.makeStream(of: Journal.Entry.self)
        let journal = Journal { continuation.yield($0) }
        let stranger = try await Stranger.start(manner, at: Self.place, journal: journal)
        async let visit = Program.run("openssl", ["s_client", "-connect", "\(stranger.endpoint)"] + arguments)
        // A silent stranger holds its visitor until it is stopped; the others let it go of itself.
        for await _ in entries { break }
        if case .silent = manner { await stranger.stop() }
        let result = try await visit
        await stranger.stop()
        return (result.output, stranger.shown, journal.events)
    }

    @Test func keepsWhatItIsShown() async throws {
        let seen = try await visit(.silent, ["-servername", "registry.lab.example"])
        #expect(seen.shown.count == 1)
        #expect(seen.shown.allSatisfy { $0.contains("registry.lab.example") })
        guard case .greeted(.name("registry.lab.example"), _)? = seen.events.first else {
            Issue.record("\(seen.events)")
            return
        }
    }

    @Test func keepsANamelessHelloToo() async throws {
        let seen = try await visit(.reset, ["-noservername"])
        #expect(seen.shown.map { $0.contains("lab.example") } == [false])
        #expect(seen.shown.allSatisfy { $0.first == 22 })
        #expect(seen.output.contains("errno=104"))
    }

    @Test func speaksTLSWithItsOwnCertificate() async throws {
        let request = CertificateRequest(names: ["stranger.example"], commonName: "stranger.example")
        let identity = try ServerIdentity(CertificateAuthority(named: "Somebody else").issue(request))
        let seen = try await visit(.tls(identity), ["-servername", "registry.lab.example"])
        #expect(seen.output.contains("CN = stranger.example"))
    }
}

extension [UInt8] {
    /// Whether the text stands somewhere in the bytes.
    fileprivate func contains(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        return indices.contains { self[$0...].starts(with: wanted) }
    }
}
