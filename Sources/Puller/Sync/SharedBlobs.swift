internal import Synchronization

/// Layers of archives that are finished, and whoever brings the rest; counts what came from him.
final class SharedBlobs: BlobSource {
    private let shelf: ArchiveShelf?
    private let source: any BlobSource
    private let fetchedBytes = Mutex<Int64>(0)

    /// - Parameter shelf: what is at hand; nil where nothing is.
    init(_ shelf: ArchiveShelf?, otherwise source: any BlobSource) {
        self.shelf = shelf
        self.source = source
    }

    /// How many bytes were fetched.
    var fetched: Int64 { fetchedBytes.withLock(\.self) }

    /// See ``BlobSource``. What has rotted on disk is fetched.
    func fetch(
        _ transfer: BlobTransfer, step: PullError.Step,
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void
    ) async throws {
        if transfer.received == 0, let holder = shelf?.holder(of: transfer.blob.digest) {
            do {
                return try await holder.fetch(transfer, step: step, retrying: retrying)
            } catch let error as PullError {
                guard try transfer.startOver() else { throw error }
            }
        }
        let before = transfer.received
        defer { fetchedBytes.withLock { $0 += max(0, transfer.received - before) } }
        try await source.fetch(transfer, step: step, retrying: retrying)
    }
}
