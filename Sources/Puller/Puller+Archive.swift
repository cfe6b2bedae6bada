#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// How the bytes of a pull come into an archive: straight to their places where all sizes are known, else in order.
extension Puller {
    /// Writes an archive into a file that is still partial.
    ///
    /// - Returns: the size of the file.
    func write(
        _ members: [ArchiveMember], _ layers: PulledLayers, from source: any BlobSource, to file: ArchiveFile,
        compression: PullRequest.Compression, jobs: Int
    ) async throws -> Int64 {
        if compression == .none, let plan = try await onDisk(file.path, { try ArchivePlan(members) }) {
            return try await write(plan, layers, from: source, to: file, jobs: jobs)
        }
        let stream = try await onDisk(file.path) { try ArchiveStream(to: file, compression: compression) }
        return try await write(
            members, layers, from: source, to: stream, at: file.path, spoolingBeside: file.path, jobs: jobs)
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
        for member in members {
            guard let layer = member.content.layer else {
                try await onDisk(place) { try stream.append(member) }
                continue
            }
            try await onDisk(place) { try stream.begin(member, size: layer.size) }
            try await layers.fetch(layer, from: source) { bytes, _ in
                try namingDisk(place) { try stream.write(bytes) }
            }
            try await onDisk(place) { try stream.end() }
        }
        return try await onDisk(place) { try stream.finish() }
    }

    /// Every layer goes straight to its place, in parallel.
    private func write(
        _ plan: ArchivePlan, _ layers: PulledLayers, from source: any BlobSource, to file: ArchiveFile, jobs: Int
    ) async throws -> Int64 {
        try await onDisk(file.path) { try file.write(plan) }
        var places: [Digest: [Int64]] = [:]
        for entry in plan.entries {
            if let layer = entry.member.content.layer { places[layer.digest, default: []].append(entry.contentOffset) }
        }
        try await layers.fetchAll(from: source, jobs: jobs) { [places] layer in
            let starts = places[layer.digest] ?? []
            return { bytes, offset in
                try namingDisk(file.path) { for start in starts { try file.write(bytes, at: start + offset) } }
            }
        }
        return plan.totalSize
    }

    /// The layers are fetched in parallel into files without names, and then written in the archive's order.
    private func write(
        _ members: [ArchiveMember], _ layers: PulledLayers, from source: any BlobSource, to stream: ArchiveStream,
        at place: String, spoolingBeside path: String, jobs: Int
    ) async throws -> Int64 {
        var spools: [Digest: SpoolFile] = [:]
        for layer in layers.distinct {
            spools[layer.digest] = try await onDisk(path) { try SpoolFile.create(beside: path) }
        }
        try await layers.fetchAll(from: source, jobs: jobs) { [spools] layer in
            guard let spool = spools[layer.digest] else { throw CancellationError() }
            return { bytes, offset in try namingDisk(path) { try spool.write(bytes, at: offset) } }
        }
        layers.reportAssembling()
        for member in members {
            let step = member.content.layer.map { PullError.Step.layer($0.digest) } ?? .archive
            let spool = member.content.layer.flatMap { spools[$0.digest] }
            try await assemble(member, from: spool, into: stream, step: step, at: place)
        }
        return try await onDisk(place) { try stream.finish() }
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
