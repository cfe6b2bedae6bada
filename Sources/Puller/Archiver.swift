internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif
internal import Synchronization

/// Writes images, whoever brings their layers, as an archive or an OCI layout.
public struct Archiver: Sendable {
    /// How blobs are brought, and what is kept of them.
    let transfer: TransferOptions
    /// What limits of speed are measured by.
    let clock: PullClock
    /// Where standard output is; it stays open.
    let standardOutput: Int32

    /// Nothing is opened before the first call.
    public init(transfer: TransferOptions = TransferOptions()) {
        self.init(transfer: transfer, clock: .system, standardOutput: 1)
    }

    init(transfer: TransferOptions, clock: PullClock, standardOutput: Int32) {
        self.transfer = transfer
        self.clock = clock
        self.standardOutput = standardOutput
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
            // What an archive does not hold nobody can write.
            image.omitsForeignLayers = image.omitsForeignLayers || request.omitsForeignLayers
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
        let (size, loaded) = try await write(draft, layers, from: stock.blobs, as: request)
        return ArchiveResult(
            images: images, layout: request.layout, path: request.output.path, size: size, loaded: loaded)
    }

    private func write(
        _ draft: ArchiveDraft, _ layers: PulledLayers, from source: any BlobSource, as request: ArchiveRequest
    ) async throws -> (size: Int64, loaded: [String]) {
        switch request.output {
        case .file(let path, _):
            let size = try await write(draft, layers, from: source, at: path, as: request) { file in
                try await request.output.commit(file, of: draft.saved)
            }
            return (size, [])
        case .folder(let path):
            return (try await write(draft, layers, from: source, intoFolder: path, jobs: request.jobs), [])
        case .standardOutput:
            let stream = try await onDisk("-") {
                // A copy, since the stream closes what it is given.
                let copy = FileDescriptor(owning: Int32(try retrying { Int(dup(standardOutput)) }))
                return try ArchiveStream(to: copy, compression: request.compression)
            }
            return (try await write(draft, layers, from: source, through: stream, at: "-", jobs: request.jobs), [])
        case .daemon(let socket):
            let daemon =
                try socket.map { DaemonSocket(path: $0) } ?? DaemonSocket.find(in: ProcessInfo.processInfo.environment)
            return try await load(draft, layers, from: source, into: daemon, as: request)
        }
    }

    /// The daemon reads while the archive is made.
    private func load(
        _ draft: ArchiveDraft, _ layers: PulledLayers, from source: any BlobSource, into daemon: DaemonSocket,
        as request: ArchiveRequest
    ) async throws -> (size: Int64, loaded: [String]) {
        let written = Mutex<Int64>(0)
        let loaded = try await daemon.load { body in
            let stream = try await onDisk(daemon.path) {
                try ArchiveStream(to: body, compression: request.compression)
            }
            let size = try await write(
                draft, layers, from: source, through: stream, at: daemon.path, jobs: request.jobs)
            written.withLock { $0 = size }
        }
        return (written.withLock(\.self), loaded)
    }

    /// What bounds the transfers of one archive.
    func link(_ jobs: Int) -> Link { Link(transfer, jobs: jobs, clock: clock) }
}
