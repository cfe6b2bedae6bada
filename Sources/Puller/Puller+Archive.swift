#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// How the bytes of a pull come into an archive: straight to their places where all sizes are known, else in order.
extension Puller {
    /// Writes an archive into a file that has a hidden name until `commit` gives it its own.
    ///
    /// - Returns: the size of the file.
    func write(
        _ members: [ArchiveMember], _ layers: PulledLayers, from source: any BlobSource, at path: String,
        compression: PullRequest.Compression, jobs: Int, commit: @Sendable (ArchiveFile) async throws -> Void
    ) async throws -> Int64 {
        if compression == .none, let plan = try await onDisk(path, { try ArchivePlan(members) }) {
            return try await write(plan, layers, from: source, at: path, jobs: jobs, commit: commit)
        }
        let file = try await onDisk(path) { try ArchiveFile.create(at: path) }
        do {
            let stream = try await onDisk(path) { try ArchiveStream(to: file, compression: compression) }
            let size = try await write(
                members, layers, from: source, to: stream, at: path, spoolingBeside: path, jobs: jobs)
            try await commit(file)
            return size
        } catch {
            // A last owner may live on in a task that is still ending; the name must be gone now.
            file.discard()
            throw error
        }
    }

    /// Writes an archive to standard output.
    ///
    /// Where every size is known the layers pass straight through, one after another, and no disk is used.
    ///
    /// - Returns: the count of the bytes written.
    func write(
        _ members: [ArchiveMember], _ layers: PulledLayers, from source: any BlobSource,
        toStandardOutputWith compression: PullRequest.Compression, jobs: Int
    ) async throws -> Int64 {
        let place = "-"
        let isPlanned = try await onDisk(place) { try ArchivePlan(members) } != nil
        let stream = try await onDisk(place) {
            // A copy, since the stream closes what it is given.
            let copy = FileDescriptor(owning: Int32(try retrying { Int(dup(standardOutput)) }))
            return try ArchiveStream(to: copy, compression: compression)
        }
        guard isPlanned else {
            return try await write(
                members, layers, from: source, to: stream, at: place, spoolingBeside: Self.spool, jobs: jobs)
        }
        // Bytes that must come in order come by one connection.
        let link = Link(transfer, jobs: 1, clock: patience.clock)
        for member in members {
            guard let layer = member.content.layer else {
                try await onDisk(place) { try stream.append(member) }
                continue
            }
            try await onDisk(place) { try stream.begin(member, size: layer.size) }
            let sink: BlobSink = { bytes, _ in try namingDisk(place) { try stream.write(bytes) } }
            try await layers.fetch(layer, from: source) { progress in
                try BlobTransfer(layer, into: .inOrder(sink), over: link, progress: progress)
            }
            try await onDisk(place) { try stream.end() }
        }
        return try await onDisk(place) { try stream.finish() }
    }

    /// Every layer goes straight to its place, in parallel.
    private func write(
        _ plan: ArchivePlan, _ layers: PulledLayers, from source: any BlobSource, at path: String, jobs: Int,
        commit: @Sendable (ArchiveFile) async throws -> Void
    ) async throws -> Int64 {
        var starts: [Digest: [Int64]] = [:]
        for entry in plan.entries {
            if let layer = entry.member.content.layer { starts[layer.digest, default: []].append(entry.contentOffset) }
        }
        let places = layers.distinct.map { Workplace.Place(blob: $0, starts: starts[$0.digest] ?? []) }
        try await working(beside: path, for: .archive, places) { work in
            try await onDisk(path) { try work.file.write(plan, zeroing: work.isAdopted) }
            let link = Link(transfer, jobs: jobs, clock: patience.clock)
            try await layers.fetchAll(from: source, jobs: jobs, over: link, into: work)
            try await commit(work.file)
        }
        return plan.totalSize
    }

    /// The layers are fetched in parallel into a file beside the archive, and then written in the archive's order.
    private func write(
        _ members: [ArchiveMember], _ layers: PulledLayers, from source: any BlobSource, to stream: ArchiveStream,
        at place: String, spoolingBeside path: String, jobs: Int
    ) async throws -> Int64 {
        let places = try await naming(.archive, at: place) { try Workplace.Place.inARow(layers.distinct) }
        return try await working(beside: path, for: .spool, places) { work in
            let link = Link(transfer, jobs: jobs, clock: patience.clock)
            try await layers.fetchAll(from: source, jobs: jobs, over: link, into: work)
            layers.reportAssembling()
            for member in members {
                let layer = member.content.layer
                let step = layer.map { PullError.Step.layer($0.digest) } ?? .archive
                let spool = layer.map { SpoolFile(in: work.file, at: work.start(of: $0), size: $0.size) }
                try await assemble(member, from: spool, into: stream, step: step, at: place)
            }
            return try await onDisk(place) { try stream.finish() }
        }
    }

    /// Opens the file for the blobs, and sees to it that it is gone, named, or kept for the next run in the end.
    private func working<Value: Sendable>(
        beside path: String, for purpose: Workplace.Purpose, _ places: [Workplace.Place],
        _ body: (Workplace) async throws -> Value
    ) async throws -> Value {
        let cache = transfer.cache.map(BlobCache.init)
        let work = try await onDisk(path) {
            try Workplace.open(beside: path, for: purpose, places, cache: cache)
        }
        do {
            let value = try await body(work)
            try await onDisk(path) { work.succeeded() }
            return value
        } catch {
            try? await onDisk(path) { work.failed(with: error) }
            throw error
        }
    }

    private func assemble(
        _ member: ArchiveMember, from spool: SpoolFile?, into stream: ArchiveStream, step: PullError.Step,
        at place: String
    ) async throws {
        try await withTaskExecutorPreference(.blocking) {
            do {
                switch (member.content, spool) {
                case (.inflated, let spool?): try stream.append(member, inflating: spool)
                case (.blob(let blob), let spool?):
                    try stream.begin(member, size: blob.size)
                    try spool.forEachPiece { try stream.write($0) }
                    try stream.end()
                default: try stream.append(member)
                }
            } catch let cause as PullError.Cause {
                throw PullError(step: cause.isOfDisk ? .archive : step, place: place, cause: cause)
            }
        }
    }

    /// Where layers wait that cannot go to standard output yet: `$TMPDIR`, or `/tmp`.
    static var spool: String {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        return (folder.isEmpty ? "/tmp" : folder) + "/docker-tar-lab"
    }
}

/// Runs what blocks on the pool for it, and names the archive in its errors.
func onDisk<Value: Sendable>(
    _ place: String, _ operation: @Sendable () throws -> Value
) async throws -> Value {
    try await withTaskExecutorPreference(.blocking) {
        try await naming(.archive, at: place) { try operation() }
    }
}

/// Names the archive in the errors of a write.
func namingDisk(_ place: String, _ operation: () throws -> Void) throws {
    do {
        try operation()
    } catch let cause as PullError.Cause {
        throw PullError(step: .archive, place: place, cause: cause)
    }
}

extension PullError.Cause {
    /// Whether the disk or pipe has failed, and not the content.
    fileprivate var isOfDisk: Bool {
        if case .disk = self { return true }
        return false
    }
}
