/// Archives made of archives.
extension Archiver {
    /// Writes the images of an archive or OCI layout in another layout. Layers that stand there verbatim stay verbatim where
    /// the layout holds them so; all digests are verified as they are read.
    ///
    /// - Parameters:
    ///   - stored: what is read; it may stand under the output's own name, which is replaced at the end.
    ///   - name: the name that the archive gives to the image, where it is one; nil for its own names.
    /// - Throws: `PullError`: `.severalImages` when a name is given for more than one; `CancellationError`. Nothing is then
    ///   left under the output's name.
    public func convert(
        _ stored: StoredImages, to request: ArchiveRequest, naming name: ImageReference? = nil,
        progress: @escaping @Sendable (PullEvent) -> Void = { _ in }
    ) async throws -> ArchiveResult {
        try request.refuseContradictions()
        try await request.output.refuseUnusable()
        var stock = stored.stock
        if let name {
            guard stock.images.count == 1 else {
                throw PullError(step: .stored, place: stored.path, cause: .severalImages(stock.images.count))
            }
            stock.images[0].names = [name]
        }
        return try await write(stock, as: request, calling: stored.path, report: progress)
    }
}
