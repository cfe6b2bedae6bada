import Foundation
import LabNet
import NIOHTTP1
import Synchronization
import Testing

@testable import Puller

/// Pulls of schema 1: what nobody says about the layers is found out, and verified all the same.
@Suite(.timeLimit(.minutes(1))) struct Schema1PullTests {
    static let sample = Schema1Sample(steps: [
        .init(command: "ADD file", layer: noise(5000)), .init(command: "ENV A=b"), .init(command: "ENV C=d"),
        .init(command: "RUN it", layer: noise(9000)), .init(command: "again", layer: noise(5000)),
    ])
    static let name = "127.0.0.1:5055/lab/old"

    static func noise(_ count: Int) -> [UInt8] { HostilePullTests.noise(count) }

    private static func registry(_ sample: Schema1Sample = sample, type: String = MediaType.schema1[0]) throws
        -> FakeRegistry
    {
        let registry = FakeRegistry("lab/old", speaksTLS: false)
        try sample.serve(in: registry, type: type)
        return registry
    }

    @Test(arguments: MediaType.schema1 + ["application/json", "text/plain"])
    func becomesAnImageOfToday(_ type: String) async throws {
        let bench = try PullBench()
        let registry = try Self.registry(type: type)
        let result = try await bench.pull(registry, bench.request(Self.name))
        let image = result.image
        let layers = try [5000, 9000, 5000].map { try Digester.digest(of: Self.noise($0)) }
        #expect(image.manifest.layers.map(\.digest) == layers)
        #expect(image.manifest.layers.map(\.size) == [5000, 9000, 5000])
        #expect(image.diffIDs == layers)
        #expect(try Digester.digest(of: image.config) == image.manifest.config.digest)
        // What was made is what any reader makes of it.
        let read = try ManifestDocument(
            image.manifest.bytes, claims: .init(contentType: MediaType.dockerManifest, descriptor: nil),
            digest: Digester.digest(of: image.manifest.bytes))
        #expect(read == .image(image.manifest))
        #expect(try ImageConfig(image.config, layers: 3).diffIDs == layers)
        // Each blob once, the empty one never, and its size before.
        let blobs = registry.requests.filter { $0.path.contains("/blobs/") }
        #expect(blobs.map(\.method).filter { $0 == .HEAD }.count == 2)
        #expect(blobs.count == 4)
        #expect(try bench.files() == ["out.tar"])
        let saved = try #require(await SavedImage.read(bench.path("out.tar")))
        #expect(saved.config == image.manifest.config.digest)
        #expect(saved.platform == Platform(os: "linux", architecture: "amd64"))
    }

    @Test func inflatesForTheClassicLayout() async throws {
        let bench = try PullBench()
        let gzip = try compressed(Self.noise(70_000), .gzip)
        let registry = try Self.registry(Schema1Sample(steps: [.init(command: "ADD", layer: gzip)]))
        for layout in [ArchiveLayout.docker(keepIndex: false), .docker2010(saveTime: 0)] {
            let result = try await bench.pull(registry, bench.request(Self.name, layout: layout))
            #expect(result.image.diffIDs == [try Digester.digest(of: Self.noise(70_000))])
            #expect(
                result.image.manifest.layers.map(\.mediaType) == ["application/vnd.docker.image.rootfs.diff.tar.gzip"])
        }
    }

    /// Sizes are known when the first byte comes, and each layer is reported once.
    @Test func theProgressIsThatOfAnyPull() async throws {
        let bench = try PullBench()
        try await bench.pull(Self.registry(), bench.request(Self.name))
        let events = bench.events.withLock { $0 }
        let planned = events.compactMap { if case .planned(let layers) = $0 { layers } else { nil } }
        #expect(planned.map { $0.map(\.size) } == [[5000, 9000, 5000]])
        let verified = events.compactMap { if case .verified(let layer) = $0 { layer } else { nil } }
        #expect(verified.sorted() == [0, 1, 2])
        #expect(events.count { $0 == .assembling } == 1)
    }

    @Test func theDigestIsThatOfWhatWasSigned() async throws {
        let bench = try PullBench()
        let registry = try Self.registry()
        let digest = try Digester.digest(of: Self.sample.text())
        try await bench.pull(registry, bench.request("\(Self.name)@\(digest)", to: "a.tar"))
        registry.fail("manifests/latest", with: .field("Docker-Content-Digest", "\(digest)"))
        try await bench.pull(registry, bench.request(Self.name, to: "b.tar"))

        // The digest of the whole document is nobody's.
        let whole = try Digester.digest(of: Schema1Sample.signed(Self.sample.text()))
        registry.serve(
            Schema1Sample.signed(try Self.sample.text()), as: "manifests/\(whole)", type: MediaType.schema1[0])
        let cause = try await bench.cause(registry, bench.request("\(Self.name)@\(whole)", to: "c.tar"))
        #expect(cause == .digestMismatch(expected: whole, actual: digest))
        // A byte of what was signed.
        registry.fail("manifests/\(digest)", with: .flipped(40))
        guard
            case .digestMismatch? = try await bench.cause(
                registry, bench.request("\(Self.name)@\(digest)", to: "c.tar"))
        else {
            Issue.record("a flipped byte was borne")
            return
        }
    }

    @Test func anotherPlatformIsNotTaken() async throws {
        let bench = try PullBench()
        let registry = try Self.registry()
        let cause = try await bench.cause(registry, bench.request(Self.name, platform: "arm64"))
        guard case .noSuchPlatform(_, let available)? = cause else {
            Issue.record("\(String(describing: cause))")
            return
        }
        #expect(available.map(\.platform.listName) == ["amd64"])
        #expect(registry.count("/blobs/") == 0)
        let listed = try await bench.puller(registry).platforms(of: ImageReference(parsing: Self.name))
        #expect(listed == available)
    }

    static let borne: [(String, HTTPMethod, FakeRegistry.Fault)] = [
        ("a layer that is cut", .GET, .cut(after: 3000)), ("503", .GET, .status(503)),
        ("503 to HEAD", .HEAD, .status(503)),
        ("no HEAD", .HEAD, .status(405)), ("a HEAD that is not signed", .HEAD, .status(403)),
        ("a size that is not said", .HEAD, .unmeasured),
        ("a size that is no number", .HEAD, .field("Content-Length", "x")),
        ("a size below nothing", .HEAD, .field("Content-Length", "-9000")),
    ]

    @Test(arguments: borne) func troubleIsBorne(_ name: String, _ method: HTTPMethod, _ fault: FakeRegistry.Fault)
        async throws
    {
        let bench = try PullBench()
        let registry = try Self.registry()
        let blob = "blobs/\(try Digester.digest(of: Self.noise(9000)))"
        registry.fail(blob, method: method, with: fault)
        let result = try await bench.pull(registry, bench.request(Self.name))
        #expect(result.image.manifest.layers.map(\.size) == [5000, 9000, 5000])
    }

    @Test func wrongBytesAreRefused() async throws {
        for fault in [FakeRegistry.Fault.flipped(100), .longer, .truncated(to: 100)] {
            let bench = try PullBench()
            let registry = try Self.registry()
            let blob = "blobs/\(try Digester.digest(of: Self.noise(9000)))"
            registry.fail(blob, with: fault, lasting: true)
            switch try await bench.cause(registry, bench.request(Self.name)) {
            case .digestMismatch?, .sizeMismatch?: break
            case let other: Issue.record("\(String(describing: other))")
            }
        }
    }

    /// A size that is too small or too large is found out, whoever says it.
    @Test(arguments: ["8999", "9001"]) func aWrongSizeEndsThePull(_ size: String) async throws {
        let bench = try PullBench()
        let registry = try Self.registry()
        let blob = "blobs/\(try Digester.digest(of: Self.noise(9000)))"
        registry.fail(blob, method: .HEAD, with: .field("Content-Length", size))
        guard case .sizeMismatch? = try await bench.cause(registry, bench.request(Self.name)) else {
            Issue.record("it was borne")
            return
        }
    }

    @Test func aLayerThatCannotBeInflatedEndsThePull() async throws {
        let bench = try PullBench()
        let cut = Array(try compressed(Self.noise(9000), .gzip).dropLast(20))
        let registry = try Self.registry(Schema1Sample(steps: [.init(command: "ADD", layer: cut)]))
        guard case .undecodable? = try await bench.cause(registry, bench.request(Self.name)) else {
            Issue.record("it was borne")
            return
        }
    }

    @Test func aLayerThatIsNotThereEndsThePullWithTheServersWords() async throws {
        let bench = try PullBench()
        let registry = try Self.registry()
        registry.state.withLock { state in
            for path in state.contents.keys where path.contains("/blobs/") { state.contents[path] = nil }
        }
        #expect(try await bench.cause(registry, bench.request(Self.name)) == .notFound("unknown to the fake"))
    }

    /// No more than the limit, and no more than the disk has.
    @Test(
        arguments: [
            ([Int64(64) << 30], Int64.max, nil), ([100, 200], 300, nil),
            ([Int64(64) << 30, 1], .max, PullError.Cause.malformed("more than 64 GiB of layers")),
            ([.max, .max], .max, .malformed("more than 64 GiB of layers")),
            ([100, 201], 300, .noRoom(needed: 301, available: 300)), ([1], 0, .noRoom(needed: 1, available: 0)),
        ] as [([Int64], Int64, PullError.Cause?)])
    func whatIsSpooledIsBounded(_ sizes: [Int64], _ room: Int64, _ cause: PullError.Cause?) throws {
        let digest = try Digester.digest(of: [])
        let blobs = sizes.map { Descriptor(mediaType: "", digest: digest, size: $0) }
        var found: PullError.Cause?
        do throws(PullError.Cause) { try SpooledBlobs.refuse(blobs, beyond: room) } catch { found = error }
        #expect(found == cause)
    }

    @Test func goesToStandardOutputToo() async throws {
        let bench = try PullBench()
        let registry = try Self.registry()
        try await bench.pull(registry, bench.request(Self.name))
        let written = try FileHandle(
            forWritingTo: {
                let url = bench.folder.appending(path: "piped.tar")
                try Data().write(to: url)
                return url
            }())
        var request = try bench.request(Self.name)
        request.archive.output = .standardOutput
        _ = try await bench.puller(registry, standardOutput: written.fileDescriptor).pull(request)
        #expect(try bench.bytes("piped.tar") == bench.bytes("out.tar"))
    }

    /// The server's word for a size is checked before anything is fetched.
    @Test(arguments: [Int64(65) << 30, .max])
    func sizesBeyondTheLimitAreRefusedAtOnce(_ size: Int64) async throws {
        let bench = try PullBench()
        let registry = try Self.registry()
        let blob = "blobs/\(try Digester.digest(of: Self.noise(9000)))"
        registry.fail(blob, method: .HEAD, with: .field("Content-Length", "\(size)"))
        let cause = try await bench.cause(registry, bench.request(Self.name))
        #expect(cause == .malformed("more than 64 GiB of layers"))
        #expect(!registry.requests.contains { $0.method == .GET && $0.path.contains("/blobs/") })
    }

    /// What servers say of sizes is summed before it can be refused, and where it is only shown.
    @Test func sizesBeyondAnySumDoNotEndTheProgram() async throws {
        let registry = try Self.registry()
        for layer in try [5000, 9000].map({ try Digester.digest(of: Self.noise($0)) }) {
            registry.fail("blobs/\(layer)", method: .HEAD, with: .field("Content-Length", "\(Int64.max)"))
        }
        let bench = try PullBench()
        let image = try await bench.puller(registry).description(of: bench.request(Self.name).references[0], for: nil)
        #expect(image.size == .max)
    }
}
