/// Blobs that have been fetched and verified, and wait on disk in a file without a name.
struct SpooledBlobs: BlobSource {
    private let spools: [Digest: SpoolFile]
    /// The folder's file, to be named in errors.
    private let place: String

    /// The largest sum of sizes that is fetched before anything of the archive can be written.
    static let limit: Int64 = 64 << 30

    /// Fetches blobs, some at a time; the first failure ends the others.
    ///
    /// - Parameters:
    ///   - blobs: with sizes that the server claims.
    ///   - source: where they come from.
    ///   - spooling: where they wait, and over what they come.
    /// - Throws: `PullError`: `.malformed` for more than ``limit``, `.noRoom` for more than the disk has; what
    ///   the source throws; `CancellationError`.
    static func fetch(
        _ blobs: PulledLayers, from source: any BlobSource, into spooling: Spooling
    ) async throws -> SpooledBlobs {
        let work = try await onDisk(spooling.path) {
            try refuse(blobs.distinct, beyond: DiskRoom.left(beside: spooling.path))
            return try Workplace.open(
                beside: spooling.path, for: .spool, try Workplace.Place.inARow(blobs.distinct), cache: nil)
        }
        try await blobs.fetchAll(from: source, jobs: spooling.jobs, over: spooling.link, into: work)
        var spools: [Digest: SpoolFile] = [:]
        for blob in blobs.distinct {
            spools[blob.digest] = SpoolFile(in: work.file, at: work.start(of: blob), size: blob.size)
        }
        return SpooledBlobs(spools: spools, place: spooling.path)
    }

    /// - Throws: `.malformed` for more than ``limit``, `.noRoom` for more than `room`.
    static func refuse(_ blobs: [Descriptor], beyond room: Int64) throws(PullError.Cause) {
        guard let sum = DiskRoom.sum(blobs.map(\.size)), sum <= limit else {
            throw .malformed("more than \(limit >> 30) GiB of layers")
        }
        try DiskRoom.require([sum], of: room)
    }

    /// See ``BlobSource``. The disk is believed no more than the network.
    func fetch(
        _ transfer: BlobTransfer, step: PullError.Step,
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void
    ) async throws {
        guard let spool = spools[transfer.blob.digest] else {
            throw PullError(step: step, place: place, cause: .notFound(""))
        }
        try await withTaskExecutorPreference(.blocking) {
            try await naming(step, at: place) {
                var offset: Int64 = 0
                try spool.forEachPiece { piece in
                    try transfer.take(piece, at: offset)
                    offset += Int64(piece.count)
                }
                try transfer.finish()
            }
        }
    }

    /// See ``BlobSource``.
    func bring(_ part: Range<Int64>, of transfer: BlobTransfer) async {
        await spools[transfer.blob.digest]?.bring(part, of: transfer)
    }

    /// What a blob is compressed by, and the digest of what it inflates to.
    ///
    /// - Throws: `PullError`: `.undecodable`, `.disk`; `CancellationError`.
    func inflated(_ blob: Digest) async throws -> (encoding: Encoding, diffID: Digest) {
        let step = PullError.Step.layer(blob)
        guard let spool = spools[blob] else { throw PullError(step: step, place: place, cause: .notFound("")) }
        return try await withTaskExecutorPreference(.blocking) {
            try await naming(step, at: place) {
                var inflater = Inflater()
                var digester = try Digester.start(.sha256)
                try spool.forEachPiece { try inflater.push($0) { digester.update($0) } }
                try inflater.finish { digester.update($0) }
                return (inflater.encoding ?? .plain, try digester.finalize())
            }
        }
    }
}
