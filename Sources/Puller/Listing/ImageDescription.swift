internal import LabNet

/// What an image is, without the bytes of its layers: what `inspect` shows.
public struct ImageDescription: Hashable, Sendable {
    /// Its names, as it was asked for or as an archive has them.
    public var names: [ImageReference]
    /// What the name leads to, an index or a manifest: type, digest and size.
    public var target: Descriptor
    /// The platforms that it exists for, in the index's order, attestations left out.
    public var platforms: [AvailablePlatform]
    /// The manifest of the platform that is shown.
    public var manifest: Descriptor
    /// The configuration, whose digest is the image's ID; nil for schema 1, where nobody has one before the layers are here.
    public var config: Descriptor?
    /// What the configuration says.
    public var configuration: ImageConfiguration
    /// The layers, lowest first.
    public var layers: [Layer]

    /// A layer.
    public struct Layer: Hashable, Sendable {
        /// Type, digest and size of the blob.
        public var blob: Descriptor
        /// The digest of its inflated bytes; nil where nobody has said it.
        public var diffID: Digest?
    }

    /// How many bytes the layers' blobs have; one that occurs again counts once.
    public var size: Int64 {
        var seen: Set<Digest> = []
        return layers.map(\.blob).filter { seen.insert($0.digest).inserted }.map(\.size).sizeSum
    }
}

extension ImageDescription {
    /// Describes an image that has been read.
    ///
    /// - Throws: `.malformed` when the configuration is not one.
    public init(_ image: ArchivedImage) throws(PullError.Cause) {
        configuration = try ImageConfiguration(image.config)
        names = image.names
        target = (image.index?.descriptor ?? image.manifest.descriptor).bare
        manifest = image.manifest.descriptor.bare
        config = image.manifest.config
        platforms =
            image.index?.images.compactMap { entry in
                entry.platform.map { AvailablePlatform(platform: $0, digest: entry.digest) }
            } ?? [AvailablePlatform(platform: configuration.platform, digest: manifest.digest)]
        layers = image.manifest.layers.enumerated().map { position, blob in
            Layer(blob: blob, diffID: image.diffIDs.indices.contains(position) ? image.diffIDs[position] : nil)
        }
    }

    /// Describes an image of schema 1; `blobs` are its layers with their sizes.
    init(
        _ manifest: Schema1Manifest, of reference: ImageReference, blobs: [Descriptor]
    ) throws(PullError.Cause) {
        configuration = try ImageConfiguration(manifest)
        names = [reference]
        target = manifest.descriptor
        self.manifest = manifest.descriptor
        platforms = [AvailablePlatform(platform: manifest.platform, digest: manifest.descriptor.digest)]
        layers = blobs.map { Layer(blob: $0, diffID: nil) }
    }
}

extension Descriptor {
    /// Type, digest and size alone.
    fileprivate var bare: Descriptor { Descriptor(mediaType: mediaType, digest: digest, size: size) }
}

extension RegistryClient {
    /// What a reference names, without fetching any layer.
    ///
    /// - Parameter platform: the one to show; nil for Linux on amd64 or, where there is none, the first.
    /// - Throws: `PullError`, `.noSuchPlatform` with those that exist; `CancellationError`.
    func description(
        of reference: ImageReference, for platform: Platform?, report: @Sendable (PullEvent) -> Void
    ) async throws -> ImageDescription {
        let document = try await document(of: reference, report: report)
        let found: FoundImage
        switch document {
        case .schema1(let manifest):
            if let platform, !platform.accepts(manifest.platform) {
                throw absent(platform, among: [manifest.platform], manifest.descriptor.digest)
            }
            let blobs = try await measured(manifest.layers)
            return try await naming(.manifest, at: endpoint.origin.authority) {
                try ImageDescription(manifest, of: reference, blobs: blobs)
            }
        case .image(let manifest):
            found = try await complete(manifest, index: nil)
            if let platform, !platform.accepts(found.config.platform) {
                throw absent(platform, among: [found.config.platform], manifest.descriptor.digest)
            }
        case .index(let index):
            do {
                found = try await image(in: index, for: platform ?? .usual)
            } catch let error as PullError {
                guard platform == nil, case .noSuchPlatform(_, let available) = error.cause,
                    let first = available.first?.platform
                else { throw error }
                found = try await image(in: index, for: first)
            }
        }
        let image = ArchivedImage(
            names: [reference], source: reference, index: found.index, manifest: found.manifest,
            config: found.configBytes, diffIDs: found.config.diffIDs)
        return try await naming(.config, at: endpoint.origin.authority) { try ImageDescription(image) }
    }

    private func absent(_ platform: Platform, among platforms: [Platform], _ digest: Digest) -> PullError {
        failure(
            .noSuchPlatform(
                wanted: platform, available: platforms.map { AvailablePlatform(platform: $0, digest: digest) }))
    }
}

extension Puller {
    /// What an image is: its manifest, its configuration and its platforms. No layer is fetched.
    ///
    /// - Parameters:
    ///   - platform: the one to show; nil for Linux on amd64 or, where there is none, the first.
    ///   - progress: is told of mirrors that fail, and of how many pulls are left.
    /// - Throws: `PullError`; `CancellationError` when the task is cancelled.
    public func description(
        of reference: ImageReference, for platform: Platform?,
        progress: @escaping @Sendable (PullEvent) -> Void = { _ in }
    ) async throws -> ImageDescription {
        let sources = try await ImageSources(
            reference, access: access, transport: transport, patience: patience, report: progress)
        var description = try await sources.description(of: reference, for: platform)
        description.names = [reference]
        return description
    }

    /// The tags of a reference's repository, in the order in which the registry has them.
    ///
    /// - Parameter progress: is told of mirrors that fail.
    /// - Throws: `PullError`; `CancellationError` when the task is cancelled.
    public func tags(
        of reference: ImageReference, progress: @escaping @Sendable (PullEvent) -> Void = { _ in }
    ) async throws -> [String] {
        let sources = try await ImageSources(
            reference, access: access, transport: transport, patience: patience, report: progress)
        return try await sources.tags()
    }
}

extension ImageDescription {
    /// What the images of an archive, or of an OCI layout's folder, are; its digests are verified.
    ///
    /// - Parameter platform: which image of an index is shown; nil for the first that is there.
    /// - Throws: `PullError`, `.noSuchPlatform` with those that are there where none fits; `CancellationError`.
    public static func all(inArchive path: String, for platform: Platform?) async throws -> [ImageDescription] {
        let stored = try await StoredImages.open(path, preferring: platform)
        let images = try await naming(.stored, at: path) { try stored.images.map { try ImageDescription($0) } }
        guard let platform else { return images }
        let fitting = images.filter { platform.accepts($0.configuration.platform) }
        guard !fitting.isEmpty else {
            let available = images.map {
                AvailablePlatform(platform: $0.configuration.platform, digest: $0.manifest.digest)
            }
            throw PullError(
                step: .stored, place: path, cause: .noSuchPlatform(wanted: platform, available: available))
        }
        return fitting
    }
}
