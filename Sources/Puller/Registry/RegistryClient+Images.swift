internal import LabNet

/// An image of one platform: all of it but its layers, verified.
struct FoundImage: Sendable {
    /// The index that the name led to, where it is one.
    var index: ImageIndex?
    /// The manifest.
    var manifest: Manifest
    /// The configuration's bytes.
    var configBytes: [UInt8]
    /// The configuration.
    var config: ImageConfig
    /// What else the index leads to, where all of it was asked for.
    var others: [ListedContent] = []
    /// The layers, where they had to be fetched to know the rest.
    var fetched: SpooledBlobs?
}

extension RegistryClient {
    /// The image that a reference names for this platform, and no other in its place.
    ///
    /// - Throws: `PullError`, `.noSuchPlatform` with those that exist.
    func image(
        of reference: ImageReference, for platform: Platform, spooling: Spooling,
        report: @escaping @Sendable (PullEvent) -> Void
    ) async throws -> FoundImage {
        switch try await document(of: reference, report: report) {
        case .schema1(let manifest):
            guard platform.accepts(manifest.platform) else { throw absent(platform, among: [Offer(manifest)]) }
            return try await image(of: manifest, spooling: spooling, report: report)
        case .image(let manifest):
            let image = try await complete(manifest, index: nil)
            guard platform.accepts(image.config.platform) else {
                throw absent(platform, among: [Offer(image)])
            }
            return image
        case .index(let index): return try await image(in: index, for: platform)
        }
    }

    /// The image of an index for this platform.
    ///
    /// - Throws: `PullError`, `.noSuchPlatform` with those that exist.
    func image(in index: ImageIndex, for platform: Platform) async throws -> FoundImage {
        if let entry = index.manifest(for: platform), !MediaType.isIndex(entry.mediaType),
            case .image(let manifest) = try await manifest(entry).document
        {
            return try await complete(manifest, index: index)
        }
        return try await image(amongAllOf: index, for: platform)
    }

    /// What a reference leads to; how many pulls are left is reported.
    func document(
        of reference: ImageReference, report: @Sendable (PullEvent) -> Void
    ) async throws -> ManifestDocument {
        let served = try await manifest(of: reference)
        if let left = served.pullsLeft { report(.rateLimit(remaining: left)) }
        return served.document
    }

    /// The platforms that a reference can be had for, in the order of its index.
    ///
    /// - Throws: `PullError`.
    func platforms(of reference: ImageReference) async throws -> [AvailablePlatform] {
        switch try await manifest(of: reference).document {
        case .schema1(let manifest): [Offer(manifest).available]
        case .image(let manifest): [Offer(try await complete(manifest, index: nil)).available]
        case .index(let index): try await offers(of: index, in: index).map(\.available)
        }
    }

    /// Looks behind entries that do not say what they are for, and into indexes in the index.
    private func image(amongAllOf index: ImageIndex, for platform: Platform) async throws -> FoundImage {
        let offers = try await offers(of: index, in: index)
        let best = offers.compactMap { offer in platform.rank(of: offer.available.platform).map { (offer, rank: $0) } }
            .min { $0.rank < $1.rank }
        guard let (offer, _) = best else { throw absent(platform, among: offers) }
        if let image = offer.image { return image }
        guard case .image(let manifest) = try await manifest(offer.descriptor).document else {
            throw failure(.malformed("an index in place of a manifest"))
        }
        return try await complete(manifest, index: index)
    }

    /// All images of an index, those of indexes in it included, one level deep; `outer` is the one that was asked for.
    private func offers(of index: ImageIndex, in outer: ImageIndex) async throws -> [Offer] {
        var offers: [Offer] = []
        var lookups = 0
        for entry in index.images {
            if let platform = entry.platform, !platform.architecture.isEmpty, !MediaType.isIndex(entry.mediaType) {
                offers.append(Offer(platform, entry))
                continue
            }
            lookups += 1
            guard lookups <= Self.lookupLimit else {
                throw failure(.malformed("an index that does not name its platforms"))
            }
            switch try await manifestOfImage(entry) {
            case .image(let manifest)?:
                offers.append(Offer(try await complete(manifest, index: outer)))
            case .index(let inner)?:
                guard index == outer else { throw failure(.malformed("indexes three deep")) }
                offers += try await self.offers(of: inner, in: outer)
            case .schema1?, nil: break
            }
        }
        return offers
    }

    /// An index could list thousands of entries without a platform, to have them all asked for.
    private static let lookupLimit = 32

    /// A listed manifest; nil for an artifact, which is no image and no error beside images.
    private func manifestOfImage(_ entry: Descriptor) async throws -> ManifestDocument? {
        do {
            return try await manifest(entry).document
        } catch let error as PullError {
            guard case .unsupported = error.cause else { throw error }
            return nil
        }
    }

    /// Fetches the configuration that belongs to a manifest.
    func complete(_ manifest: Manifest, index: ImageIndex?) async throws -> FoundImage {
        let bytes = try await fetch(manifest.config, step: .config, upTo: ImageConfig.limit)
        let config = try await naming(.config, at: endpoint.origin.authority) {
            try ImageConfig(bytes, layers: manifest.layers.count)
        }
        return FoundImage(index: index, manifest: manifest, configBytes: bytes, config: config)
    }

    private func absent(_ platform: Platform, among offers: [Offer]) -> PullError {
        failure(.noSuchPlatform(wanted: platform, available: offers.map(\.available)))
    }

    func failure(_ cause: PullError.Cause) -> PullError {
        PullError(step: .manifest, place: endpoint.origin.authority, cause: cause)
    }
}

/// One image that an index, or a tag of a single manifest, offers.
private struct Offer: Sendable {
    var available: AvailablePlatform
    var descriptor: Descriptor
    /// The image itself, where it had to be fetched to know its platform.
    var image: FoundImage?

    init(_ platform: Platform, _ descriptor: Descriptor) {
        available = AvailablePlatform(platform: platform, digest: descriptor.digest)
        self.descriptor = descriptor
    }

    init(_ manifest: Schema1Manifest) {
        self.init(manifest.platform, manifest.descriptor)
    }

    init(_ image: FoundImage) {
        self.init(image.config.platform, image.manifest.descriptor)
        self.image = image
    }
}
