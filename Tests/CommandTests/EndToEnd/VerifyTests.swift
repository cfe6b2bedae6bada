import Foundation
import Testing

/// `verify` on archives that are right and others.
@Suite(.timeLimit(.minutes(2))) struct VerifyTests {
    @Test(arguments: ["docker-20.10.tar", "docker-26.tar", "docker-28-graphdriver.tar", "docker-29-containerd.tar"])
    func whatDockerWroteIsRight(name: String) async throws {
        let path = "\(TestImage.fixtures)/golden/\(name)"
        let said = try await Tool.must(["verify", path])
        #expect(said.output.hasPrefix("\(path): all right\n"))
        #expect(said.output.contains("Docker 20.10"))
        let json = try await Tool.must(["verify", path, "-json"])
        let reports = try #require(try JSONSerialization.jsonObject(with: json.bytes) as? [[String: Any]])
        #expect(reports.count == 1)
        #expect(reports[0]["sound"] as? Bool == true)
        let engines = try #require(reports[0]["engines"] as? [[String: Any]])
        #expect(engines.count == 5)
        #expect(engines.allSatisfy { $0["loads"] as? Bool == true })
        #expect(try await Tool.must(["verify", path, "-quiet"]).output == "\(path): all right\n")
    }

    @Test func aByteThatIsWrongEndsInSeven() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        var bytes = [UInt8](try TestImage.goldenArchive("docker-20.10.tar"))
        // In the middle of the one large layer, which is most of the archive.
        bytes[bytes.count / 2] ^= 1
        try Data(bytes).write(to: scratch.url.appendingPathComponent("bad.tar"))
        let good = "\(TestImage.fixtures)/golden/docker-20.10.tar"
        let outcome = try await Tool.run([
            "verify", good, scratch.path("bad.tar"), scratch.path("none.tar"), "-lang", "en",
        ])
        #expect(outcome.status == 8, "what cannot be opened is worse")
        #expect(outcome.output.contains("\(good): all right") && outcome.output.contains("bad.tar: not what it says"))
        #expect(outcome.error.contains("none.tar"))
        #expect(try await Tool.run(["verify", scratch.path("bad.tar")]).status == 7)
    }

    /// On a terminal it is shown how far it is, and then the verdict stands in its place.
    @Test(
        .enabled(if: Program.find("script") != nil),
        arguments: [([String](), true), (["-quiet"], false), (["-json"], false)])
    func aTerminalShowsHowFarItIs(flags: [String], shows: Bool) async throws {
        let path = "\(TestImage.fixtures)/golden/docker-20.10.tar"
        let words = ([Tool.path, "verify", path, "-lang", "en"] + flags).map { "'\($0)'" }.joined(separator: " ")
        // Where JSON goes to the terminal, the progress goes to standard error, which is none here.
        let outcome = try await Program.must(
            "script", ["-q", "-e", "-c", "\(words) 2>/dev/null", "/dev/null"], environment: ["TERM": "xterm"])
        #expect(outcome.contains(": docker-20.10.tar") == shows)
        #expect(outcome.contains("Reading ") == shows)
        #expect(outcome.contains("\u{1B}[1F\u{1B}[J") == shows)
        #expect(outcome.contains(flags == ["-json"] ? "\"sound\"" : "\(path): all right"))
        let plain = try await Tool.must(["verify", path, "-lang", "en"] + flags)
        #expect(!plain.output.contains("Reading ") && plain.error.isEmpty)
    }

    @Test func whatIsNoArchiveIsSaidToBeNone() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        let path = try scratch.write("text.tar", String(repeating: "no archive\u{1B}[31m\n", count: 200))
        let outcome = try await Tool.run(["verify", path])
        #expect(outcome.status == 7)
        #expect(!outcome.output.contains("\u{1B}"))
    }
}
