/// What an archive says of the image in it: by this an archive is known again that an earlier pull has made.
struct SavedImage: Hashable, Sendable {
    /// The names under which it loads; empty for one that was pulled by digest.
    var names: Set<String>
    /// The configuration's digest, which is the image's ID.
    var config: Digest
    /// What it runs on.
    var platform: Platform

    /// An image that is to be written.
    ///
    /// - Throws: `.malformed` when its configuration is not to be read.
    init(_ image: ArchivedImage) throws(PullError.Cause) {
        names = Set(image.names.compactMap { ArchiveName($0)?.familiar })
        config = image.manifest.config.digest
        platform = try ImageConfig(image.config, layers: image.manifest.layers.count).platform.normalised
    }

    /// Reads an archive on disk, in any layout; nil for whatever is not an archive of one image.
    ///
    /// - Parameter platform: which of several is meant, where all platforms of an image are in it.
    /// - Throws: `PullError` with `.disk`; `CancellationError`.
    static func read(_ path: String, preferring platform: Platform? = nil) async throws -> SavedImage? {
        do {
            let images = try await StoredImages.open(path, preferring: platform).images
            guard let image = images.first, images.count == 1 else { return nil }
            return try? SavedImage(image)
        } catch let error as PullError {
            if case .disk = error.cause { throw error }
            return nil
        }
    }

    /// Whether the other is the same image, or the same name and platform at another time.
    func isSame(as other: SavedImage) -> Bool {
        let hasSameName = !names.isEmpty && names == other.names && platform == other.platform
        // The configuration alone tells what a digest named, and it holds the platform.
        return hasSameName || (names == other.names && config == other.config)
    }
}
