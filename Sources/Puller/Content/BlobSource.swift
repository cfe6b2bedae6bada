/// Where the bytes of a blob go, each exactly once and in order; `offset` counts from the blob's beginning. It runs on the
/// pool for blocking work.
typealias BlobSink = @Sendable (_ bytes: UnsafeRawBufferPointer, _ offset: Int64) throws -> Void

/// Where the blobs of an image come from.
protocol BlobSource: Sendable {
    /// Brings what is missing of a blob, and verifies the whole of it. What was brought before it threw stays in the
    /// transfer: another source can go on with it.
    ///
    /// - Parameters:
    ///   - transfer: gets bytes that are not yet known to be right: they are when this returns.
    ///   - step: what to call it in errors.
    ///   - retrying: is told of every failure that is not the end.
    /// - Throws: `PullError`; `CancellationError`; what the transfer's target throws.
    func fetch(
        _ transfer: BlobTransfer, step: PullError.Step,
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void
    ) async throws

    /// Brings one part of a blob ahead of the rest, where that is easily done. Whatever fails here, ``fetch`` meets again.
    func bring(_ part: Range<Int64>, of transfer: BlobTransfer) async
}

extension BlobSource {
    /// Whoever has no easy way to a part brings it with the rest.
    func bring(_ part: Range<Int64>, of transfer: BlobTransfer) async {}
}
