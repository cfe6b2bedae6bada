internal import LabNet

extension RegistryClient {
    /// An image with all that its index leads to, other indexes one level deep; what is no index, as it is.
    ///
    /// Every image in it is checked as if it had been asked for. What is none (an attestation, a signature) is taken as
    /// it stands.
    ///
    /// - Parameter platform: which of the images is the one in front; the first where it does not exist for it.
    /// - Throws: `PullError`; `CancellationError`.
    func wholeImage(
        of reference: ImageReference, preferring platform: Platform, spooling: Spooling,
        report: @escaping @Sendable (PullEvent) -> Void
    ) async throws -> FoundImage {
        switch try await document(of: reference, report: report) {
        case .schema1(let manifest): return try await image(of: manifest, spooling: spooling, report: report)
        case .image(let manifest): return try await complete(manifest, index: nil)
        case .index(let index):
            var contents = IndexContents()
            try await collect(index, in: index, into: &contents)
            guard var found = contents.best(for: platform) else {
                throw failure(.noSuchPlatform(wanted: platform, available: []))
            }
            found.others = contents.others(than: found)
            return found
        }
    }

    private func collect(
        _ index: ImageIndex, in outer: ImageIndex, into contents: inout IndexContents
    ) async throws {
        let images = Set(index.images.map(\.digest))
        for entry in index.manifests where !contents.has(entry.digest) {
            switch try await manifest(entry, isImage: false).document {
            case .image(let manifest)
            where images.contains(entry.digest) && MediaType.isImageConfig(manifest.config.mediaType):
                try await naming(.manifest, at: endpoint.origin.authority) { try manifest.refuseUnlessImage() }
                let image = try await complete(manifest, index: outer)
                contents.images.append((entry.platform ?? image.config.platform, image))
                contents.add(manifest.descriptor, manifest.bytes)
                contents.add(manifest.config, image.configBytes)
                contents.add(manifest.layers)
            case .image(let manifest):
                contents.add(manifest.descriptor, manifest.bytes)
                contents.add([manifest.config] + manifest.layers)
            case .index(let inner):
                guard index == outer else { throw failure(.malformed("indexes three deep")) }
                contents.add(inner.descriptor, inner.bytes)
                try await collect(inner, in: outer, into: &contents)
            case .schema1: throw failure(.malformed("a manifest of schema 1 in an index"))
            }
            guard contents.isBearable else { throw failure(.malformed("an index of too many manifests")) }
        }
    }
}

/// What an index leads to, each blob once.
private struct IndexContents {
    var images: [(platform: Platform, image: FoundImage)] = []
    private var all: [ListedContent] = []
    private var digests: Set<Digest> = []
    private var heldBytes = 0
    private var documents = 0

    /// Whether so much may be held in memory, and asked for; the largest real ones have some forty manifests.
    var isBearable: Bool { documents <= 512 && heldBytes <= 64 << 20 }

    func has(_ digest: Digest) -> Bool { digests.contains(digest) }

    mutating func add(_ descriptor: Descriptor, _ bytes: [UInt8]) {
        guard digests.insert(descriptor.digest).inserted else { return }
        all.append(ListedContent(descriptor, bytes: bytes))
        documents += 1
        heldBytes += bytes.count
    }

    mutating func add(_ blobs: [Descriptor]) {
        for blob in blobs where digests.insert(blob.digest).inserted { all.append(ListedContent(blob)) }
    }

    func best(for platform: Platform) -> FoundImage? {
        let ranked = images.compactMap { one in platform.rank(of: one.platform).map { (one.image, rank: $0) } }
        return ranked.min { $0.rank < $1.rank }?.0 ?? images.first?.image
    }

    func others(than image: FoundImage) -> [ListedContent] {
        let own = Set(
            [image.manifest.descriptor.digest, image.manifest.config.digest] + image.manifest.layers.map(\.digest))
        return all.filter { !own.contains($0.descriptor.digest) }
    }
}
