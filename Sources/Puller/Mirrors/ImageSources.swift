internal import LabNet
internal import Synchronization

/// Everybody who is asked for one image: its mirrors in their order, its registry, or both.
///
/// Whoever fails is named, and the next one is asked, for every blob anew: a mirror can serve the manifest and refuse a
/// layer. Who has served something false is asked no more.
final class ImageSources: Sendable {
    private struct Standing {
        /// Who is asked no more, and for what.
        var liars: [Int: PullError] = [:]
        /// Who was told of, so that each is told of once.
        var told: Set<Int> = []
    }

    /// In the order in which they are asked; never empty.
    let clients: [RegistryClient]
    private let origin: RegistryClient?
    private let witness: RegistryAccess.Witness
    private let patience: Patience
    private let report: @Sendable (PullEvent) -> Void
    private let standing = Mutex(Standing())

    /// How long the registry is waited for when it is to vouch for a digest.
    static let witnessLimit = Duration.seconds(3)
    /// Below so many bytes per second a mirror is called slow.
    static let slowRate = 100_000

    /// - Throws: `PullError` when one of them is no host; `CancellationError`.
    init(
        _ reference: ImageReference, access: RegistryAccess, transport: any HTTPExchanging, patience: Patience,
        report: @escaping @Sendable (PullEvent) -> Void = { _ in }
    ) async throws {
        func client(_ mirror: RegistryMirror?, isLast: Bool) async throws -> RegistryClient {
            var patience = patience
            // Where others are left, nobody is waited for long.
            if !isLast { patience.policy.attempts = min(2, patience.policy.attempts) }
            return try await RegistryClient(
                reference, mirror: mirror, access: access, transport: transport, patience: patience)
        }
        let mirrors = access.mirrors(of: reference.domain)
        var clients: [RegistryClient] = []
        for (index, mirror) in mirrors.enumerated() {
            let isLast = index == mirrors.count - 1 && !access.fallsBackOnOrigin
            clients.append(try await client(mirror, isLast: isLast))
        }
        let asksOrigin = clients.isEmpty || access.fallsBackOnOrigin || access.witness != .mirror
        origin = asksOrigin ? try await client(nil, isLast: true) : nil
        if let origin, clients.isEmpty || access.fallsBackOnOrigin { clients.append(origin) }
        self.clients = clients
        witness = mirrors.isEmpty ? .mirror : access.witness
        self.patience = patience
        self.report = report
    }

    /// The image for this platform, from the first who has it.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    func image(
        of reference: ImageReference, for platform: Platform, spooling: Spooling
    ) async throws -> FoundImage {
        try await first(for: reference) { [report] client, pinned in
            try await client.image(of: pinned, for: platform, spooling: spooling, report: report)
        }
    }

    /// The image with all that its index leads to, from the first who has it.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    func wholeImage(
        of reference: ImageReference, preferring platform: Platform, spooling: Spooling
    ) async throws -> FoundImage {
        try await first(for: reference) { [report] client, pinned in
            try await client.wholeImage(of: pinned, preferring: platform, spooling: spooling, report: report)
        }
    }

    /// The platforms that the image exists for.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    func platforms(of reference: ImageReference) async throws -> [AvailablePlatform] {
        try await first(for: reference) { client, pinned in try await client.platforms(of: pinned) }
    }

    /// What the image is, without its layers; see ``RegistryClient/description(of:for:report:)``.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    func description(of reference: ImageReference, for platform: Platform?) async throws -> ImageDescription {
        try await first(for: reference) { [report] client, pinned in
            try await client.description(of: pinned, for: platform, report: report)
        }
    }

    /// The tags of the repository, from the first who lists them. No registry vouches for a list.
    ///
    /// - Throws: `PullError`; `CancellationError`.
    func tags() async throws -> [String] { try await first { client in try await client.tags() } }

    /// What the first of them says of a reference, by the digest that the registry vouches for.
    private func first<Value>(
        for reference: ImageReference, _ ask: (RegistryClient, _ pinned: ImageReference) async throws -> Value
    ) async throws -> Value {
        let pinned = try await vouched(reference)
        return try await first { client in
            try await client.unlessStale(reference, pinned) { try await ask(client, pinned) }
        }
    }
}

// MARK: The digest

extension ImageSources {
    /// The reference with the digest that the registry itself names, where it is to be asked for that.
    private func vouched(_ reference: ImageReference) async throws -> ImageReference {
        guard witness != .mirror, reference.digest == nil, let origin else { return reference }
        do {
            var pinned = reference
            pinned.digest = try await patience.clock.limited(to: Self.witnessLimit) {
                try await origin.digest(of: reference)
            }
            guard pinned.digest != nil else { throw Self.silence(of: origin.endpoint.origin) }
            return pinned
        } catch let error as PullError {
            guard witness == .origin else {
                throw PullError(step: .manifest, place: error.place, cause: .notVouched(error))
            }
            report(.vouchedByMirrorOnly(error))
            return reference
        }
    }

