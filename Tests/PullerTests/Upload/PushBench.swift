import LabNet
import NIOHTTP1
import Synchronization

@testable import Puller

/// Blobs in memory as a source, which counts what is asked of it.
final class MemoryBlobs: BlobSource {
    let blobs: [Digest: [UInt8]]
    let asked = Mutex<[Digest]>([])

    init(_ contents: [[UInt8]]) throws {
        var blobs: [Digest: [UInt8]] = [:]
        for bytes in contents { blobs[try Digester.digest(of: bytes)] = bytes }
        self.blobs = blobs
    }

    private init(_ blobs: [Digest: [UInt8]]) { self.blobs = blobs }

    /// The same, with the last bit of one blob turned over.
    func spoiling(_ digest: Digest) -> MemoryBlobs {
        var blobs = blobs
        if var bytes = blobs[digest], let last = bytes.indices.last {
            bytes[last] ^= 1
            blobs[digest] = bytes
        }
        return MemoryBlobs(blobs)
    }

    func fetch(
        _ transfer: BlobTransfer, step: PullError.Step,
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void
    ) async throws {
        asked.withLock { $0.append(transfer.blob.digest) }
        guard let bytes = blobs[transfer.blob.digest] else {
            throw PullError(step: step, place: "memory", cause: .notFound(""))
        }
        try await withTaskExecutorPreference(.blocking) {
            try await naming(step, at: "memory") {
                var offset = 0
                while offset < bytes.count {
                    let piece = bytes[offset..<min(offset + 100_003, bytes.count)]
                    try piece.withUnsafeBytes { try transfer.take($0, at: Int64(offset)) }
                    offset += piece.count
                }
                try transfer.finish()
            }
        }
    }
}

/// An image that is made for one push, and all that is needed for it.
struct PushBench {
    let bench: PullBench
    let image: ArchivedImage
    let source: MemoryBlobs
    let events = Recorder()

    /// What was reported.
    final class Recorder: Sendable {
        let all = Mutex<[PushEvent]>([])
    }

    /// - Parameters:
    ///   - sizes: of the layers.
    ///   - names: of the image, where it comes from.
    init(layers sizes: [Int], names: [String] = ["registry.example/team/app:1"], seed: UInt8 = 0) throws {
        bench = try PullBench()
        let contents = sizes.enumerated().map { Noise.bytes($1, seed: seed &+ UInt8($0)) }
        let served = try ServedImage(layers: contents)
        let configDigest = try Digester.digest(of: served.config)
        let config = Descriptor(
            mediaType: MediaType.ociConfig, digest: configDigest, size: Int64(served.config.count))
        let manifest = Manifest(
            bytes: served.manifest,
            descriptor: Descriptor(
                mediaType: MediaType.ociManifest, digest: try served.digest, size: Int64(served.manifest.count)),
            config: config, layers: served.layers)
        let references = try names.map { try ImageReference(parsing: $0) }
        image = ArchivedImage(
            names: references, source: references.first, index: nil, manifest: manifest, config: served.config,
            diffIDs: served.layers.map(\.digest))
        source = try MemoryBlobs(contents)
    }

    static func destination(
        _ text: String = "127.0.0.1:5055/mirror", access: RegistryAccess = RegistryAccess()
    ) throws -> PushDestination {
        try PushDestination(parsing: text, access: access)
    }

    func puller(_ registry: any HTTPExchanging) -> Puller {
        Puller(transport: registry, access: RegistryAccess(), patience: bench.patience, standardOutput: -1)
    }

    @discardableResult
    func push(
        _ images: [ArchivedImage]? = nil, from source: (any BlobSource)? = nil, into registry: any HTTPExchanging,
        at destination: PushDestination? = nil, jobs: Int = 4
    ) async throws -> PushResult {
        let stock = ImageStock(images: images ?? [image], blobs: source ?? self.source)
        return try await puller(registry).push(stock, to: try destination ?? Self.destination(), jobs: jobs) { event in
            events.all.withLock { $0.append(event) }
        }
    }

    func failure(_ body: () async throws -> some Any) async -> PullError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? PullError
        }
    }
}
