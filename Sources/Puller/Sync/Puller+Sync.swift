/// Where a sync puts images.
public struct SyncTarget: Sendable {
    enum Kind: Sendable {
        case shelf(ArchiveShelf)
        case registry(RegistryPush)
    }

    let kind: Kind

    /// Archives in a folder, each of one image.
    ///
    /// - Parameter folder: up to the archives' names: it ends in `/`, or is empty for where the command runs.
    /// - Throws: `PullError` with `.disk` where the folder cannot be made; `CancellationError`.
    public static func archives(inFolder folder: String) async throws -> SyncTarget {
        if !folder.isEmpty { try await onDisk(folder) { try Folder.make(folder) } }
        return SyncTarget(kind: .shelf(try await .archives(inFolder: folder)))
    }

    /// One OCI layout of all images.
    ///
    /// - Throws: `CancellationError`.
    public static func layout(inFolder folder: String) async throws -> SyncTarget {
        SyncTarget(kind: .shelf(try await .layout(inFolder: folder)))
    }
}

extension Puller {
    /// Brings an image to where a sync wants it, unless it is there as the registry has it.
    ///
    /// - Parameter request: names one image; its output is what the target says.
    /// - Throws: `PullError`; `CancellationError` when the task is cancelled.
    public func bring(
        _ request: PullRequest, to target: SyncTarget, progress: @escaping @Sendable (PullEvent) -> Void = { _ in }
    ) async throws -> ImageSync.Outcome {
        switch target.kind {
        case .shelf(let shelf): try await bring(request, to: shelf, progress: progress)
        case .registry(let run): try await bring(request, to: run, progress: progress)
        }
    }

    private func bring(
        _ request: PullRequest, to shelf: ArchiveShelf, progress: @escaping @Sendable (PullEvent) -> Void
    ) async throws -> ImageSync.Outcome {
        let archive = try request.effectiveArchive
        let stock = try await stock(of: request, report: progress)
        let images = stock.images.map { image in
            var image = image
            image.omitsForeignLayers = archive.omitsForeignLayers
            return image
        }
        let draft = try await naming(.archive, at: request.place) {
            try ArchiveDraft(images: images, layout: archive.layout)
        }
        let path = archive.output.path
        if let path, let stored = shelf.images(at: path), stored.holds(draft, of: images) { return .present }
        try await archive.output.refuseUnusable()
        let blobs = SharedBlobs(shelf, otherwise: stock.blobs)
        _ = try await archiver.write(
            ImageStock(images: images, blobs: blobs, isReported: stock.isReported), as: archive,
            calling: request.place, report: progress)
        if let path { try await shelf.open(path) }
        return .brought(.init(fetched: blobs.fetched, shared: max(0, images.distinctSize - blobs.fetched)))
    }
}

extension [ArchivedImage] {
    /// The bytes of all their layers, each counted once.
    var distinctSize: Int64 { Set(flatMap(\.layers)).lazy.map(\.size).sizeSum }
}
