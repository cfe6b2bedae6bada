import Foundation
import Testing

@testable import Puller

/// Manifests of before 2016, and what they become.
@Suite struct Schema1ManifestTests {
    static let sample = Schema1Sample(steps: [
        .init(command: "ADD file", layer: [1, 2, 3]), .init(command: "ENV A=b"), .init(command: "RUN it", layer: [4]),
    ])

    private static func read(_ text: [UInt8]) throws -> Schema1Manifest {
        let document = try ManifestDocument(
            text, claims: .init(contentType: nil, descriptor: nil), digest: Digester.digest(of: text))
        guard case .schema1(let manifest) = document else { throw PullError.Cause.malformed("no schema 1") }
        return manifest
    }

    // MARK: what was signed

    @Test func whatWasSignedIsFoundAgain() throws {
        let text = try Self.sample.text()
        let signed = Schema1Sample.signed(text)
        #expect(signed != text)
        #expect(try SignedManifest.payload(of: signed) == text)
        // What is not signed, or no manifest of schema 1, is itself.
        for other in [
            text, Array("{}".utf8), Array("[".utf8), [], Array(#"{"schemaVersion":2,"signatures":[{}]}"#.utf8),
        ] {
            #expect(try SignedManifest.payload(of: other) == nil)
        }
    }

    @Test(arguments: [
        ["{}"], ["nonsense"], [#"{"formatLength":-1,"formatTail":"Cn0"}"#], [#"{"formatLength":0,"formatTail":"Cn0"}"#],
        [#"{"formatLength":99999999,"formatTail":"Cn0"}"#],
        [#"{"formatLength":9223372036854775808,"formatTail":"Cn0"}"#],
        [#"{"formatLength":10,"formatTail":"*"}"#],
        [#"{"formatLength":10,"formatTail":"\#(String(repeating: "A", count: 400))"}"#],
        [#"{"formatLength":10,"formatTail":"Cn0"}"#, #"{"formatLength":11,"formatTail":"Cn0"}"#],
    ])
    func signaturesOfSomethingElseAreRefused(_ headers: [String]) throws {
        let signed = Schema1Sample.signed(try Self.sample.text(), headers: headers)
        #expect {
            try SignedManifest.payload(of: signed)
        } throws: { error in
            if case .malformed? = error as? PullError.Cause { true } else { false }
        }
    }

    // MARK: the steps

    @Test func theNewestComesFirstAndIsTurnedRound() throws {
        let manifest = try Self.read(Self.sample.text())
        #expect(manifest.steps.map(\.isThrownAway) == [false, true, false])
        #expect(try manifest.layers == [Digester.digest(of: [1, 2, 3]), Digester.digest(of: [4])])
        #expect(manifest.platform == Platform(os: "linux", architecture: "amd64"))
    }

    @Test func aStepThatIsThereTwiceIsTakenOnce() throws {
        var histories = try Self.sample.histories()
        var sample = Self.sample
        histories.insert(histories[0], at: 0)
        sample.steps.insert(sample.steps[0], at: 0)
        #expect(try Self.read(sample.text(histories: histories)).steps.count == 3)
    }

    static let broken: [(String, @Sendable ([String]) -> [String])] = [
        ("no history for a layer", { Array($0.dropLast()) }), ("a history without a layer", { $0 + [$0[2]] }),
        ("a parent that is not there", { [$0[0], $0[2], $0[2]] }),
        ("a base with a parent", { [$0[1], $0[2], $0[2]] }),
        ("no JSON", { [$0[0], "x", $0[2]] }), ("no object", { [$0[0], "[]", $0[2]] }),
        ("no ID", { [$0[0].replacing(Schema1Sample.id(0), with: "../x"), $0[1], $0[2]] }),
        ("an ID of another type", { [$0[0].replacing("\"\(Schema1Sample.id(0))\"", with: "7"), $0[1], $0[2]] }),
        ("throwaway of another type", { [$0[0], $0[1].replacing("true", with: "\"yes\""), $0[2]] }),
        ("deep", { [$0[0], String(repeating: "[", count: 9999), $0[2]] }),
    ]

    @Test func brokenHistoriesAreRefused() throws {
        let histories = try Self.sample.histories()
        for (name, spoil) in Self.broken {
            #expect("\(name)") {
                try Self.read(Self.sample.text(histories: spoil(histories)))
            } throws: { error in
                if case .malformed? = error as? PullError.Cause { true } else { false }
            }
        }
        #expect(throws: PullError.Cause.self) { try Self.read(Schema1Sample(steps: []).text()) }
    }

    /// A thousand steps and more of a few bytes each.
    @Test func thereIsALimitToSteps() throws {
        let many = Schema1Sample(steps: Array(repeating: .init(command: "x", layer: [1]), count: 1025))
        #expect(throws: PullError.Cause.malformed("more than 1024 layers")) { try Self.read(many.text()) }
    }

    // MARK: the configuration

    @Test func theConfigurationIsDockersOwn() throws {
        let manifest = try Self.read(Self.sample.text())
        let diffIDs = try [Digester.digest(of: [1, 2, 3]), Digester.digest(of: [4])]
        let config = String(decoding: try manifest.config(diffIDs: diffIDs), as: UTF8.self)
        #expect(
            config
                == #"{"architecture":"amd64","config":{"Env":["A=\u003cb\u003e"],"Cmd":["sh"]},"container_config":{"Cmd":["RUN it"]},"#
                + #""created":"2020-01-03T00:00:00Z","docker_version":"20.10.24","history":["#
                + #"{"created":"2020-01-01T00:00:00Z","created_by":"ADD file"},"#
                + #"{"created":"2020-01-02T00:00:00Z","created_by":"ENV A=b","empty_layer":true},"#
                + #"{"created":"2020-01-03T00:00:00Z","created_by":"RUN it"}],"os":"linux","#
                + #""rootfs":{"type":"layers","diff_ids":["\#(diffIDs[0])","\#(diffIDs[1])"]}}"#)
        #expect(try ImageConfig(Array(config.utf8), layers: 2).diffIDs == diffIDs)
    }

    @Test func whatIsOfTheLayerAloneIsLeftOut() throws {
        var sample = Self.sample
        sample.steps[2].more =
            #","Size":7,"parent_id":"x","layer_id":"y","author":"me","comment":"why","unheard_of":1"#
        let diffIDs = try [Digester.digest(of: [1]), Digester.digest(of: [4])]
        let config = try GoJSON(parsing: Self.read(sample.text()).config(diffIDs: diffIDs))
        for name in ["id", "parent", "Size", "parent_id", "layer_id", "throwaway"] { #expect(config[name] == nil) }
        #expect(config["author"] == .text("me"))
        #expect(config["unheard_of"] == .number("1"))
        let last = config["history"]?.elements.last
        #expect(last?["author"] == .text("me"))
        #expect(last?["comment"] == .text("why"))
    }

    /// moby 20.10: what Docker before 1.8.3 wrote is read into its structs first.
    @Test(arguments: [
        ("1.8.2", true), ("1.8.3", false), ("1.10.0", false), ("", true), ("0.9", true), ("20.10.24+dfsg1", false),
    ])
    func oldConfigurationsLoseWhatDockerDoesNotKnow(_ version: String, _ isOld: Bool) throws {
        var sample = Self.sample
        sample.image = #""architecture":"arm64","os":"linux","docker_version":"\#(version)","unheard_of":1,"#
        let manifest = try Self.read(sample.text())
        let config = try GoJSON(parsing: manifest.config(diffIDs: []))
        #expect((config["unheard_of"] == nil) == isOld)
        #expect(config["architecture"] == .text("arm64"))
        #expect(manifest.platform.architecture == "arm64")
    }

    @Test func thePlatformIsTheManifestsWhereTheHistorySaysNothing() throws {
        var sample = Self.sample
        sample.image = ""
        sample.architecture = "s390x"
        #expect(try Self.read(sample.text()).platform == Platform(os: "linux", architecture: "s390x"))
    }
}
