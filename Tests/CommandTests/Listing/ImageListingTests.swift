import Foundation
import LabNet
import Testing

@testable import Puller
@testable import docker_tar_lab

/// How an image is shown to people and to programs.
@Suite struct ImageListingTests {
    private func image(labels: String = #"{"a":"b"}"#) throws -> ImageDescription {
        let config = """
            {"architecture":"arm","variant":"v7","os":"linux","created":"2024-01-02T03:04:05Z","author":"A \\u001b[31mB",
             "config":{"User":"me","Env":["P=/x","Q=\\"q\\""],"Entrypoint":["/e"],"Cmd":["a","b \\"c\\""],
             "ExposedPorts":{"80/tcp":{}},"Volumes":{"/v":{}},"WorkingDir":"/w","Labels":\(labels),"StopSignal":"SIGQUIT"},
             "history":[{"created":"2024-01-01T00:00:00Z","created_by":"ADD x"},{"created_by":"ENV","empty_layer":true}]}
            """
        let bytes = Array(config.utf8)
        let manifest = Manifest(
            bytes: [], descriptor: Sample.layer(1, size: 5, type: MediaType.ociManifest),
            config: Sample.layer(2, size: 7), layers: [Sample.layer(3, size: 1500), Sample.layer(3, size: 1500)])
        return try ImageDescription(
            ArchivedImage(
                names: [try ImageReference(parsing: "r.example/a:1")], source: nil, index: nil, manifest: manifest,
                config: bytes, diffIDs: [Sample.digest(4), Sample.digest(4)]))
    }

    @Test(arguments: Language.allCases) func theTableHoldsEverything(language: Language) throws {
        let lines = ImageTable(image: try image(), language: language).lines
        let text = lines.joined(separator: "\n")
        for part in [
            "r.example/a:1", "\(Sample.digest(1))", "\(Sample.digest(2))", "\(Sample.digest(3))", "armv7",
            "2024-01-02T03:04:05Z", "me", "[\"/e\"]", "[\"a\", \"b \\\"c\\\"\"]", "80/tcp", "/v", "/w", "a=b",
            "SIGQUIT", "P=/x", "1.5 kB", "ADD x",
        ] { #expect(text.contains(part), "\(part)") }
        #expect(lines.contains { $0.hasPrefix("  1  2024-01-01T00:00:00Z  ADD x") })
        #expect(lines.contains { $0.hasSuffix("ENV") && !$0.contains("2  ") })
        #expect(text.contains(Sentence.layers.text(in: language)))
    }

    @Test func jsonKeepsWhatATerminalMayNotGet() throws {
        let labels = #"{"zwj":"\u200d","bidi":"\u202e","esc":"\u001b[1m","c1":"\u009b","tag":"\udb40\udc41","ok":"é中"}"#
        let lines = try JSONText.lines(of: ImageJSON(try image(labels: labels)))
        for line in lines { #expect(printable(line) == line) }
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(lines.joined(separator: "\n").utf8)) as? [String: Any])
        let read = try #require(document["labels"] as? [String: String])
        #expect(
            read == [
                "zwj": "\u{200D}", "bidi": "\u{202E}", "esc": "\u{1B}[1m", "c1": "\u{9B}", "tag": "\u{E0041}",
                "ok": "é中",
            ])
        #expect(lines.contains { $0.contains("é中") })
        #expect(document["author"] as? String == "A \u{1B}[31mB")
        #expect(document["size"] as? Int == 1500)
        #expect((document["layers"] as? [[String: Any]])?.count == 2)
        #expect(document["exposedPorts"] as? [String] == ["80/tcp"])
        #expect((document["history"] as? [[String: Any]])?.last?["emptyLayer"] as? Bool == true)
        #expect((document["platform"] as? [String: Any])?["variant"] as? String == "v7")
    }
}
