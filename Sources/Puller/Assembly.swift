/// How an archive is put together from layers that wait on disk, member after member.
struct Assembly: Sendable {
    /// What it will be.
    let draft: ArchiveDraft
    /// Where it goes.
    let stream: ArchiveStream
    /// The archive's name in errors.
    let place: String
    /// Whether it goes to the disk on which the layers wait.
    let isOnDisk: Bool

    /// Writes all members and ends the archive.
    ///
    /// - Parameters:
    ///   - spools: the layers.
    ///   - jobs: how many are inflated at a time, where their sizes must be known first.
    /// - Returns: the count of the archive's bytes.
    /// - Throws: `PullError`; `CancellationError`.
    func write(_ spools: [Digest: SpoolFile], jobs: Int) async throws -> Int64 {
        let isMeasured = draft.layout.needsInflatedSizes || !stream.canGoBack
        let sizes = isMeasured ? try await self.sizes(of: spools, jobs: jobs) : [:]
        for member in try await naming(.archive, at: place, { try draft.members(sizes: sizes) }) {
            let spool = member.content.layer.flatMap { spools[$0.digest] }
            try await blocking(for: member.content.layer) { try write(member, from: spool, sizes: sizes) }
        }
        return try await onDisk(place) { try stream.finish() }
    }

    private func write(_ member: ArchiveMember, from spool: SpoolFile?, sizes: InflatedSizes) throws {
        switch (member.content, spool) {
        case (.inflated(_, let diffID), let spool?):
            try stream.append(member, inflating: spool, size: sizes[diffID])
        case (.blob(let blob), let spool?):
            try stream.begin(member, size: blob.size)
            try spool.forEachPiece { try stream.write($0) }
            try stream.end()
        default: try stream.append(member)
        }
    }

    /// What every layer inflates to; their diffIDs are verified on the way.
    private func sizes(of spools: [Digest: SpoolFile], jobs: Int) async throws -> InflatedSizes {
        var wanted: [Digest: Descriptor] = [:]
        for member in draft.members {
            if case .inflated(let layer, let diffID) = member.content { wanted[diffID] = layer }
        }
        return try await withThrowingTaskGroup(of: (Digest, Int64).self) { group in
            var sizes: InflatedSizes = [:]
            for (started, (diffID, layer)) in wanted.enumerated() {
                if started >= max(1, jobs), let (diffID, size) = try await group.next() { sizes[diffID] = size }
                guard let spool = spools[layer.digest] else { continue }
                group.addTask {
                    try await blocking(for: layer) { (diffID, try spool.inflatedSize(verifying: diffID)) }
                }
            }
            for try await (diffID, size) in group { sizes[diffID] = size }
            return sizes
        }
    }

    /// Runs what blocks on the pool for it. A layer's trouble is the layer's, a disk's the archive's.
    private func blocking<Value: Sendable>(
        for layer: Descriptor?, _ operation: @Sendable () throws -> Value
    ) async throws -> Value {
        try await withTaskExecutorPreference(.blocking) {
            do {
                return try operation()
            } catch let cause as PullError.Cause {
                let step = layer.map { PullError.Step.layer($0.digest) } ?? .archive
                throw PullError(step: cause.isOfDisk ? .archive : step, place: place, cause: cause)
            }
        }
    }
}

extension PullError.Cause {
    /// Whether the disk or pipe has failed, and not the content.
    fileprivate var isOfDisk: Bool {
        if case .disk = self { return true }
        return false
    }
}
