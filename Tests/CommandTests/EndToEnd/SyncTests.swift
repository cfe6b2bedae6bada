import Foundation
import Testing

/// Many images out of Debian's registry into a folder, and into an OCI layout.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct SyncTests {
    /// The registry, and what its images' names begin with.
    private static let registry = Task {
        let port = try Loopback.freePort()
        let (server, base) = (try await RealServer.registry(port: port), "127.0.0.1:\(port)/lab")
        for number in 0..<20 {
            try await Program.must(
                "skopeo",
                [
                    "copy", "--preserve-digests", "--dest-tls-verify=false",
                    "oci:\(TestImage.golden):\(number % 2 == 0 ? "single" : "multi")",
                    "docker://\(base)/img\(number):v1",
                ] + (number % 2 == 0 ? [] : ["--all"]))
        }
        return (server, base)
    }

    /// How often layers have been asked for, by the registry's own log.
    private func blobsServed(_ server: Server) -> Int {
        server.scratch.text("log").matches(of: /"GET \/v2\/[^ ]*\/blobs\//).count
    }

    private func rows(_ outcome: Outcome) throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: outcome.bytes) as? [[String: Any]])
    }

    @Test func twentyImagesOneOfThemMissing() async throws {
        let (server, base) = try await Self.registry.value
        defer { withExtendedLifetime(server) {} }
        let scratch = try Scratch()
        defer { scratch.remove() }
        let names = (0..<20).map { "\(base)/img\($0) v1 # number \($0)" }
        let list = try scratch.write("list.txt", "# all\n\(names.joined(separator: "\n"))\n\(base)/gone\n")
        let words = ["sync", list, "-plain-http", "-output", scratch.path("out"), "-json", "-no-cache"]
        let first = try await Tool.run(words)
        #expect(first.status == 3, "what is missing is told, and nothing worse has happened")
        #expect(first.error.contains("gone"))
        let outcomes = try rows(first)
        #expect(outcomes.count == 21)
        #expect(outcomes.count { $0["outcome"] as? String == "done" } == 20)
        #expect(outcomes.last?["outcome"] as? String == "failed")
        // All twenty have the layers of the first.
        #expect(outcomes.dropFirst(2).allSatisfy { $0["bytesFetched"] as? Int == 0 })
        #expect((outcomes[0]["bytesFetched"] as? Int ?? 0) > 0)
        let files = try FileManager.default.contentsOfDirectory(atPath: scratch.path("out"))
        #expect(files.count == 20 && files.allSatisfy { $0.hasSuffix("_v1_amd64.tar") })
        // Each is what a pull alone writes.
        let alone = scratch.path("alone.tar")
        try await Tool.must(["pull", "\(base)/img7:v1", "-plain-http", "-output", alone])
        let synced = scratch.path("out") + "/\(base.replacing(/[:\/]/, with: "_"))_img7_v1_amd64.tar"
        #expect(try Data(contentsOf: URL(filePath: synced)) == Data(contentsOf: URL(filePath: alone)))

        let served = blobsServed(server)
        let again = try await Tool.run(words)
        #expect(again.status == 3)
        #expect(try rows(again).count { $0["outcome"] as? String == "present" } == 20)
        // Configurations are asked for, layers are not.
        #expect(blobsServed(server) - served == 20)
    }

    @Test func killedTwiceItEndsWithAllOfThem() async throws {
        let (server, base) = try await Self.registry.value
        defer { withExtendedLifetime(server) {} }
        let scratch = try Scratch()
        defer { scratch.remove() }
        let list = try scratch.write("l.txt", (0..<20).map { "\(base)/img\($0):v1\n" }.joined())
        let words = ["sync", list, "-plain-http", "-output", scratch.path("out") + "/", "-quiet"]
        let environment = ["XDG_CACHE_HOME": scratch.path("cache")]
        for wanted in [4, 11] {
            let killed = try await Tool.run(words, environment: environment) { process in
                // As soon as so many archives stand there.
                while process.isRunning, try finished(scratch).count < wanted {
                    try await Task.sleep(for: .milliseconds(2))
                }
                kill(process.processIdentifier, SIGKILL)
            }
            #expect(killed.status == SIGKILL || killed.status == 0)
        }
        let before = try finished(scratch)
        #expect(before.count >= 11)
        let times = try before.map { try modified(scratch.path("out") + "/" + $0) }
        let served = blobsServed(server)
        let last = try await Tool.must(words, environment: environment)
        // Twenty configurations; every layer is in an archive that was finished.
        #expect(blobsServed(server) - served == 20)
        #expect(last.output.split(separator: "\n").count == 20)
        #expect(try finished(scratch).count == 20)
        #expect(
            try before.map { try modified(scratch.path("out") + "/" + $0) } == times,
            "what was whole is not written again")
        let hidden = try FileManager.default.contentsOfDirectory(atPath: scratch.path("out")).filter {
            $0.hasPrefix(".")
        }
        #expect(hidden.isEmpty)
    }

    private func finished(_ scratch: Scratch) throws -> [String] {
        guard FileManager.default.fileExists(atPath: scratch.path("out")) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: scratch.path("out"))
            .filter { $0.hasSuffix(".tar") && !$0.hasPrefix(".") }.sorted()
    }

    private func modified(_ path: String) throws -> Date? {
        try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    }

    @Test func intoOneLayoutThatSkopeoReads() async throws {
        let (server, base) = try await Self.registry.value
        defer { withExtendedLifetime(server) {} }
        let scratch = try Scratch()
        defer { scratch.remove() }
        let compose = """
            services:
              one: {image: "${R:?set it}/img0:${TAG:-v1}"}
              two:
                image: $R/img2:v1   # the same layers
              own: {build: .}
            """
        let file = try scratch.write("compose.yml", compose)
        let words = ["sync", file, "-plain-http", "-format", "oci-dir", "-output", scratch.path("layout")]
        let refused = try await Tool.run(words)
        #expect(refused.status == 2 && refused.error.contains("set it"))
        _ = try scratch.write(".env", "R=\(base)\n")
        let outcome = try await Tool.must(words)
        #expect(outcome.output.contains("2 done") && outcome.error.contains("own"))
        let index = try #require(
            try JSONSerialization.jsonObject(
                with: Data(contentsOf: URL(filePath: scratch.path("layout/index.json")))) as? [String: Any])
        #expect((index["manifests"] as? [Any])?.count == 2)
        let again = try await Tool.must(words)
        #expect(again.output.contains("0 done, 2 there already"))
    }
}
