import Foundation
import LabNet
import Testing

@testable import Puller

/// `-arch all`: everything that an index leads to, in one archive.
@Suite(.timeLimit(.minutes(1))) struct AllPlatformsTests {
    private static func request(
        _ bench: PullBench, _ name: String, platform: String = "amd64", to file: String = "out.tar"
    ) throws -> PullRequest {
        var request = try bench.request(name, platform: platform, to: file)
        request.allPlatforms = true
        return request
    }

    /// An archive's files by name. Headers here are always ustar alone.
    private static func files(_ archive: [UInt8]) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        var offset = 0
        while archive[offset] != 0 {
            let name = String(decoding: archive[offset..<(offset + 100)].prefix { $0 != 0 }, as: UTF8.self)
            let octal = String(decoding: archive[(offset + 124)..<(offset + 135)], as: UTF8.self)
            let size = try #require(Int(octal, radix: 8))
            files[name] = Array(archive[(offset + 512)..<(offset + 512 + size)])
            offset += 512 + (size + 511) / 512 * 512
        }
        return files
    }

    /// Docker writes the same with one platform in its store, and skips what it has not.
    @Test func isDockersArchiveWithTheOtherPlatformsBlobs() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        let result = try await bench.pull(registry, Self.request(bench, "127.0.0.1:5055/lab/img1:multi"))
        let ours = try Self.files(bench.bytes("out.tar"))
        let dockers = try Self.files(bench.golden("docker-29-containerd-index.tar"))
        for (name, bytes) in dockers { #expect(ours[name] == bytes, "\(name)") }
        let more = Set(ours.keys).subtracting(dockers.keys)
        #expect(more.contains("blobs/sha256/\(FakeRegistry.armManifest)"))
        #expect(!more.isEmpty && more.allSatisfy { $0.hasPrefix("blobs/sha256/") })
        for name in more {
            let bytes = try #require(ours[name])
            #expect("blobs/sha256/\(try Digester.digest(of: bytes).hex)" == name)
        }
        #expect(result.layout == .docker(keepIndex: true))
        // Each blob once, though platforms share them.
        let blobs = registry.requests.map(\.path).filter { $0.contains("/blobs/") }
        #expect(Set(blobs).count == blobs.count)
        #expect(try await SavedImage.read(bench.path("out.tar"))?.config.hex == FakeRegistry.config)
    }

    @Test func theOneInFrontIsThatOfThePlatformOrTheFirst() async throws {
        for (platform, front) in [
            ("amd64", FakeRegistry.manifest), ("armv7", FakeRegistry.armManifest), ("s390x", FakeRegistry.manifest),
        ] {
            let bench = try PullBench()
            let result = try await bench.pull(
                try FakeRegistry.golden(), Self.request(bench, "127.0.0.1:5055/lab/img1:multi", platform: platform))
            #expect(result.image.manifest.descriptor.digest.hex == front)
        }
    }

    @Test func anImageWithoutAnIndexIsAllThereIs() async throws {
        let bench = try PullBench()
        try await bench.pull(try FakeRegistry.golden(), Self.request(bench, "127.0.0.1:5055/lab/img1:single"))
        #expect(try bench.bytes("out.tar") == bench.golden("docker-29-containerd.tar"))
    }

    @Test func otherLayoutsHoldOnePlatform() async throws {
        let bench = try PullBench()
        let registry = try FakeRegistry.golden()
        var request = try Self.request(bench, "127.0.0.1:5055/lab/img1:multi")
        request.archive.layout = .docker2010(saveTime: 0)
        #expect(try await bench.cause(registry, request) == .onePlatformLayout)
        #expect(registry.requests.isEmpty)
    }

    /// An index of two images, their attestation, and one image in an index of its own.
    private static func serveMuch(in registry: FakeRegistry) throws -> (all: Set<String>, shared: Digest) {
        let shared: [UInt8] = Array("shared".utf8)
        let amd64 = try ServedImage(layers: [shared, [1]])
        let arm64 = try ServedImage(layers: [shared, [2]], platform: #""os":"linux","architecture":"arm64""#)
        let s390x = try ServedImage(layers: [[3]], platform: #""os":"linux","architecture":"s390x""#)
        for image in [amd64, arm64, s390x] { image.serve(in: registry, as: "unused") }
        let statement = Array(#"{"_type":"https://in-toto.io/Statement/v0.1"}"#.utf8)
        let config = Array("{}".utf8)
        for blob in [statement, config] {
            registry.serve(blob, as: "blobs/\(try Digester.digest(of: blob))", type: "application/octet-stream")
        }
        func json(_ bytes: [UInt8], _ type: String) throws -> String {
            #"{"mediaType":"\#(type)","digest":"\#(try Digester.digest(of: bytes))","size":\#(bytes.count)}"#
        }
        let attestation = Array(
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)","config":\#(try json(config, MediaType.ociConfig)),"layers":[\#(try json(statement, "application/vnd.in-toto+json"))]}"#
                .utf8)
        let inner = try PlatformChoiceTests.index([
            PlatformChoiceTests.entry(s390x.manifest, platform: #""os":"linux","architecture":"s390x""#)
        ])
        let index = try PlatformChoiceTests.index([
            PlatformChoiceTests.entry(amd64.manifest, platform: #""os":"linux","architecture":"amd64""#),
            PlatformChoiceTests.entry(arm64.manifest, platform: #""os":"linux","architecture":"arm64""#),
            PlatformChoiceTests.entry(attestation, platform: #""os":"unknown","architecture":"unknown""#),
            PlatformChoiceTests.entry(inner, type: MediaType.ociIndex),
        ])
        registry.serve(
            attestation, as: "manifests/\(try Digester.digest(of: attestation))", type: MediaType.ociManifest)
        registry.serve(inner, as: "manifests/\(try Digester.digest(of: inner))", type: MediaType.ociIndex)
        registry.serve(index, as: "manifests/latest", type: MediaType.ociIndex)
        let blobs = [
            index, inner, attestation, statement, config, shared, [1], [2], [3], amd64.manifest, arm64.manifest,
            s390x.manifest, amd64.config, arm64.config, s390x.config,
        ]
        return (
            Set(try blobs.map { "blobs/sha256/\(try Digester.digest(of: $0).hex)" }), try Digester.digest(of: shared)
        )
    }

    @Test func attestationsAndInnerIndexesAreThereToo() async throws {
        let bench = try PullBench()
        let registry = FakeRegistry("lab/much", speaksTLS: false)
        let (expected, shared) = try Self.serveMuch(in: registry)
        try await bench.pull(registry, Self.request(bench, "127.0.0.1:5055/lab/much"))
        let files = try Self.files(bench.bytes("out.tar"))
        #expect(Set(files.keys.filter { $0.hasPrefix("blobs/sha256/") && !$0.hasSuffix("/") }) == expected)
        #expect(registry.count("blobs/\(shared)") == 1)
        for (name, bytes) in files where expected.contains(name) {
            #expect(name == "blobs/sha256/\(try Digester.digest(of: bytes).hex)")
        }
    }

    /// What is wrong with one platform is wrong with all.
    @Test func oneBadPlatformEndsThePull() async throws {
        let other = try #require(Digest("sha256:" + String(repeating: "a", count: 64)))
        let good = try ServedImage(layers: [[1]])
        let count = try ServedImage(
            layers: [[1], [2]], platform: #""os":"linux","architecture":"arm64""#, diffIDs: [other])
        let bench = try PullBench()
        let registry = FakeRegistry("lab/bad", speaksTLS: false)
        good.serve(in: registry, as: "unused")
        count.serve(in: registry, as: "unused")
        registry.serve(
            try PlatformChoiceTests.index([
                PlatformChoiceTests.entry(good.manifest, platform: #""os":"linux","architecture":"amd64""#),
                PlatformChoiceTests.entry(count.manifest, platform: #""os":"linux","architecture":"arm64""#),
            ]), as: "manifests/latest", type: MediaType.ociIndex)
        guard case .malformed? = try await bench.cause(registry, Self.request(bench, "127.0.0.1:5055/lab/bad")) else {
            Issue.record("it was borne")
            return
        }
        registry.fail("manifests/\(try count.digest)", with: .status(404))
        guard case .notFound? = try await bench.cause(registry, Self.request(bench, "127.0.0.1:5055/lab/bad")) else {
            Issue.record("a platform was left out in silence")
            return
        }
    }

    @Test func anEndlessIndexIsLeft() async throws {
        let bench = try PullBench()
        let registry = FakeRegistry("lab/endless", speaksTLS: false)
        var entries: [String] = []
        for number in 0..<600 {
            let attestation = Array(
                #"{"schemaVersion":2,"annotations":{"n":"\#(number)"},"config":{"digest":"sha256:\#(String(repeating: "a", count: 64))","size":2},"layers":[]}"#
                    .utf8)
            registry.serve(
                attestation, as: "manifests/\(try Digester.digest(of: attestation))", type: MediaType.ociManifest)
            entries.append(
                try PlatformChoiceTests.entry(attestation, platform: #""os":"unknown","architecture":"unknown""#))
        }
        registry.serve(PlatformChoiceTests.index(entries), as: "manifests/latest", type: MediaType.ociIndex)
        let cause = try await bench.cause(registry, Self.request(bench, "127.0.0.1:5055/lab/endless"))
        #expect(cause == .malformed("an index of too many manifests"))
    }

    @Test func theFileIsCalledAll() throws {
        #expect(try ImageReference(parsing: "nginx:1.27").archiveFileName(for: nil) == "nginx_1.27_all.tar")
    }
}