    private static func silence(of origin: Origin) -> PullError {
        let silence = NetworkError(
            step: .exchange, host: origin.host.description, cause: .timedOut(witnessLimit))
        return PullError(step: .manifest, place: origin.authority, cause: .network(silence))
    }
}

extension RegistryClient {
    /// Runs `body`; where a mirror does not have what the registry's digest names, finds out whether it has something else.
    fileprivate func unlessStale<Value>(
        _ reference: ImageReference, _ pinned: ImageReference, _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let error as PullError {
            guard case .notFound = error.cause, endpoint.isMirror, reference.digest == nil, let digest = pinned.digest,
                let own = try? await self.digest(of: reference), own != digest
            else { throw error }
            throw PullError(step: .manifest, place: error.place, cause: .stale(mirror: own, origin: digest))
        }
    }
}

// MARK: One after another

extension ImageSources: BlobSource {
    /// See ``BlobSource``. Where one mirror fails, the next one goes on; where false bytes came, it brings the whole anew.
    func fetch(
        _ transfer: BlobTransfer, step: PullError.Step,
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void
    ) async throws {
        let kept = transfer.received
        do {
            try await first { [self] client in
                let (start, before) = (patience.clock.now(), transfer.received)
                do {
                    try await ForeignLayers(registry: client).fetch(transfer, step: step, retrying: retrying)
                } catch let error as PullError where error.isFalsehood {
                    guard try transfer.startOver() else { throw Irrevocable(error: error) }
                    // Whether his bytes were false, or those of whom he went on from, shows when he brings all of them.
                    guard before > kept else { throw error }
                    try await startedOver(client, transfer, step: step, retrying: retrying)
                }
                tellIfSlow(client, transfer.received - before, patience.clock.now() - start)
            }
        } catch let failure as Irrevocable {
            throw failure.error
        }
    }

    /// See ``BlobSource``: whoever is asked first.
    func bring(_ part: Range<Int64>, of transfer: BlobTransfer) async {
        let first = standing.withLock { standing in clients.indices.first { standing.liars[$0] == nil } }
        if let first { await clients[first].bring(part, of: transfer) }
    }

    private func startedOver(
        _ client: RegistryClient, _ transfer: BlobTransfer, step: PullError.Step,
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void
    ) async throws {
        do {
            try await ForeignLayers(registry: client).fetch(transfer, step: step, retrying: retrying)
        } catch let error as PullError where error.isFalsehood {
            guard try transfer.startOver() else { throw Irrevocable(error: error) }
            throw error
        }
    }

    /// False bytes are in a pipe already: nobody can bring others.
    private struct Irrevocable: Error {
        let error: PullError
    }

    /// What the first of them gives who gives anything.
    private func first<Value>(_ ask: (RegistryClient) async throws -> Value) async throws -> Value {
        var failures: [PullError] = []
        for (index, client) in clients.enumerated() {
            if let lie = standing.withLock({ $0.liars[index] }) {
                failures.append(lie)
                continue
            }
            do {
                return try await ask(client)
            } catch let error as PullError where error.isOfServer {
                failures.append(error)
                pass(over: index, error)
            }
        }
        // There is always somebody to ask.
        guard let last = failures.last else { throw CancellationError() }
        throw failures.count == 1 ? last : PullError(step: last.step, place: last.place, cause: .allFailed(failures))
    }

    /// Tells of whoever failed, once, and once more when he has served something false.
    private func pass(over index: Int, _ error: PullError) {
        let isNews = standing.withLock { standing in
            let isFirst = standing.told.insert(index).inserted
            guard error.isFalsehood else { return isFirst }
            return standing.liars.updateValue(error, forKey: index) == nil
        }
        if isNews, index < clients.count - 1 { report(.passedOver(error)) }
    }

    private func tellIfSlow(_ client: RegistryClient, _ size: Int64, _ elapsed: Duration) {
        guard client.endpoint.isMirror, elapsed >= .seconds(10) else { return }
        let rate = Int(Double(size) / (elapsed / .seconds(1)))
        guard rate < Self.slowRate, let index = clients.firstIndex(where: { $0.endpoint == client.endpoint }),
            standing.withLock({ $0.told.insert(index).inserted })
        else { return }
        report(.slow(mirror: client.endpoint.origin.authority, bytesPerSecond: rate))
    }
}

extension PullError {
    /// Whether whoever was asked is at fault, so that somebody else may do better.
    fileprivate var isOfServer: Bool {
        switch cause {
        case .disk, .exists: false
        default: step != .archive
        }
    }

    /// Whether what was served is false, and not merely missing or late.
    fileprivate var isFalsehood: Bool {
        switch cause {
        case .digestMismatch, .stale: true
        case .sizeMismatch(let expected, let actual): actual > expected
        default: false
        }
    }
}
