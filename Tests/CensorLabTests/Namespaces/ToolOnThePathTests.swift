import Testing

@testable import CensorLab

/// What the tool does that only a path of packets can answer: disorder, and small segments.
@Suite(.serialized, .enabled(if: HostilePath.isPossible, Comment(rawValue: HostilePath.condition)))
struct ToolOnThePathTests {
    private static let (first, second6) = ("198.51.100.10", "2001:db8:10::20")

    @Test(.timeLimit(.minutes(5))) func disorderPassesABoxThatReadsInOrderOfArrival() async throws {
        try await HostilePath.with("arrival-box") { path in
            for address in [Self.first, Self.second6] {
                let result = try await path.tool("list", at: address, ["-sni", "disorder"])
                #expect(result.status == 0, "\(address) \(result.output)\(path.said.suffix(6))")
            }
            // The box was there, and had its chance.
            let burnt = try await path.tool("list", at: Self.first, ["-sni", "records+segments"])
            #expect(burnt.status == 6, "\(burnt.output)")
        }
    }

    @Test(.timeLimit(.minutes(5))) func beforeTheFirstRouterDisorderLosesAndTheToolSaysSo() async throws {
        try await HostilePath.with("first-hop-box") { path in
            for address in [Self.first, Self.second6] {
                let result = try await path.tool("list", at: address, ["-sni", "disorder"])
                #expect(result.status == 6, "\(address) \(result.output)")
                #expect(result.output.contains("disorder"), "\(result.output)")
                #expect(result.output.contains("reset"), "\(result.output)")
            }
        }
    }

    @Test(.timeLimit(.minutes(5))) func labModeFindsDisorderByItself() async throws {
        try await HostilePath.with("arrival-box-closed") { path in
            let result = try await path.tool("list", ["-lab"])
            #expect(result.status == 0, "\(result.output)\(path.said.suffix(12))")
            #expect(!path.said.contains { $0.hasSuffix("for an earlier name") })
        }
    }

    @Test(.timeLimit(.minutes(5))) func onANarrowPathSmallSegmentsPassAndLargeOnesDoNot() async throws {
        try await HostilePath.with("small-mtu") { path in
            // The manifest fits, a layer does not; how long the tool is patient is not the matter here.
            let large = try await path.tool("pull", at: Self.first, ["-sni", "plain"], patience: 10)
            #expect(large.status != 0, "\(large.output)")
            #expect(path.said.contains { $0.hasPrefix("path: a packet of") })
            let small = try await path.tool("pull", at: Self.first, ["-sni", "plain", "-mss", "900"])
            #expect(small.status == 0, "\(small.output)")
        }
    }

    /// What loopback can only imitate: a box that looks at single packets, and one that joins them. (On the narrow path a
    /// certificate as small as the lab's gets through, and what is lost then looks like a stream that freezes.)
    @Test(.timeLimit(.minutes(5)), arguments: [("packet-box", "sni"), ("sequence-box", "sni")])
    func aDiagnosisCallsRealPacketsByTheirName(scenario: String, condition: String) async throws {
        try await HostilePath.with(scenario) { path in
            let image = path.variables["IMAGE"] ?? ""
            let words = [
                HostilePath.built("docker-tar-lab"), "-action", "diagnose", "-ca-file", path.variables["CA"] ?? "",
                "-lang", "en", "-dns-servers", path.variables["DNS"] ?? "", "-control", path.variables["CONTROL"] ?? "",
                "-json", "-", image,
            ]
            let result = try await path.run(words, patience: 120)
            #expect(result.output.contains(#""condition" : "\#(condition)""#), "\(result.output)")
            #expect(result.status == 10, "\(result.output)")
            // The pull right after it finds a way, past what the diagnosis has burnt.
            let pull = try await path.tool("pull", ["-lab"])
            #expect(pull.status == 0, "\(pull.output)")
        }
    }
}
