/// Images that a sync or a push brings into a registry.
extension SyncTarget {
    /// A registry. What one image has brought there need not be brought for the next.
    ///
    /// - Parameters:
    ///   - puller: whose transport and connections are used; its accounts are not.
    ///   - jobs: how many blobs are sent at a time; 1 or more.
    public static func registry(_ destination: PushDestination, by puller: Puller, jobs: Int) -> SyncTarget {
        SyncTarget(kind: .registry(puller.registryPush(to: destination, jobs: jobs)))
    }
}

extension Puller {
    fileprivate func registryPush(to destination: PushDestination, jobs: Int) -> RegistryPush {
        RegistryPush(
            to: destination, over: transport, patience: patience, transfer: archiver.transfer, jobs: jobs)
    }

    /// Brings an image from its registry into another one, unless its name stands for it there.
    func bring(
        _ request: PullRequest, to run: RegistryPush, progress: @escaping @Sendable (PullEvent) -> Void
    ) async throws -> ImageSync.Outcome {
        let archive = try request.effectiveArchive
        let stock = try await stock(of: request, report: progress)
        let blobs = SharedBlobs(nil, otherwise: stock.blobs)
        var pushed: [PushedImage] = []
        for var image in stock.images {
            image.omitsForeignLayers = archive.omitsForeignLayers
            pushed += try await run.push(image, from: blobs) { event in PullEvent(event).map(progress) }
        }
        if pushed.allSatisfy(\.wasThere) { return .present }
        return .brought(
            .init(fetched: blobs.fetched, shared: max(0, stock.images.distinctSize - blobs.fetched)))
    }
}

extension PullEvent {
    /// What a push does, as whoever shows how an image comes would show it; nil where that has no counterpart.
    public init?(_ event: PushEvent) {
        switch event {
        case .planned(_, let blobs): self = .planned(layers: blobs)
        case .sent(let blob, let bytes): self = .received(layer: blob, bytes: bytes)
        case .settled(let blob, _): self = .verified(layer: blob)
        case .retrying(let blob, let attempt, let reason):
            self = .retrying(layer: blob, attempt: attempt, reason: reason)
        case .pushed: return nil
        }
    }
}

/// Archives on their way into one registry.
public struct ArchivePush: Sendable {
    private let run: RegistryPush

    /// - Parameters:
    ///   - puller: whose transport and connections are used; its accounts are not.
    ///   - jobs: how many blobs are sent at a time; 1 or more.
    public init(to destination: PushDestination, by puller: Puller, jobs: Int) {
        run = puller.registryPush(to: destination, jobs: jobs)
    }

    /// Pushes all images of an archive or OCI layout. What the archives before it have brought is not sent again.
    ///
    /// - Parameters:
    ///   - name: the name that the image gets there, where it is one; nil for its own names.
    ///   - progress: is told of what happens.
    /// - Throws: `PullError`: `.severalImages` when a name is given for more than one; `CancellationError`.
    public func push(
        _ stored: StoredImages, naming name: ImageReference? = nil,
        progress: @escaping @Sendable (PushEvent) -> Void = { _ in }
    ) async throws -> [PushedImage] {
        var stock = stored.stock
        if let name {
            guard stock.images.count == 1 else {
                throw PullError(step: .stored, place: stored.path, cause: .severalImages(stock.images.count))
            }
            stock.images[0].names = [name]
        }
        var pushed: [PushedImage] = []
        for image in stock.images { pushed += try await run.push(image, from: stock.blobs, report: progress) }
        return pushed
    }
}
