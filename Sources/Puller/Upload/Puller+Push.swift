extension Puller {
    /// Pushes images into a registry, with the digests that they have: whoever pulls them there gets the same bytes.
    ///
    /// A blob that the registry has is not sent, nor is what a name stands for already. Every blob is verified while it is
    /// read, and does not become whole over there before it is known to be right.
    ///
    /// - Parameters:
    ///   - jobs: how many blobs are sent at a time.
    ///   - progress: is told of what happens.
    /// - Throws: `PullError` at the first failure; `CancellationError`. What was pushed before stays.
    func push(
        _ stock: ImageStock, to destination: PushDestination, jobs: Int = 4,
        progress: @escaping @Sendable (PushEvent) -> Void = { _ in }
    ) async throws -> PushResult {
        let run = RegistryPush(
            to: destination, over: transport, patience: patience, transfer: archiver.transfer, jobs: jobs)
        var images: [PushedImage] = []
        for image in stock.images { images += try await run.push(image, from: stock.blobs, report: progress) }
        return PushResult(images: images)
    }
}
