/// The blobs of an image: those whose bytes are in memory, and whoever brings the others.
struct HeldBlobs: BlobSource {
    private let held: [Digest: [UInt8]]
    private let others: any BlobSource
    private let place: String

    /// - Parameter place: what is named in the errors of what is in memory: the image.
    init(of image: ArchivedImage, others: any BlobSource, place: String) {
        var held = [image.manifest.config.digest: image.config]
        for content in image.others { held[content.descriptor.digest] = content.bytes }
        (self.held, self.others, self.place) = (held, others, place)
    }

    /// See ``BlobSource``. Memory is believed no more than the network.
    func fetch(
        _ transfer: BlobTransfer, step: PullError.Step,
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void
    ) async throws {
        guard let bytes = held[transfer.blob.digest] else {
            return try await others.fetch(transfer, step: step, retrying: retrying)
        }
        try await withTaskExecutorPreference(.blocking) {
            try await naming(step, at: place) {
                try bytes.withUnsafeBytes { try transfer.take($0, at: 0) }
                try transfer.finish()
            }
        }
    }
}
