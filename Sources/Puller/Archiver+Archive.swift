#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// How the bytes of a pull come into an archive: straight to their places where all sizes are known, else in order.
extension Archiver {
    /// Writes an archive into a file that has a hidden name until `commit` gives it its own.
    ///
    /// - Returns: the size of the file.
    func write(
        _ draft: ArchiveDraft, _ layers: PulledLayers, from source: any BlobSource, at path: String,
        as request: ArchiveRequest, commit: @Sendable (ArchiveFile) async throws -> Void
    ) async throws -> Int64 {
        if request.compression == .none, let plan = try await onDisk(path, { try ArchivePlan(draft.members) }) {
            return try await write(plan, layers, from: source, at: path, jobs: request.jobs, commit: commit)
        }
        let file = try await onDisk(path) { try ArchiveFile.create(at: path) }
        do {
            let size: Int64
            if request.compression == .none {
                size = try await inflating(
                    draft, layers, at: path, spoolingBeside: path, jobs: request.jobs
                ) { inflated in
                    let standing = try await inflated.fetch(from: source, writingInto: file)
                    return try await inflated.assemble(standing, in: file)
                }
            } else {
                let stream = try await onDisk(path) { try ArchiveStream(to: file, compression: request.compression) }
                size = try await assemble(
                    draft, layers, from: source, through: stream, at: path, spoolingBeside: path, jobs: request.jobs)
            }
            try await commit(file)
            return size
        } catch {
            // A last owner may live on in a task that is still ending; the name must be gone now.
            file.discard()
            throw error
        }
    }

    /// Writes an archive to whatever takes it from its beginning to its end.
    ///
    /// Where every size is known the layers pass straight through, one after another, and no disk is used.
    ///
    /// - Returns: the count of the bytes written.
    func write(
        _ draft: ArchiveDraft, _ layers: PulledLayers, from source: any BlobSource, through stream: ArchiveStream,
        at place: String, jobs: Int
    ) async throws -> Int64 {
        guard try await onDisk(place, { try ArchivePlan(draft.members) }) != nil else {
            return try await assemble(
                draft, layers, from: source, through: stream, at: place, spoolingBeside: Self.spool, jobs: jobs)
        }
        return try await pass(draft.members, layers, from: source, through: stream, at: place)
    }

    /// Every member in its order; a layer's bytes go on as they come.
    private func pass(
        _ members: [ArchiveMember], _ layers: PulledLayers, from source: any BlobSource,
        through stream: ArchiveStream, at place: String
    ) async throws -> Int64 {
        // Bytes that must come in order come by one connection.
        let link = link(1)
        for member in members {
            guard let layer = member.content.layer else {
                try await onDisk(place) { try stream.append(member) }
                continue
            }
            try await onDisk(place) { try stream.begin(member, size: layer.size) }
            let sink: BlobSink = { bytes, _ in try namingDisk(place) { try stream.write(bytes) } }
            let transfer = try BlobTransfer(
                layer, into: .inOrder(sink), over: link, progress: layers.progress(of: layer))
            try await layers.fetch(transfer, from: source)
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
            try await onDisk(path) {
                try DiskRoom.require(work.missing, beside: path)
                try work.file.write(plan, zeroing: work.isAdopted)
            }
            try await layers.fetchAll(from: source, jobs: jobs, over: link(jobs), into: work)
            try await commit(work.file)
        }
        return plan.totalSize
    }

    /// The layers are fetched and measured in parallel, and then written in the archive's order.
    private func assemble(
        _ draft: ArchiveDraft, _ layers: PulledLayers, from source: any BlobSource, through stream: ArchiveStream,
        at place: String, spoolingBeside path: String, jobs: Int
    ) async throws -> Int64 {
        try await inflating(draft, layers, at: place, spoolingBeside: path, jobs: jobs) { inflated in
            let sizes = try await inflated.fetch(from: source, writingInto: nil).sizes
            let members = try await naming(.archive, at: place) { try draft.members(sizes: sizes) }
            return try await Assembly(members: members, sizes: sizes, stream: stream, place: place)
                .write(inflated.spools)
        }
    }

    /// Layers that wait in a file beside the archive, however that is then made of them.
    private func inflating(
        _ draft: ArchiveDraft, _ layers: PulledLayers, at place: String, spoolingBeside path: String, jobs: Int,
        _ body: (InflatedLayers) async throws -> Int64
    ) async throws -> Int64 {
        let places = try await naming(.archive, at: path) { try Workplace.Place.inARow(layers.distinct) }
        return try await working(beside: path, for: .spool, places) { work in
            let inflated = try await onDisk(path) {
                // Layers seldom inflate to less than they are.
                let output = path == place ? layers.distinct.map(\.size) : []
                try DiskRoom.require(work.missing + output, beside: path)
                return try InflatedLayers(of: draft, layers, into: work, over: link(jobs), jobs: jobs, place: place)
            }
            return try await body(inflated)
        }
    }

    /// Opens the file for the blobs, and sees to it that it is gone, named, or kept for the next run in the end.
    func working<Value: Sendable>(
        beside path: String, for purpose: ArchiveFile.Purpose, _ places: [Workplace.Place],
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
