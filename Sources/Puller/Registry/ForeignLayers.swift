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
        _ transfer: BlobTransfer, step: PullError.Step,
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void
    ) async throws {
        do {
            return try await registry.fetch(transfer, step: step, retrying: retrying)
        } catch let error as PullError {
            guard let urls = transfer.blob.urls, !urls.isEmpty, error.saysAbsent else { throw error }
        }
        try await withTaskExecutorPreference(.blocking) {
            try await fetch(transfer, step: step, from: transfer.blob.urls ?? [], retrying: retrying)
        }
    }

    /// One address after another, each going on where the one before stopped; the last failure is the end.
    private func fetch(
        _ transfer: BlobTransfer, step: PullError.Step, from urls: [String],
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void
    ) async throws {
        let place = registry.endpoint.origin.authority
        var failure: PullError?
        var attempt = 0
        for text in urls.prefix(Self.addressLimit) {
            do {
                let realm = try Self.vetted(text, for: registry.endpoint.origin, step: step)
                var failures = 0
                var mark = transfer.received
                while let gap = transfer.nextGap() {
                    let before = transfer.received
                    do {
                        try await ask(realm, for: transfer, from: gap.lowerBound, step: step)
                    } catch {
                        if transfer.received - mark >= Self.progress { (mark, failures) = (transfer.received, 0) }
                        (failures, attempt) = (failures + 1, attempt + 1)
                        try await registry.patience.pause(
                            after: error, failures: failures, established: true,
                            hasProgressed: transfer.received > before
                        ) { retrying(attempt, $0) }
                    }
                }
                return try await naming(step, at: realm.url.origin.authority) { try transfer.finish() }
            } catch let error as PullError {
                // Who is at fault for false bytes is not known any more.
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

    private static func vetted(_ text: String, for registry: Origin, step: PullError.Step) throws -> Realm {
        do {
            return try Realm(text, for: registry)
        } catch .realmRefused(let reason) {
            throw PullError(step: step, place: registry.authority, cause: .foreignRefused(reason))
        }
    }

    /// One request without Authorization, and as much of the layer as it brings.
    private func ask(_ realm: Realm, for transfer: BlobTransfer, from offset: Int64, step: PullError.Step) async throws
    {
        let size = transfer.blob.size
        var request = HTTPRequest(url: realm.url, headers: offset > 0 ? ["Range": "bytes=\(offset)-"] : [:])
        request.reach = realm.reach
        let clock = registry.patience.clock
        try await naming(step, at: realm.url.origin.authority) {
            try await registry.transport.exchange(request) { response in
                guard response.status == 200 || (response.status == 206 && offset > 0) else {
                    throw try await Refusal(response, step: step, now: clock.secondsSince1970())
                }
                // What is known already comes again where Range is not honoured; it is passed over.
                var position = offset - (try Self.discarded(response, offset: offset, size: size))
                for try await piece in response.body {
                    try await transfer.link.rate?.pass(piece.readableBytes)
                    try piece.withUnsafeReadableBytes { try transfer.take($0, at: position) }
                    position += Int64(piece.readableBytes)
                }
                guard position == size else {
                    throw PullError.Cause.sizeMismatch(expected: size, actual: position)
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
                end: nil, size: size)
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
