import Foundation
import LabNet
import NIOHTTP1
import Synchronization
import Testing

@testable import Puller

/// Layers that the registry leaves to others, and digests of SHA-512.
@Suite(.timeLimit(.minutes(1))) struct ForeignLayerTests {
    private static let name = "registry.example/lab/windows"
    private static let foreignType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
    private static let base = HostilePullTests.noise(40_000)
    private static let classic = ArchiveLayout.docker2010(saveTime: 0)

    /// An image whose first layer is somewhere else.
    private static func registry(
        urls: [String], type: String = foreignType, challenge: String? = nil
    ) throws -> FakeRegistry {
        let registry = FakeRegistry("lab/windows", challenge: challenge)
        let list = urls.map { "\"\($0)\"" }.joined(separator: ",")
        var image = try ServedImage(layers: [base, [1, 2, 3]])
        let plain = #"{"mediaType":"\#(image.layers[0].mediaType)","digest":"\#(image.layers[0].digest)","size":40000}"#
        let foreign =
            #"{"mediaType":"\#(type)","digest":"\#(image.layers[0].digest)","size":40000,"urls":[\#(list)]}"#
        image.manifest = Array(String(decoding: image.manifest, as: UTF8.self).replacing(plain, with: foreign).utf8)
        image.serve(in: registry)
        registry.state.withLock { state in
            state.contents["/v2/lab/windows/blobs/\(image.layers[0].digest)"] = nil
            state.contents["/base.tar"] = (base, "application/octet-stream")
        }
        return registry
    }

    /// Requests that went to no registry.
    private static func foreign(_ registry: FakeRegistry) -> [FakeRegistry.Request] {
        registry.requests.filter { !$0.path.hasPrefix("/v2/") && $0.path != "/token" }
    }

    @Test func comesFromItsAddressWithoutACredential() async throws {
        let bench = try PullBench()
        let registry = try Self.registry(
            urls: ["https://cdn.example/base.tar"],
            challenge: #"Bearer realm="https://registry.example/token",service="s""#)
        var access = RegistryAccess()
        access.accounts.registry = .password(user: "me", Secret("secret"))
        let result = try await bench.pull(registry, bench.request(Self.name, layout: Self.classic), access: access)
        #expect(try result.image.diffIDs.first == Digester.digest(of: Self.base))
        let requests = Self.foreign(registry)
        #expect(requests.map { "\($0.origin)\($0.path)" } == ["https://cdn.example/base.tar"])
        #expect(requests.allSatisfy { $0.authorization == nil })
        #expect(registry.requests.contains { $0.authorization != nil })
    }

    @Test func theRegistryIsAskedFirst() async throws {
        let bench = try PullBench()
        let registry = try Self.registry(urls: ["https://cdn.example/base.tar"])
        registry.serve(Self.base, as: "blobs/\(try Digester.digest(of: Self.base))", type: Self.foreignType)
        try await bench.pull(registry, bench.request(Self.name, layout: Self.classic))
        #expect(Self.foreign(registry).isEmpty)
    }

    /// Layout `docker` holds such layers too, unless they are not wanted, as by `docker save`.
    @Test(arguments: [true, false]) func isFetchedWhereItIsSaved(_ isOmitted: Bool) async throws {
        let bench = try PullBench()
        let registry = try Self.registry(urls: ["https://cdn.example/base.tar"])
        var request = try bench.request(Self.name)
        request.archive.omitsForeignLayers = isOmitted
        let result = try await bench.pull(registry, request)
        #expect(Self.foreign(registry).isEmpty == isOmitted)
        #expect((result.size > Self.base.count) != isOmitted)
    }

    /// An archive that was written without them is written without them again, whatever is asked for.
    @Test func whatAnArchiveLacksIsNotLookedFor() async throws {
        let bench = try PullBench()
        var request = try bench.request(Self.name)
        request.archive.omitsForeignLayers = true
        try await bench.pull(try Self.registry(urls: ["https://cdn.example/base.tar"]), request)
        let stored = try await StoredImages.open(bench.path("out.tar"))
        var archive = ArchiveRequest(to: .file(path: bench.path("oci.tar"), replacing: .nothing))
        archive.layout = .oci(keepIndex: false)
        let result = try await Archiver().convert(stored, to: archive)
        #expect(result.images.first?.omitsForeignLayers == true)
        #expect(
            try await StoredImages.open(bench.path("oci.tar")).images.first?.manifest == stored.images.first?.manifest)
    }

    /// An ordinary type with addresses of its own: it is saved in any layout.
    @Test func anOrdinaryLayerMayHaveAddressesToo() async throws {
        let bench = try PullBench()
        let registry = try Self.registry(
            urls: ["https://cdn.example/base.tar"], type: "application/vnd.oci.image.layer.v1.tar")
        try await bench.pull(registry, bench.request(Self.name))
        #expect(Self.foreign(registry).count == 1)
    }

    /// CVE-2020-15157: whatever it asks for, it gets no credential, and nobody asks for a token.
    @Test(arguments: [#"Basic realm="x""#, #"Bearer realm="https://cdn.example/token",service="s""#])
    func a401GetsNone(_ challenge: String) async throws {
        let bench = try PullBench()
        let registry = try Self.registry(urls: ["https://cdn.example/base.tar"])
        registry.fail("/base.tar", with: .status(401, "", ["WWW-Authenticate": challenge]), lasting: true)
        var access = RegistryAccess()
        access.accounts.registry = .password(user: "me", Secret("secret"))
        do {
            try await bench.pull(registry, bench.request(Self.name, layout: Self.classic), access: access)
            Issue.record("it was had")
        } catch let error as PullError {
            #expect(error.cause == .unauthorised(status: 401, ""))
            #expect(error.place == "cdn.example")
        }
        #expect(Self.foreign(registry).count == 1)
        #expect(registry.requests.allSatisfy { $0.authorization == nil })
    }

    @Test func addressesAreTriedInTheirOrder() async throws {
        let bench = try PullBench()
        let registry = try Self.registry(
            urls: [
                "http://plain.example/base.tar", "https://gone.example/gone", "https://cdn.example/base.tar",
                "https://other.example/x",
            ])
        try await bench.pull(registry, bench.request(Self.name, layout: Self.classic))
        #expect(Self.foreign(registry).map(\.origin.authority) == ["gone.example", "cdn.example"])
    }

    @Test(arguments: [
        "http://cdn.example/base.tar", "https://127.0.0.1/base.tar", "https://169.254.169.254/base.tar",
        "https://user:pass@cdn.example/base.tar", "file:///etc/passwd", "",
    ])
    func addressesThatMayNotBeAskedAreNot(_ url: String) async throws {
        let bench = try PullBench()
        let registry = try Self.registry(urls: [url])
        guard case .foreignRefused? = try await bench.cause(registry, bench.request(Self.name, layout: Self.classic))
        else {
            Issue.record("it was asked")
            return
        }
        #expect(Self.foreign(registry).isEmpty)
    }

    @Test func withoutAnAddressTheRegistrysWordStands() async throws {
        let bench = try PullBench()
        let registry = try Self.registry(urls: [])
        #expect(
            try await bench.cause(registry, bench.request(Self.name, layout: Self.classic))
                == .notFound("unknown to the fake"))
    }

    static let borne: [(String, [FakeRegistry.Fault])] = [
        ("cut", [.cut(after: 20_000), .cut(after: 10_000)]), ("Range ignored", [.cut(after: 20_000), .ignoresRange()]),
        ("503", [.status(503)]), ("truncated", [.truncated(to: 100)]),
    ]

    @Test(arguments: borne) func troubleIsBorne(_ name: String, _ faults: [FakeRegistry.Fault]) async throws {
        let bench = try PullBench()
        let registry = try Self.registry(urls: ["https://cdn.example/base.tar"])
        registry.state.withLock { $0.faults["/base.tar"] = faults }
        try await bench.pull(registry, bench.request(Self.name, layout: Self.classic))
        #expect(registry.state.withLock { $0.faults["/base.tar"] ?? [] }.isEmpty)
    }

    @Test func anAddressThatGivesUpIsFollowedByTheNextWhereItStopped() async throws {
        let bench = try PullBench()
        let registry = try Self.registry(urls: ["https://one.example/base.tar", "https://two.example/base.tar"])
        registry.fail("/base.tar", with: .cut(after: 20_000), .status(403))
        try await bench.pull(registry, bench.request(Self.name, layout: Self.classic))
        #expect(Self.foreign(registry).map(\.range) == [nil, "bytes=20000-", "bytes=20000-"])
        #expect(Self.foreign(registry).last?.origin.authority == "two.example")
    }

    @Test(arguments: [FakeRegistry.Fault.flipped(100), .longer, .truncated(to: 0), .status(404)])
    func wrongBytesEndThePull(_ fault: FakeRegistry.Fault) async throws {
        let bench = try PullBench()
        let registry = try Self.registry(urls: ["https://cdn.example/base.tar"])
        registry.fail("/base.tar", with: fault, lasting: true)
        #expect(try await bench.cause(registry, bench.request(Self.name, layout: Self.classic)) != nil)
    }

    // MARK: SHA-512

    @Test(arguments: [ArchiveLayout.docker(keepIndex: false), .docker2010(saveTime: 0)])
    func digestsOfSHA512FromEndToEnd(_ layout: ArchiveLayout) async throws {
        let bench = try PullBench()
        let registry = FakeRegistry("lab/long", speaksTLS: false)
        let image = try ServedImage(layers: [Self.base, [7]], algorithm: .sha512)
        image.serve(in: registry)
        let digest = try Digester.digest(.sha512, of: image.manifest)
        registry.serve(image.manifest, as: "manifests/\(digest)", type: MediaType.ociManifest)
        let result = try await bench.pull(registry, bench.request("127.0.0.1:5055/lab/long@\(digest)", layout: layout))
        #expect(result.image.manifest.descriptor.digest == digest)
        #expect(result.image.manifest.layers.allSatisfy { $0.digest.algorithm == .sha512 })

        registry.fail("blobs/\(image.layers[0].digest)", with: .flipped(9))
        guard
            case .digestMismatch(let expected, _)? = try await bench.cause(
                registry, bench.request("127.0.0.1:5055/lab/long", layout: layout))
        else {
            Issue.record("a flipped byte was borne")
            return
        }
        #expect(expected == image.layers[0].digest)
    }
}
