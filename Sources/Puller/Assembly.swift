/// How an archive that can only be written from its beginning to its end is put together from layers that wait on disk.
struct Assembly: Sendable {
    /// Its members, as they are now that all sizes are known.
    let members: [ArchiveMember]
    /// What its layers inflate to; their diffIDs are verified.
    let sizes: InflatedSizes
    /// Where it goes.
    let stream: ArchiveStream
    /// The archive's name in errors.
    let place: String

    /// Writes all members and ends the archive.
    ///
    /// - Returns: the count of the archive's bytes.
    /// - Throws: `PullError`; `CancellationError`.
    func write(_ spools: [Digest: SpoolFile]) async throws -> Int64 {
        for member in members {
            let layer = member.content.layer
            let spool = layer.flatMap { spools[$0.digest] }
            try await blocking(for: layer) { try write(member, from: spool) }
        }
        return try await onDisk(place) { try stream.finish() }
    }

    private func write(_ member: ArchiveMember, from spool: SpoolFile?) throws {
        switch (member.content, spool) {
        case (.inflated(_, let diffID), let spool?):
            try stream.begin(member, size: sizes[diffID] ?? 0)
            try spool.inflate { try stream.write($0) }
            try stream.end()
        case (.blob(let blob), let spool?):
            try stream.begin(member, size: blob.size)
            try spool.forEachPiece { try stream.write($0) }
            try stream.end()
        default: try stream.append(member)
        }
    }

    /// Runs what blocks on the pool for it.
    private func blocking(for layer: Descriptor?, _ operation: @Sendable () throws -> Void) async throws {
        try await withTaskExecutorPreference(.blocking) {
            do {
                try operation()
            } catch let cause as PullError.Cause {
                throw PullError(layer.map { .layer($0.digest) } ?? .archive, at: place, cause)
            }
        }
    }
}

extension PullError {
    /// An error of a layer on its way into an archive: its own trouble is its step's, a disk's is the archive's.
    init(_ step: Step, at place: String, _ cause: Cause) {
        if case .disk = cause {
            self.init(step: .archive, place: place, cause: cause)
        } else {
            self.init(step: step, place: place, cause: cause)
        }
    }
}
