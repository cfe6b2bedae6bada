internal import Synchronization

/// The layers that an archive holds inflated, on their way from wherever they are to a file in which they wait, and from
/// there into the archive.
struct InflatedLayers: Sendable {
    /// What they are inflated to, as far as all of it stands in place.
    struct Standing: Sendable {
        /// What each inflates to.
        var sizes: InflatedSizes = [:]
        /// Those whose bytes stand where the forecast has put them.
        var inPlace: Set<LayerContent> = []

        fileprivate mutating func note(_ outcome: LayerInflation.Outcome, of layer: LayerContent) {
            sizes[layer.diffID] = outcome.size
            if outcome.isInPlace { inPlace.insert(layer) }
        }

        fileprivate mutating func formUnion(_ other: Standing) {
            sizes.merge(other.sizes) { $1 }
            inPlace.formUnion(other.inPlace)
        }
    }

    /// The draft of the archive.
    let draft: ArchiveDraft
    /// Its layers, as they are shown.
    let layers: PulledLayers
    /// Where the blobs wait.
    let work: Workplace
    /// How many are on their way at a time.
    let jobs: Int
    /// The archive's name in errors.
    let place: String
    private let contents: [LayerContent]
    private let transfers: [Digest: BlobTransfer]

    /// Makes everything ready; nothing is fetched yet.
    ///
    /// - Throws: `.unsupported` when a digest cannot be computed.
    init(
        of draft: ArchiveDraft, _ layers: PulledLayers, into work: Workplace, over link: Link, jobs: Int, place: String
    ) throws(PullError.Cause) {
        (self.draft, self.layers, self.work, self.jobs, self.place) = (draft, layers, work, jobs, place)
        var transfers: [Digest: BlobTransfer] = [:]
        for layer in layers.distinct {
            transfers[layer.digest] = try work.transfer(layer, over: link, progress: layers.progress(of: layer))
        }
        self.transfers = transfers
        var seen: Set<LayerContent> = []
        let order = Self.order(layers.distinct)
        let all = draft.members.compactMap(\.content.inflated).filter { seen.insert($0).inserted }
        contents = order.flatMap { blob in all.filter { $0.blob.digest == blob.digest } }
    }

    /// Small layers come first: they are measured as they come, and with that the places of all are known.
    private static func order(_ blobs: [Descriptor]) -> [Descriptor] {
        blobs.filter(isSmall) + blobs.filter { !isSmall($0) }
    }

    /// Whether a layer is inflated twice in less time than it takes to ask for its tail.
    private static func isSmall(_ blob: Descriptor) -> Bool { blob.size <= 1 << 20 }

    // MARK: Fetching and inflating at a time

