internal import LabNet
internal import Synchronization

/// One run of pushes to one destination. It knows what it has brought where, so that no blob is sent twice: a repository
/// that has it gives it to the others.
///
/// Images are pushed one after another, the blobs of each some at a time.
final class RegistryPush: Sendable {
    private struct State {
        var clients: [String: RegistryClient] = [:]
        /// What is known to be in a repository, by its path.
        var present: [String: Set<Digest>] = [:]
        /// What each name was given for.
        var named: [ImageReference: Digest] = [:]
    }

    let destination: PushDestination
    private let transport: any HTTPExchanging
    private let patience: Patience
    private let jobs: Int
    private let link: Link
    private let state = Mutex(State())

    /// - Parameters:
    ///   - transport: goes to the destination.
    ///   - transfer: how many connections bring the blobs that are sent, and how fast.
    ///   - jobs: how many blobs are sent at a time; 1 or more.
    init(
        to destination: PushDestination, over transport: any HTTPExchanging, patience: Patience = Patience(),
        transfer: TransferOptions = TransferOptions(), jobs: Int
    ) {
        self.destination = destination
        self.transport = transport
        self.patience = patience
        self.jobs = max(1, jobs)
        link = Link(transfer, jobs: jobs, clock: patience.clock)
    }

    /// Pushes an image under each of its names.
    ///
    /// - Parameters:
    ///   - source: brings its layers.
    ///   - report: is told of the progress.
    /// - Throws: `PullError`: `.nameless`, `.sameName`; what the destination or the source fails with; `CancellationError`.
    func push(
        _ image: ArchivedImage, from source: any BlobSource, report: @escaping @Sendable (PushEvent) -> Void
    ) async throws -> [PushedImage] {
        let names = try targets(of: image)
        let blobs = HeldBlobs(of: image, others: source, place: image.manifest.descriptor.digest.description)
        var pushed: [PushedImage] = []
        for name in names {
            let turn = ImagePush(run: self, image: image, name: name, source: blobs, report: report)
            pushed.append(try await turn.run(over: try await client(for: name, image), link: link, jobs: jobs))
        }
        return pushed
    }

    /// The names there, each once.
    private func targets(of image: ArchivedImage) throws -> [ImageReference] {
        let digest = image.published.descriptor.digest
        func failure(_ cause: PullError.Cause, _ place: String) -> PullError {
            PullError(step: .publish, place: place, cause: cause)
        }
        var names: [ImageReference] = []
        for name in image.names {
            let target: ImageReference
            do {
                target = try destination.name(of: name)
            } catch {
                throw failure(.malformed("a repository's path of more than 255 characters"), name.familiar)
            }
            // By a digest it can have no other name than its own.
            guard target.tag != nil || target.digest == digest else { continue }
            let former = state.withLock { state in
                defer { state.named[target] = digest }
                return state.named[target]
            }
            if let former, former != digest { throw failure(.sameName(former, digest), target.familiar) }
            if !names.contains(target) { names.append(target) }
        }
        guard !names.isEmpty else { throw failure(.nameless, image.manifest.config.digest.description) }
        return names
    }

    /// The client of a name's repository, which may also read in those that blobs may be taken over from.
    private func client(for name: ImageReference, _ image: ArchivedImage) async throws -> RegistryClient {
        let client: RegistryClient
        if let known = state.withLock({ $0.clients[name.path] }) {
            client = known
        } else if let sibling = state.withLock({ $0.clients.values.first }) {
            client = sibling.client(for: name.path, as: destination.access.accounts)
        } else {
            client = try await RegistryClient(
                name, access: destination.access, transport: transport, patience: patience)
        }
        state.withLock { $0.clients[name.path] = client }
        let others = image.blobs.compactMap { donor(of: $0.digest, to: name.path, image) }
        let scopes = ["repository:\(name.path):pull,push"] + Self.some(of: others).map { "repository:\($0):pull" }
        await client.tokens.want(scopes)
        return client
    }

    /// A token server is asked for no more repositories than these at a time.
    private static func some(of repositories: [String]) -> [String] { Array(Set(repositories).sorted().prefix(8)) }

    // MARK: What is where

    /// Whether a blob is known to be in a repository.
    func knows(_ blob: Digest, in repository: String) -> Bool {
        state.withLock { $0.present[repository]?.contains(blob) == true }
    }

    /// A blob is in a repository now.
    func note(_ blob: Digest, in repository: String) {
        state.withLock { _ = $0.present[repository, default: []].insert(blob) }
    }

    /// A repository that a blob may be taken over from: one that this run has brought it to, or, where the image comes from
    /// the destination's own registry, that which it comes from.
    func donor(of blob: Digest, to repository: String, _ image: ArchivedImage) -> String? {
        let known = state.withLock { state in
            state.present.filter { $0.key != repository && $0.value.contains(blob) }.keys.min()
        }
        if let known { return known }
        guard let source = image.source, source.domain == destination.registry, source.path != repository else {
            return nil
        }
        return source.path
    }
}
