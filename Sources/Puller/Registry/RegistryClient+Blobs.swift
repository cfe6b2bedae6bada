internal import LabNet
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

extension RegistryClient: BlobSource {
    /// See ``BlobSource``. A connection that breaks is followed by another, which goes on where the first one stopped.
    func fetch(
        _ blob: Descriptor, step: PullError.Step,
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void, into sink: @escaping BlobSink
    ) async throws {
        try await withTaskExecutorPreference(.blocking) {
            let content = try await naming(step, at: endpoint.origin.authority) { try VerifiedContent(blob) }
            var usesRange = true
            var failures = 0
            var retries = 0
            var mark: Int64 = 0
            while content.received < blob.size {
                let before = content.received
                do {
                    try await ask(for: blob, from: content, usesRange: usesRange, step: step, sink)
                } catch let unusable as BlobRange.Unusable where usesRange {
                    usesRange = false
                    retries += 1
                    retrying(retries, unusable.error(step, endpoint))
                } catch {
                    let error = (error as? BlobRange.Unusable)?.error(step, endpoint) ?? error
                    // Somebody who cuts every connection is borne as long as they bring something.
                    if content.received - mark >= Self.progress { (mark, failures) = (content.received, 0) }
                    (failures, retries) = (failures + 1, retries + 1)
                    if content.received == blob.size, Refusal(from: error)?.error.mayPass(established: true) == true {
                        break
                    }
                    let attempt = retries
                    try await patience.pause(
                        after: error, failures: failures, established: true, hasProgressed: content.received > before
                    ) { retrying(attempt, $0) }
                }
            }
            try await naming(step, at: endpoint.origin.authority) { try content.finish() }
        }
    }

    /// Fewer bytes than these over `RetryPolicy.attempts` failures are none: an attacker could go on for ever with one at a
    /// time. Boxes that freeze streams let 16 to 20 kB pass each time, the handshake included.
    private static let progress: Int64 = 16 << 10

    /// Fetches a blob that is held in memory.
    ///
    /// - Throws: `PullError`, `.malformed` for one over `limit`.
    func fetch(_ blob: Descriptor, step: PullError.Step, upTo limit: Int) async throws -> [UInt8] {
        guard blob.size <= Int64(limit) else {
            throw PullError(
                step: step, place: endpoint.origin.authority, cause: .malformed("more than \(limit) bytes"))
        }
        let bytes = Mutex<[UInt8]>([])
        try await fetch(blob, step: step, retrying: { _, _ in }) { piece, _ in
            bytes.withLock { $0.append(contentsOf: piece) }
        }
        return bytes.withLock { $0 }
    }

    /// One request, and as much of the blob as it brings.
    private func ask(
        for blob: Descriptor, from content: VerifiedContent, usesRange: Bool, step: PullError.Step,
        _ sink: @escaping BlobSink
    ) async throws {
        let offset = usesRange ? content.received : 0
        let known = content.received
        let headers: HTTPHeaders = offset > 0 ? ["Range": "bytes=\(offset)-"] : [:]
        let statuses: Set<Int> = usesRange && offset > 0 ? [200, 206, 416] : [200, 206]
        try await get(endpoint.blob(blob.digest), headers: headers, accepting: statuses, step: step) { response in
            let place = response.url.origin.authority
            var discard = try BlobRange.discarded(
                status: response.status, contentRange: response.headers.first(name: "Content-Range"), offset: offset,
                size: blob.size)
            // Without a Range, all that is known comes again.
            if offset == 0 { discard = known }
            try await naming(step, at: place) {
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
                // A true end of the body, and yet not the end of the blob.
                guard content.received == blob.size else {
                    throw PullError.Cause.sizeMismatch(expected: blob.size, actual: content.received)
                }
            }
        }
    }
}

extension BlobRange.Unusable {
    fileprivate func error(_ step: PullError.Step, _ endpoint: RegistryEndpoint) -> PullError {
        PullError(step: step, place: endpoint.origin.authority, cause: cause)
    }
}
