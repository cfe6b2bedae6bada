import CensorLab
import Foundation
import Testing

@testable import Diagnosis

/// A local proxy's range of addresses has to be this machine's. It is in a network namespace of one's own, and there this
/// test runs once more.
struct TunnelTests {
    /// Set for the test that runs inside.
    private static let mark = "LAB_INSIDE_NAMESPACE"
    private static let isInside = ProcessInfo.processInfo.environment[mark] != nil

    @Test(.timeLimit(.minutes(2)), .enabled("user namespaces are not allowed here") { try await canMakeNamespaces() })
    func aLocalProxyIsCalledOne() async throws {
        guard Self.isInside else {
            let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path
            let words = ["--testing-library", "swift-testing", "--filter", "TunnelTests"]
            let result = try await Self.inNamespace([own] + words)
            return #expect(
                result.status == 0 && result.output.contains("aLocalProxyIsCalledOne() passed"), "\(result.output)")
        }
        let scenario = try #require(Scenario.named(LabelledScenario.tunnel.name))
        try await LabelledLab.run(scenario) { lab in
            try await LabelledScenariosTests.check(.tunnel, in: lab)
        }
    }

    @Test(.enabled(if: !isInside)) func elsewhereTheLabSaysWhatItWants() async throws {
        let scenario = try #require(Scenario.named(LabelledScenario.tunnel.name))
        await #expect(throws: LabFailure.self) { try await Lab.start(scenario, image: .compact()) }
    }

    private static func canMakeNamespaces() async throws -> Bool {
        if isInside { return true }
        return try await inNamespace(["true"]).status == 0
    }

    /// Runs a program where 198.18.0.0/15 is this machine's.
    private static func inNamespace(_ command: [String]) async throws -> (status: Int32, output: String) {
        let preparation = #"ip link set lo up && ip route add local 198.18.0.0/15 dev lo && exec "$0" "$@""#
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/timeout")
        process.arguments = ["-k", "1", "100", "unshare", "-r", "-n", "sh", "-c", preparation] + command
        process.environment = ProcessInfo.processInfo.environment.merging([mark: "1"]) { $1 }
        process.standardInput = FileHandle.nullDevice
        // A file holds any amount of output; a pipe that nobody empties would stop the program.
        let output = FileManager.default.temporaryDirectory.appending(path: "namespace-\(UUID().uuidString)")
        guard FileManager.default.createFile(atPath: output.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        defer { try? FileManager.default.removeItem(at: output) }
        let handle = try FileHandle(forWritingTo: output)
        (process.standardOutput, process.standardError) = (handle, handle)
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return (status, String(decoding: try Data(contentsOf: output), as: UTF8.self))
    }
}
