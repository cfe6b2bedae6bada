import Foundation
import LabNet
import Testing

@testable import CensorLab

/// The lab in namespaces, and the tool in it. Other people's programs judge the packets.
@Suite(.serialized, .enabled(if: HostilePath.isPossible, Comment(rawValue: HostilePath.condition)))
struct NamespaceLabTests {
    private static let (first, second) = ("198.51.100.10", "198.51.100.20")
    private static let (first6, second6) = ("2001:db8:10::10", "2001:db8:10::20")

    @Test(.timeLimit(.minutes(5)), arguments: ["ip4", "ip6"]) func onAClearPathEverythingPasses(family: String)
        async throws
    {
        try await HostilePath.with("clear") { path in
            let result = try await path.tool("pull", ["-lab", "-network", family])
            #expect(result.status == 0, "\(result.output)")
            #expect(path.said.contains { $0.hasPrefix("registry: GET /blobs/") })
            #expect(!path.said.contains { $0.hasPrefix("box:") || $0.hasPrefix("injector:") })
        }
    }

    @Test(.timeLimit(.minutes(5))) func noForgedAnswerIsBelieved() async throws {
        try await HostilePath.with("poisoned-dns") { path in
            let result = try await path.tool("list", ["-lab"])
            #expect(result.status == 0, "\(result.output)")
            #expect(!path.said.contains { $0.hasPrefix("stranger") })
            for hopLimit in [60, 120, 63] {
                #expect(path.said.contains { $0.hasPrefix("injector:") && $0.contains("hop limit \(hopLimit):") })
            }
            // Whoever takes the first answer meets the stranger.
            let ordinary = try await path.tool("list", [])
            #expect(ordinary.status == 5, "\(ordinary.output)")
            #expect(path.said.contains { $0.hasPrefix("stranger") })
        }
    }

    /// A way of sending a hello to one address, and how the command ends.
    struct Attempt: Sendable, CustomTestStringConvertible {
        var scenario: String
        /// In order; a name that is read burns its address.
        var steps: [(address: String, strategy: String, status: Int32)]
        var testDescription: String { scenario }
    }

    private static let attempts = [
        Attempt(
            scenario: "packet-box",
            steps: [
                (first, "plain", 6), (first, "segments", 0), (first, "records", 0), (first6, "plain", 6),
                (first6, "records+segments", 0),
            ]),
        Attempt(
            scenario: "segment-box",
            steps: [
                (first, "plain", 6), (second, "records", 0), (first6, "segments", 6), (second6, "records+segments", 0),
            ]),
        Attempt(
            scenario: "arrival-box",
            steps: [(first, "records", 6), (second, "omit", 0), (first6, "records+segments", 6), (second6, "omit", 0)]),
        Attempt(scenario: "silent-box", steps: [(first, "plain", 6), (second, "omit", 0)]),
    ]

    @Test(.timeLimit(.minutes(5)), arguments: attempts) func eachBoxLetsThroughWhatItCannotRead(attempt: Attempt)
        async throws
    {
        try await HostilePath.with(attempt.scenario) { path in
            for step in attempt.steps {
                let result = try await path.tool("list", at: step.address, ["-sni", step.strategy])
                #expect(result.status == step.status, "\(step) \(result.output)\(path.said.suffix(8))")
            }
            #expect(!path.said.contains { $0.hasSuffix("for an earlier name") })
        }
    }

    @Test(.timeLimit(.minutes(5))) func afterANameEveryConnectionToThatEndpointDies() async throws {
        try await HostilePath.with("segment-box") { path in
            for (strategy, status) in [("plain", 6), ("records", 6), ("omit", 6)] as [(String, Int32)] {
                let result = try await path.tool("list", at: Self.first, ["-sni", strategy])
                #expect(result.status == status, "\(strategy) \(result.output)")
            }
            #expect(path.said.contains { $0.hasSuffix("reset, for an earlier name") })
            let elsewhere = try await path.tool("list", at: Self.second, ["-sni", "omit"])
            #expect(elsewhere.status == 0, "\(elsewhere.output)")
        }
    }

    @Test(.timeLimit(.minutes(5))) func whereNothingCanPassTheToolSaysSo() async throws {
        try await HostilePath.with("no-way") { path in
            let result = try await path.tool("list", ["-lab"])
            #expect(result.status == 6, "\(result.output)")
            #expect(!path.said.contains { $0.hasPrefix("registry: GET") })
        }
    }
}
