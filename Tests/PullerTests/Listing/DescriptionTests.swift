import Foundation
import NIOHTTP1
import Testing

@testable import Puller

/// What an image is said to be, by its registry.
@Suite(.timeLimit(.minutes(1))) struct DescriptionTests {
    private func description(
        _ registry: FakeRegistry, _ name: String, for platform: String? = nil
    ) async throws -> ImageDescription {
        let puller = try PullBench().puller(registry)
        return try await puller.description(
            of: try ImageReference(parsing: "127.0.0.1:5055/lab/\(name)"),
            for: try platform.map { try Platform(parsing: $0) })
    }

    @Test func anIndexShowsThePlatformThatIsUsual() async throws {
        let registry = try FakeRegistry.golden()
        let image = try await description(registry, "img1:multi")
        #expect(image.target.digest == Digest("sha256:\(FakeRegistry.index)"))
        #expect(image.manifest.digest == Digest("sha256:\(FakeRegistry.manifest)"))
        #expect(image.config?.digest == Digest("sha256:\(FakeRegistry.config)"))
        #expect(image.platforms.map(\.platform.listName) == ["amd64", "armv7"])
        #expect(image.layers.count == 4)
        #expect(image.layers.first?.blob.digest == Digest("sha256:\(FakeRegistry.layers[0])"))
        #expect(image.layers.allSatisfy { $0.diffID != nil })
        #expect(registry.requests.allSatisfy { !$0.path.hasSuffix(FakeRegistry.layers[0]) }, "no layer is fetched")
    }

    @Test func anotherPlatformOfItIsShownWhereItIsAskedFor() async throws {
        let image = try await description(try FakeRegistry.golden(), "img1:multi", for: "armv7")
        #expect(image.manifest.digest == Digest("sha256:\(FakeRegistry.armManifest)"))
        #expect(image.layers.count == 2)
        let error = await #expect(throws: PullError.self) {
            try await description(try FakeRegistry.golden(), "img1:multi", for: "s390x")
        }
        guard case .noSuchPlatform(_, let available)? = error?.cause else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(available.count == 2)
    }

    @Test func aSingleImageOfAnyPlatformIsShown() async throws {
        let image = try await description(try FakeRegistry.golden(), "img1:arm")
        #expect(image.configuration.platform.listName == "armv7")
        #expect(image.target.digest == image.manifest.digest)
        #expect(image.platforms.map(\.digest) == [image.manifest.digest])
        await #expect(throws: PullError.self) {
            try await description(try FakeRegistry.golden(), "img1:arm", for: "amd64")
        }
    }

    @Test func theConfigurationIsReadWhole() async throws {
        let image = try await description(try FakeRegistry.golden(), "img1:single").configuration
        let url = FakeRegistry.goldenFolder.appending(path: "image/blobs/sha256/\(FakeRegistry.config)")
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
        let settings = try #require(document["config"] as? [String: Any])
        #expect(image.created == document["created"] as? String)
        #expect(image.author == document["author"] as? String)
        #expect(image.environment == settings["Env"] as? [String])
        #expect(image.entrypoint == settings["Entrypoint"] as? [String])
        #expect(image.command == settings["Cmd"] as? [String])
        #expect(image.labels == settings["Labels"] as? [String: String])
        #expect(image.user == settings["User"] as? String)
        #expect(image.workingFolder == settings["WorkingDir"] as? String)
        #expect(image.ports == (settings["ExposedPorts"] as? [String: Any])?.keys.sorted())
        #expect(image.volumes == (settings["Volumes"] as? [String: Any])?.keys.sorted())
        #expect(image.stopSignal == settings["StopSignal"] as? String)
        #expect(image.history.count == (document["history"] as? [Any])?.count)
        #expect(image.history.count { !$0.isEmpty } == 4)
        #expect(!image.labels.isEmpty && !image.ports.isEmpty && !image.environment.isEmpty)
    }

    @Test(arguments: [
        (#"{"config":{"Cmd":"sh -c x","Entrypoint":null,"Env":[null,"A=b"],"Labels":{"a":null,"b":"c"}}}"#, true),
        ("{}", true), (#"{"config":null,"history":null}"#, true), ("[]", false), (#"{"config":[]}"#, false),
        (#"{"config":{"Cmd":[1]}}"#, false), ("", false),
    ])
    func oddConfigurationsAreReadOrRefused(text: String, isReadable: Bool) throws {
        let read = Result { try ImageConfiguration(Array(text.utf8)) }
        switch read {
        case .success(let configuration):
            #expect(isReadable)
            #expect(configuration.platform.os == "linux")
            if text.contains("Cmd") {
                #expect(configuration.command == ["sh -c x"])
                #expect(configuration.environment == ["A=b"])
                #expect(configuration.labels == ["b": "c"])
            }
        case .failure: #expect(!isReadable)
        }
    }

    @Test func anImageOfSchema1IsShownWithoutItsLayers() async throws {
        let sample = Schema1Sample(steps: [
            .init(command: "ADD file", layer: Array("one".utf8)), .init(command: "ENV A=b", layer: nil),
        ])
        let registry = FakeRegistry("lab/old")
        registry.serve(
            try sample.text(), as: "manifests/latest", type: "application/vnd.docker.distribution.manifest.v1+json")
        let layer = sample.blob(0)
        let digest = try Digester.digest(of: layer)
        registry.serve(layer, as: "blobs/\(digest)", type: "application/octet-stream")
        let image = try await description(registry, "old")
        #expect(image.config == nil)
        #expect(image.layers.map(\.blob.digest) == [digest])
        #expect(image.layers.map(\.blob.size) == [3])
        #expect(image.configuration.environment == ["A=<b>"])
        #expect(image.configuration.history.map(\.createdBy) == ["ADD file", "ENV A=b"])
        #expect(image.configuration.history.map(\.isEmpty) == [false, true])
        #expect(registry.requests.allSatisfy { $0.method != .GET || !$0.path.contains("/blobs/") })
    }
}
