import Foundation
import LabNet
import NIOCore
import Synchronization
import Testing

@testable import CensorLab
@testable import Puller

/// Whole pulls through boxes that cut or freeze every stream, from a registry that redirects to a storage host.
@Suite(.timeLimit(.minutes(2))) struct CutPullTests {
    private static let hosts = ["registry.lab.example", "auth.lab.example", "storage.lab.example"]

    /// What the boxes at the registry's two addresses do.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var cuts: [TLSBox.Cut?]
        var layer: Int

        init(_ name: String, _ cuts: TLSBox.Cut?..., layer: Int) {
            (testDescription, self.cuts, self.layer) = (name, cuts, layer)
        }
    }

    private static func cut(_ bytes: Int, _ action: TLSBox.Action) -> TLSBox.Cut {
        TLSBox.Cut(afterBytes: bytes, action: action)
    }

    @Test(arguments: [
        Case("reset at 200 kB", cut(200_000, .reset), cut(200_000, .reset), layer: 2_000_000),
        Case("frozen at 200 kB", cut(200_000, .blackhole), cut(200_000, .blackhole), layer: 2_000_000),
        Case("reset at 20 kB", cut(20_000, .reset), cut(20_000, .reset), layer: 200_000),
        Case("frozen at 20 kB", cut(20_000, .blackhole), cut(20_000, .blackhole), layer: 200_000),
        Case("one address frozen at 20 kB, one clear", cut(20_000, .blackhole), nil, layer: 2_000_000),
        Case("one address only, reset at 200 kB", cut(200_000, .reset), layer: 2_000_000),
    ])
    func pullEndsWithTheRightBytes(_ test: Case) async throws {
        let image = try Self.image(layer: test.layer)
        let journal = Journal()
        let waits = Mutex<[Duration]>([])
        let watch = Watch()
        try await Self.withWorld(image, test.cuts, journal) { configuration, port, folder in
            let transport = Watching(transport: try Transport(configuration), watch: watch)
            var clock = PullClock.system
            clock.sleep = { wait in
                waits.withLock { $0.append(wait) }
                try Task.checkCancellation()
            }
            let puller = Puller(
                transport: transport, access: RegistryAccess(), patience: Patience(clock: clock), standardOutput: -1)
            let output = folder.appending(path: "out.tar").path
            let result = try await puller.pull(
                PullRequest(
                    reference: ImageReference(parsing: "\(Self.hosts[0]):\(port)/a/b:c"),
                    platform: Platform(os: "linux", architecture: "amd64"),
                    output: .file(path: output, replacing: .nothing)))
            #expect(result.path == output)
            let archive = try Data(contentsOf: URL(filePath: output))
            for (digest, blob) in image.blobs {
                #expect(archive.range(of: Data(blob.readableBytesView)) != nil, "\(digest)")
            }
        }
        // A stream that was cut while it ran is taken up at once; the first bytes of a connection may be lost with it.
        #expect(waits.withLock(\.self).isEmpty)
        #expect(watch.bytes == image.size)
        let asked = journal.events.compactMap { event -> (path: String, status: Int)? in
            guard case .requested(_, _, let path, let status) = event, path.contains("/blobs/") else { return nil }
            return (path, status)
        }
        // Every connection asked the registry where the blob is, for a signature of its own.
        #expect(asked.count { $0.status == 307 } == asked.count { $0.path.hasPrefix("/blobs/") })
        let cuts = journal.events.count { if case .cut = $0 { true } else { false } }
        #expect(cuts > 0)
    }

    /// An image of one platform with one layer that does not get smaller by gzip.
    private static func image(layer size: Int) throws -> LabImage {
        var state: UInt64 = 88_172_645_463_325_252
        let noise = (0..<size).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state)
        }
        let layer = try LabImage.Layer([LayerFile(path: "noise", content: .bytes(noise, isExecutable: false))])
        let platform = Platform(os: "linux", architecture: "amd64")
        return try LabImage(
            repository: "a/b", tag: "c", variants: [LabImage.Variant(platform: platform, layers: [layer])])
    }

    /// A registry with its storage, and boxes before it, at whose addresses clients find it.
    private static func withWorld(
        _ image: LabImage, _ cuts: [TLSBox.Cut?], _ journal: Journal,
        _ body: (TransportConfiguration, UInt16, URL) async throws -> Void
    ) async throws {
        let authority = try CertificateAuthority(named: "test")
        let identity = try ServerIdentity(authority.issue(CertificateRequest(names: hosts)))
        var rules = LabRegistry.Rules(tls: TLSDoor(identity: identity))
        (rules.tokenHost, rules.blobHost) = (hosts[1], hosts[2])
        let behind = Endpoint(address: .v4(0x7F57_0001), port: 0)
        let registry = try await LabRegistry.start(rules, images: [image], at: behind, journal: journal)
        let port = registry.endpoint.port
        var boxes: [TLSBox] = []
        for (number, cut) in cuts.enumerated() {
            var rules = TLSBox.Rules(reader: .records, names: [])
            rules.cut = cut
            let place = Endpoint(address: .v4(0x7F57_0102 + UInt32(number)), port: port)
            boxes.append(try await TLSBox.start(rules, at: place, before: registry.endpoint, journal: journal))
        }
        var configuration = TransportConfiguration()
        configuration.mode = .lab(ResolverList(resolvers: []))
        configuration.timeouts.proving = .milliseconds(300)
        configuration.timeouts.idle = .milliseconds(500)
        for host in hosts { configuration.overrides[host] = boxes.map(\.endpoint.address) }
        do {
            try await withFolder { folder in
                let file = folder.appending(path: "ca.pem").path
                try authority.certificate.write(toFile: file, atomically: true, encoding: .utf8)
                configuration.trust.authorityFile = file
                try await body(configuration, port, folder)
            }
        } catch {
            Issue.record(error)
        }
        for box in boxes { await box.stop() }
        await registry.stop()
    }
}

/// What passes from a transport to the pipeline: the bytes of all blobs.
private final class Watch: Sendable {
    private let count = Mutex(0)
    var bytes: Int { count.withLock(\.self) }
    func add(_ bytes: Int) { count.withLock { $0 += bytes } }
}

/// A transport, and whatever of blobs comes through it.
private struct Watching: HTTPExchanging {
    let transport: Transport
    let watch: Watch

    func exchange<Value: Sendable>(
        _ request: HTTPRequest, _ receive: @Sendable (HTTPResponse) async throws -> Value
    ) async throws -> Value {
        try await transport.exchange(request) { [watch] response in
            guard response.url.target.hasPrefix("/blobs/") else { return try await receive(response) }
            var watched = response
            watched.body = HTTPBody(
                response.body.map { piece in
                    watch.add(piece.readableBytes)
                    return piece
                })
            return try await receive(watched)
        }
    }
}
