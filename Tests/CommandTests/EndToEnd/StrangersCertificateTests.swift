import CensorLab
import Foundation
import LabNet
import Testing

/// Somebody stands before the registry with a certificate of his own: nothing is pulled, and no credential is shown to him.
@Suite(.serialized) struct StrangersCertificateTests {
    @Test(.timeLimit(.minutes(1)), arguments: [(["-lab", "-no-memory"], 6), ([], 5)])
    func itEndsInItsExitCode(mode: [String], status: Int) async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let lab = try await Lab.start(try #require(Scenario.named("intercepted")), image: .compact())
        _ = try scratch.write("ca.pem", lab.authority)
        let servers = lab.resolvers.map(\.description).joined(separator: ",")
        let outcome = try await Program.run(
            Tool.path,
            [
                "pull", lab.imageName, "-dns-servers", servers, "-ca-file", scratch.path("ca.pem"), "-output",
                scratch.path("a.tar"), "-username", "somebody",
            ] + mode, environment: ["DOCKER_TAR_LAB_PASSWORD": "a-secret-of-somebody"])
        await lab.stop()
        #expect(Int(outcome.status) == status, "\(outcome.output)\(outcome.error)")
        #expect(outcome.error.contains("certificate"))
        #expect(!FileManager.default.fileExists(atPath: scratch.path("a.tar")))
        // What is said inside TLS is not the journal's to see, but nobody got that far: no request has reached the registry.
        let requests = lab.journal.events.filter { if case .requested = $0 { true } else { false } }
        #expect(requests.isEmpty, "\(requests)")
    }
}