    /// Fetches and verifies all blobs, and measures what they inflate to. Without a file that is verified as well; where a
    /// file is given, and the layers foretell their sizes, they are verified and written to their places in it on the way.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    func fetch(from source: any BlobSource, writingInto file: ArchiveFile?) async throws -> Standing {
        let forecast = SizeForecast(of: contents) { sizes in
            // Where it cannot be so, the true sizes will tell why.
            guard let file, let plan = try? draft.plan(sizes),
                (try? DiskRoom.require([plan.totalSize], beside: file.path)) != nil
            else { return nil }
            return plan
        }
        layers.reportCache(of: work)
        return try await withTaskExecutorPreference(.blocking) {
            try await withThrowingTaskGroup(of: Standing.self) { group in
                group.addTask {
                    if file != nil { await foretell(forecast, from: source) }
                    return Standing()
                }
                group.addTask {
                    try await fetchBlobs(from: source)
                    return Standing()
                }
                group.addTask { try await inflate(by: forecast, into: file) }
                return try await group.reduce(into: Standing()) { $0.formUnion($1) }
            }
        }
    }

    private func fetchBlobs(from source: any BlobSource) async throws {
        try await Self.order(layers.distinct).forEach(jobs: jobs) { blob in
            guard let transfer = transfers[blob.digest] else { return }
            try await layers.fetch(transfer, from: source)
        }
        layers.reportAssembling()
    }

    private func inflate(by forecast: SizeForecast, into file: ArchiveFile?) async throws -> Standing {
        let standing = Mutex(Standing())
        try await contents.forEach(jobs: jobs) { layer in
            // A small one has foretold nothing, and waits for nobody.
            let plan = file == nil || Self.isSmall(layer.blob) ? nil : try await forecast.plan()
            let target = file.flatMap { plan?.target(of: layer, in: $0) }
            // What a file does not hold yet is inflated into it later, and verified then.
            let use = target.map(LayerInflation.Use.writing) ?? (file == nil ? .verifying : .counting)
            let outcome = try await inflate(layer, for: use)
            forecast.note(outcome.size, of: layer)
            standing.withLock { $0.note(outcome, of: layer) }
        }
        return standing.withLock(\.self)
    }

    /// Asks every large layer for what it says of its size.
    private func foretell(_ forecast: SizeForecast, from source: any BlobSource) async {
        await withTaskGroup(of: Void.self) { group in
            for layer in contents where !Self.isSmall(layer.blob) {
                group.addTask { forecast.note(await foretoldSize(of: layer.blob, from: source), of: layer) }
            }
        }
    }

    private func foretoldSize(of blob: Descriptor, from source: any BlobSource) async -> Int64? {
        guard let count = ForetoldSize.tail(of: blob), let transfer = transfers[blob.digest] else { return nil }
        let part = blob.size - count..<blob.size
        if !part.isEmpty, !transfer.has(part.lowerBound) { await source.bring(part, of: transfer) }
        guard part.isEmpty || transfer.has(part) else { return nil }
        var tail = [UInt8](repeating: 0, count: Int(count))
        let read = tail.withUnsafeMutableBytes { try? transfer.read(into: $0, at: part.lowerBound) }
        return read == tail.count ? ForetoldSize.of(blob, tail: tail) : nil
    }

    /// The blobs where they wait, once they have come.
    var spools: [Digest: SpoolFile] {
        var spools: [Digest: SpoolFile] = [:]
        for blob in layers.distinct {
            spools[blob.digest] = SpoolFile(in: work.file, at: work.start(of: blob), size: blob.size)
        }
        return spools
    }

    // MARK: What is not in place yet

    /// Writes the whole archive into a file in which some layers stand already.
    ///
    /// - Returns: the count of its bytes.
    /// - Throws: `PullError`; `CancellationError`.
    func assemble(_ standing: Standing, in file: ArchiveFile) async throws -> Int64 {
        // Where one layer is not as large as it said, none of them stands in its place.
        let isAsForetold = contents.allSatisfy { standing.inPlace.contains($0) || Self.isSmall($0.blob) }
        let plan = try await onDisk(place) {
            guard let plan = try draft.plan(standing.sizes) else {
                throw PullError.Cause.malformed("layer without a size")
            }
            // What has been foretold falsely takes room already.
            try DiskRoom.require([max(0, plan.totalSize - file.allocated())], beside: file.path)
            try file.write(plan, zeroing: !isAsForetold)
            return plan
        }
        let missing = contents.filter { !isAsForetold || !standing.inPlace.contains($0) }
        try await missing.forEach(jobs: jobs) { layer in
            guard let target = plan.target(of: layer, in: file),
                try await inflate(layer, for: .writing(target)).isInPlace
            else {
                throw PullError(step: .archive, place: place, cause: .malformed("layer of another size"))
            }
        }
        return plan.totalSize
    }

    private func inflate(
        _ layer: LayerContent, for use: LayerInflation.Use
    ) async throws -> LayerInflation.Outcome {
        guard let transfer = transfers[layer.blob.digest] else { throw CancellationError() }
        let inflation = LayerInflation(layer: layer, transfer: transfer, use: use)
        do {
            return try await withTaskExecutorPreference(.blocking) { try await inflation.run() }
        } catch let cause as PullError.Cause {
            throw PullError(.layer(layer.blob.digest), at: place, cause)
        }
    }
}
