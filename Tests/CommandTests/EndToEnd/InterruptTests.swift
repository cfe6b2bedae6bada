import Foundation
import Testing

/// A pull that is ended from outside leaves nothing behind and says so by its code.
@Suite(.serialized)
struct InterruptTests {
    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalInMidPullEndsIn130AndLeavesNothing(signal: Int32) async throws {
        let registry = try await SecureRegistry(
            name: "localhost", repositories: ["demo/big"], bytesPerSecond: 2_000_000)
        try await registry.push(try await TestImage.big(), to: "demo/big")
        let scratch = try Scratch()
        defer { scratch.remove() }
        let outcome = try await Tool.run(
            [
                "pull", "\(registry.host)/demo/big", "-ca-file", registry.certificates.authority, "-username",
                SecureRegistry.user, "-output", scratch.path("a.tar"),
            ], environment: ["DOCKER_TAR_LAB_PASSWORD": SecureRegistry.password],
            whileRunning: { process in
                // The partial file shows that bytes are on their way.
                while scratch.listing.isEmpty && process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
                kill(process.processIdentifier, signal)
            })
        #expect(outcome.status == 130, "\(outcome.output)\(outcome.error)")
        #expect(scratch.listing.isEmpty)
    }
}
