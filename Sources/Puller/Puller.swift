public import LabNet

/// The pipeline from an image's name to an archive on disk.
public struct Puller: Sendable {
    let transport: any HTTPExchanging
    let access: RegistryAccess
    let patience: Patience
    /// Where standard output is; it stays open.
    let standardOutput: Int32

    /// Nothing is asked before the first call.
    public init(transport: any HTTPExchanging, access: RegistryAccess) {
        self.init(transport: transport, access: access, patience: Patience(), standardOutput: 1)
    }

    init(transport: any HTTPExchanging, access: RegistryAccess, patience: Patience, standardOutput: Int32) {
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
        let registry = try await RegistryClient(
            request.reference, access: access, transport: transport, patience: patience)
        let found = try await find(request, in: registry, report: progress)
        let image = ArchivedImage(
            name: request.name ?? request.reference, source: request.reference, index: found.index,
            manifest: found.manifest, config: found.configBytes, diffIDs: found.config.diffIDs,
            others: found.others)
        let members = try await naming(.archive, at: request.reference.familiar) {
            try layout.members(of: image)
        }

        let saved = SavedImage(members: members, platform: found.config.platform)
        try await request.output.refuseTaken(by: saved)
        var source: any BlobSource = ForeignLayers(registry: registry)
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
            let file = try await onDisk(path) { try ArchiveFile.create(at: path) }
            do {
                size = try await write(
                    members, layers, from: source, to: file, compression: request.compression, jobs: request.jobs)
                try await request.output.commit(file, of: saved)
            } catch {
                // A last owner may live on in a task that is still ending; the name must be gone now.
                file.discard()
                throw error
            }
        case .standardOutput:
            size = try await write(
                members, layers, from: source, toStandardOutputWith: request.compression, jobs: request.jobs)
        }
        return PullResult(image: image, layout: layout, path: request.output.path, size: size)
    }

    private func find(
        _ request: PullRequest, in registry: RegistryClient, report: @escaping @Sendable (PullEvent) -> Void
    ) async throws -> FoundImage {
        let spooling = Spooling(path: request.output.path ?? Self.spool, jobs: request.jobs)
        return if request.allPlatforms {
            try await registry.wholeImage(
                of: request.reference, preferring: request.platform, spooling: spooling, report: report)
        } else {
            try await registry.image(
                of: request.reference, for: request.platform, spooling: spooling, report: report)
        }
    }

    /// The platforms that an image exists for, in the index's order, attestations left out.
    ///
    /// - Throws: `PullError`; `CancellationError` when the task is cancelled.
    public func platforms(of reference: ImageReference) async throws -> [AvailablePlatform] {
        let registry = try await RegistryClient(
            reference, access: access, transport: transport, patience: patience)
        return try await registry.platforms(of: reference)
    }
}
