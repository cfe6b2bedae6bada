public import LabNet

/// The pipeline from an image's name to an archive on disk.
public struct Puller: Sendable {
    let transport: any HTTPExchanging
    let access: RegistryAccess

    /// Nothing is asked before the first call.
    public init(transport: any HTTPExchanging, access: RegistryAccess) {
        self.transport = transport
        self.access = access
    }

    /// Pulls one platform of an image and writes its archive.
    ///
    /// - Throws: `PullError`; `CancellationError` when the task is cancelled. Nothing is then left under the output's name.
    public func pull(
        _ request: PullRequest, progress: @escaping @Sendable (PullEvent) -> Void = { _ in }
    ) async throws -> PullResult {
        throw PullError(step: .manifest, place: request.reference.domain, cause: .unsupported("not built yet"))
    }

    /// The platforms that an image exists for, in the index's order, attestations left out.
    ///
    /// - Throws: `PullError`; `CancellationError` when the task is cancelled.
    public func platforms(of reference: ImageReference) async throws -> [AvailablePlatform] {
        throw PullError(step: .manifest, place: reference.domain, cause: .unsupported("not built yet"))
    }
}
