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

    /// With a cache, what had come is moved there, and the same command goes on with it.
    @Test func anInterruptedPullGoesOnWithTheNextOne() async throws {
        let registry = try await SecureRegistry(
            name: "localhost", repositories: ["demo/big"], bytesPerSecond: 8_000_000)
        try await registry.push(try await TestImage.big(), to: "demo/big")
        let (scratch, caches) = (try Scratch(), try Scratch())
        defer {
            scratch.remove()
            caches.remove()
        }
        let records = caches.path("docker-tar-lab/blobs")
        let environment = [
            "DOCKER_TAR_LAB_PASSWORD": SecureRegistry.password, "XDG_CACHE_HOME": caches.path,
        ]
        let arguments = [
            "pull", "\(registry.host)/demo/big", "-ca-file", registry.certificates.authority, "-username",
            SecureRegistry.user, "-connections", "8", "-output", scratch.path("a.tar"), "-log", caches.path("log"),
        ]
        let outcome = try await Tool.run(
            arguments, environment: environment,
            whileRunning: { process in
                // A line of the record for each MiB: some have come.
                while process.isRunning, !Self.text(in: records).contains("have") {
                    try await Task.sleep(for: .milliseconds(20))
                }
                kill(process.processIdentifier, SIGINT)
            })
        #expect(outcome.status == 130 && outcome.error.contains("kept for the next run"))
        #expect(scratch.listing.isEmpty)
        #expect(caches.listing.contains { $0.hasSuffix(".data") })
        try await Tool.must(arguments, environment: environment)
        #expect(scratch.listing == ["a.tar"])
        #expect(caches.text("log").contains("are here from an earlier pull"))
        #expect(!caches.listing.contains { $0.hasSuffix(".data") || $0.hasSuffix(".partial") })
    }

    private static func text(in folder: String) -> String {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.map { (try? String(contentsOfFile: folder + "/" + $0, encoding: .utf8)) ?? "" }.joined()
    }
}
