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

    /// Pulls one platform of an image, or all, and writes its archive.
    ///
    /// - Throws: `PullError`; `CancellationError` when the task is cancelled. Nothing is then left under the output's name.
    public func pull(
        _ request: PullRequest, progress: @escaping @Sendable (PullEvent) -> Void = { _ in }
    ) async throws -> PullResult {
        let layout = try request.effectiveLayout
        try await request.output.refuseUnusable()
        let sources = try await ImageSources(
            request.reference, access: access, transport: transport, patience: patience, report: progress)
        let found = try await find(request, among: sources)
        let image = ArchivedImage(
            names: [request.name ?? request.reference], source: request.reference, index: found.index,
            manifest: found.manifest, config: found.configBytes, diffIDs: found.config.diffIDs,
            others: found.others)
        let members = try await naming(.archive, at: request.reference.familiar) {
            try layout.members(of: [image])
        }

        let saved = SavedImage(members: members, platform: found.config.platform)
        try await request.output.refuseTaken(by: saved)
        var source: any BlobSource = sources
        var report = progress
        if let fetched = found.fetched {
            // What has been fetched to know the image has been reported then.
            (source, report) = (fetched, { _ in })
        }
        let layers = PulledLayers(of: members, among: image.layers, report: report)
        report(.planned(layers: layers.all))
        let size: Int64
        switch request.output {
        case .file(let path, _):
            size = try await write(
                members, layers, from: source, at: path, compression: request.compression, jobs: request.jobs
            ) { file in try await request.output.commit(file, of: saved) }
        case .standardOutput:
            size = try await write(
                members, layers, from: source, toStandardOutputWith: request.compression, jobs: request.jobs)
        }
        return PullResult(image: image, layout: layout, path: request.output.path, size: size)
    }

    private func find(_ request: PullRequest, among sources: ImageSources) async throws -> FoundImage {
        let spooling = Spooling(
            path: request.output.path ?? Self.spool, jobs: request.jobs,
            link: Link(transfer, jobs: request.jobs, clock: patience.clock))
        return if request.allPlatforms {
            try await sources.wholeImage(of: request.reference, preferring: request.platform, spooling: spooling)
        } else {
            try await sources.image(of: request.reference, for: request.platform, spooling: spooling)
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
