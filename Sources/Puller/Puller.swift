public import LabNet

/// The pipeline from an image's name to an archive on disk.
public struct Puller: Sendable {
    let transport: any HTTPExchanging
    let access: RegistryAccess
    let patience: Patience
    /// Writes what has been found.
    let archiver: Archiver

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
        self.transport = transport
        self.access = access
        self.patience = patience
        archiver = Archiver(transfer: transfer, clock: patience.clock, standardOutput: standardOutput)
    }

    /// Pulls images, one platform of each or all, and writes their archive.
    ///
    /// - Throws: `PullError`; `CancellationError` when the task is cancelled. Nothing is then left under the output's name.
    public func pull(
        _ request: PullRequest, progress: @escaping @Sendable (PullEvent) -> Void = { _ in }
    ) async throws -> ArchiveResult {
        let archive = try request.effectiveArchive
        try await archive.output.refuseUnusable()
        let stock = try await stock(of: request, report: progress)
        return try await archiver.write(stock, as: archive, calling: request.place, report: progress)
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
