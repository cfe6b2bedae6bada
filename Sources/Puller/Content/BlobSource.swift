/// Where the bytes of a blob go, each exactly once and in order; `offset` counts from the blob's beginning. It runs on the
/// pool for blocking work.
typealias BlobSink = @Sendable (_ bytes: UnsafeRawBufferPointer, _ offset: Int64) throws -> Void

/// Where the blobs of an image come from.
protocol BlobSource: Sendable {
    /// Fetches a blob and verifies it while it arrives.
    ///
    /// - Parameters:
    ///   - step: what to call it in errors.
    ///   - retrying: is told of every failure that is not the end.
    ///   - sink: gets bytes that are not yet known to be right: they are when this returns.
    /// - Throws: `PullError`; `CancellationError`; what `sink` throws.
    func fetch(
        _ blob: Descriptor, step: PullError.Step,
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void, into sink: @escaping BlobSink
    ) async throws
}
