internal import LabNet
internal import NIOCore
internal import NIOHTTP1

/// A registry's blobs, and those layers that it leaves to others (OCI image-spec descriptor.md, `urls`; Docker's
/// foreign layers, which Windows images have).
///
/// The registry is asked first: most have them today. The addresses come from whoever wrote the manifest, so they are
/// vetted like token servers, and they see no credential whatever they answer (CVE-2020-15157).
struct ForeignLayers: BlobSource {
    let registry: RegistryClient

    /// See ``BlobSource``.
    func fetch(
        _ blob: Descriptor, step: PullError.Step,
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void, into sink: @escaping BlobSink
    ) async throws {
        do {
            return try await registry.fetch(blob, step: step, retrying: retrying, into: sink)
        } catch let error as PullError {
            guard let urls = blob.urls, !urls.isEmpty, error.saysAbsent else { throw error }
        }
        try await withTaskExecutorPreference(.blocking) {
            try await fetch(blob, step: step, from: blob.urls ?? [], retrying: retrying, into: sink)
        }
    }

    /// One address after another, each going on where the one before stopped; the last failure is the end.
    private func fetch(
        _ blob: Descriptor, step: PullError.Step, from urls: [String],
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void, into sink: @escaping BlobSink
    ) async throws {
        let place = registry.endpoint.origin.authority
        let content = try await naming(step, at: place) { try VerifiedContent(blob) }
        var failure: PullError?
        var attempt = 0
        for text in urls.prefix(Self.addressLimit) {
            do {
                let url = try Self.vetted(text, for: registry.endpoint.origin, step: step)
                var failures = 0
                var mark = content.received
                while content.received < blob.size {
                    let before = content.received
                    do {
                        try await ask(url, for: blob, content, step: step, sink)
                    } catch {
                        if content.received - mark >= Self.progress { (mark, failures) = (content.received, 0) }
                        (failures, attempt) = (failures + 1, attempt + 1)
                        try await registry.patience.pause(
                            after: error, failures: failures, established: true,
                            hasProgressed: content.received > before
                        ) { retrying(attempt, $0) }
                    }
                }
                // Bytes that are wrong cannot be taken back: no other address can help then.
                return try await naming(step, at: url.origin.authority) { try content.finish() }
            } catch let error as PullError {
                if case .digestMismatch = error.cause { throw error }
                // A disk that fails does so with any address.
                guard error.step == step else { throw error }
                failure = error
            }
        }
        throw failure ?? PullError(step: step, place: place, cause: .notFound(""))
    }

    /// A manifest could name thousands.
    private static let addressLimit = 8

    /// Fewer bytes than these over `RetryPolicy.attempts` failures are none, as with a registry.
    private static let progress: Int64 = 16 << 10

    private static func vetted(_ text: String, for registry: Origin, step: PullError.Step) throws -> HTTPURL {
        do {
            return try Realm.vetted(text, for: registry)
        } catch .realmRefused(let reason) {
            throw PullError(step: step, place: registry.authority, cause: .foreignRefused(reason))
        }
    }

    /// One request without Authorization, and as much of the layer as it brings.
    private func ask(
        _ url: HTTPURL, for blob: Descriptor, _ content: VerifiedContent, step: PullError.Step,
        _ sink: @escaping BlobSink
    ) async throws {
        let offset = content.received
        let request = HTTPRequest(url: url, headers: offset > 0 ? ["Range": "bytes=\(offset)-"] : [:])
        let clock = registry.patience.clock
        try await naming(step, at: url.origin.authority) {
            try await registry.transport.exchange(request) { response in
                guard response.status == 200 || (response.status == 206 && offset > 0) else {
                    throw try await Refusal(response, step: step, now: clock.secondsSince1970())
                }
                var discard = try Self.discarded(response, offset: offset, size: blob.size)
                for try await var piece in response.body {
                    let skipped = Int(min(discard, Int64(piece.readableBytes)))
                    piece.moveReaderIndex(forwardBy: skipped)
                    discard -= Int64(skipped)
                    guard piece.readableBytes > 0 else { continue }
                    let position = content.received
                    try piece.withUnsafeReadableBytes { bytes in
                        try content.update(bytes)
                        try sink(bytes, position)
                    }
                }
                guard content.received == blob.size else {
                    throw PullError.Cause.sizeMismatch(expected: blob.size, actual: content.received)
                }
            }
        }
    }

    private static func discarded(
        _ response: HTTPResponse, offset: Int64, size: Int64
    ) throws(PullError.Cause) -> Int64 {
        do {
            return try BlobRange.discarded(
                status: response.status, contentRange: response.headers.first(name: "Content-Range"), offset: offset,
                size: size)
        } catch {
            throw error.cause
        }
    }
}

extension PullError {
    /// Whether a server says that it does not have what was asked for, or never will give it.
    fileprivate var saysAbsent: Bool {
        switch cause {
        case .notFound: true
        case .status(let status, _): status == 410 || status == 451
        default: false
        }
    }
}
