public import LabNet

/// The pipeline from an image's name to an archive on disk.
public struct Puller: Sendable {
    let transport: any HTTPExchanging
    let access: RegistryAccess
    let patience: Patience
    /// How blobs are fetched, and what is kept of them.
    let transfer: TransferOptions
    /// Where standard output is; it stays open.
    let standardOutput: Int32

    /// Nothing is asked before the first call.
    public init(
        transport: any HTTPExchanging, access: RegistryAccess, transfer: TransferOptions = TransferOptions()
    ) {
        self.init(
            transport: transport, access: access, patience: Patience(), transfer: transfer, standardOutput: 1)
    }

    init(
        transport: any HTTPExchanging, access: RegistryAccess, patience: Patience,
        transfer: TransferOptions = TransferOptions(), standardOutput: Int32
    ) {
        var patience = patience
        patience.policy.attempts = transfer.retries + 1
        self.transfer = transfer
        self.transport = transport
        self.access = access
        self.patience = patience
        self.standardOutput = standardOutput
    }

    /// Pulls images, one platform of each or all, and writes their archive.
    ///
    /// - Throws: `PullError`; `CancellationError` when the task is cancelled. Nothing is then left under the output's name.
    public func pull(
        _ request: PullRequest, progress: @escaping @Sendable (PullEvent) -> Void = { _ in }
    ) async throws -> ArchiveResult {
        let archive = try request.effectiveArchive
        try await archive.output.refuseUnusable()
        let stock = try await stock(of: request, report: progress)
        return try await write(stock, as: archive, calling: request.place, report: progress)
    }

    /// Writes images, wherever they come from, as an archive or an OCI layout.
    ///
    /// - Parameter name: what errors call them.
    /// - Throws: `PullError`; `CancellationError` when the task is cancelled. Nothing is then left under the output's name.
    func write(
        _ stock: ImageStock, as request: ArchiveRequest, calling name: String,
        report: @escaping @Sendable (PullEvent) -> Void
    ) async throws -> ArchiveResult {
        let images = stock.images.map { image in
            var image = image
            image.omitsForeignLayers = request.omitsForeignLayers
            return image
        }
        let draft = try await naming(.archive, at: name) {
            try ArchiveDraft(images: images, layout: request.layout)
        }
        try await request.output.refuseTaken(by: draft.saved)
        let silence: @Sendable (PullEvent) -> Void = { _ in }
        let layers = PulledLayers(
            of: draft.members, among: images.flatMap(\.layers), report: stock.isReported ? silence : report)
        layers.reportPlan()
        let size = try await write(draft, layers, from: stock.blobs, as: request)
        return ArchiveResult(images: images, layout: request.layout, path: request.output.path, size: size)
    }

    private func write(
        _ draft: ArchiveDraft, _ layers: PulledLayers, from source: any BlobSource, as request: ArchiveRequest
    ) async throws -> Int64 {
        switch request.output {
        case .file(let path, _):
            return try await write(draft, layers, from: source, at: path, as: request) { file in
                try await request.output.commit(file, of: draft.saved)
            }
        case .folder(let path):
            return try await write(draft, layers, from: source, intoFolder: path, jobs: request.jobs)
        case .standardOutput:
            return try await write(draft, layers, from: source, toStandardOutputAs: request)
        }
    }

    /// The platforms that an image exists for, in the index's order, attestations left out.
    ///
    /// - Parameter progress: is told of mirrors that fail.
    /// - Throws: `PullError`; `CancellationError` when the task is cancelled.
    public func platforms(
        of reference: ImageReference, progress: @escaping @Sendable (PullEvent) -> Void = { _ in }
    ) async throws -> [AvailablePlatform] {
        let sources = try await ImageSources(
            reference, access: access, transport: transport, patience: patience, report: progress)
        return try await sources.platforms(of: reference)
    }
}
