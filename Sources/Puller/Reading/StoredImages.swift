/// The images in an archive or in the folder of an OCI layout, of whatever program wrote it, and whoever brings their layers.
///
/// An archive is hostile input: all that is read is bounded, no name leads out of it, and every digest is verified.
public struct StoredImages: Sendable {
    /// The path that they were opened by.
    public let path: String
    /// In what layout they stand.
    public let layout: StoredLayout
    /// The images, in their order; those that an archive names several times are here once, with all their names.
    public let images: [ArchivedImage]
    let contents: StoredContents
    /// Where the layers are, by what brings them: their own digests, or their diffIDs where they have to be inflated.
    let layers: [Digest: StoredLayer]

    /// Opens an archive in any layout, compressed as a whole or not, or the folder of an OCI layout.
    ///
    /// - Parameter platform: which image of an index is the one in front; the first that is there where none fits.
    /// - Throws: `PullError` with the member at fault in its place: `.unreadableArchive`, `.digestMismatch`,
    ///   `.sizeMismatch`, `.diffIDMismatch`, `.undecodable`, `.unsupported`, `.disk`; `CancellationError`.
    public static func open(_ path: String, preferring platform: Platform? = nil) async throws -> StoredImages {
        try await withTaskExecutorPreference(.blocking) {
            let contents = try await reading(path) { try StoredContents(opening: path) }
            return try await open(contents, preferring: platform)
        }
    }

    /// Reads what has been opened. It blocks.
    static func open(_ contents: StoredContents, preferring platform: Platform? = nil) async throws -> StoredImages {
        try await reading(contents.path) {
            if let damage = contents.index?.damage { throw PullError.Cause.unreadableArchive("\(damage.reason)") }
            var reader = StoredImageReader(contents, preferring: platform)
            return try reader.read()
        }
    }

    /// The images and who brings their layers.
    var stock: ImageStock { ImageStock(images: images, blobs: self) }
}

/// A layer in an archive.
struct StoredLayer: Hashable, Sendable {
    /// The member that holds it.
    var name: String
    /// Whether it is stored compressed, and asked for by the digest of what it inflates to.
    var isInflated = false
}

/// The layouts that are told apart in what is read.
public enum StoredLayout: Hashable, Sendable, CaseIterable {
    /// The registry's blobs and an OCI index with Docker's `manifest.json` beside it (Docker's containerd store; also
    /// its graphdriver stores from 25 on, whose layers are plain).
    case docker
    /// `manifest.json` and layers in folders or under their own names (Docker up to 24, podman, skopeo, NAS).
    case classic
    /// An OCI image layout as an archive.
    case oci
    /// An OCI image layout as a folder.
    case ociFolder
}

extension StoredImages: BlobSource {
    /// See ``BlobSource``. The disk is believed no more than the network.
    func fetch(
        _ transfer: BlobTransfer, step: PullError.Step,
        retrying: @Sendable (_ attempt: Int, _ reason: PullError) -> Void
    ) async throws {
        let digest = transfer.blob.digest
        guard let layer = layers[digest] else {
            let place = "\(path): \(digest.blobPath)"
            throw PullError(step: step, place: place, cause: .unreadableArchive("the layer is not there"))
        }
        try await withTaskExecutorPreference(.blocking) {
            try await naming(step, at: "\(path): \(layer.name)") {
                guard let file = try contents.file(layer.name) else {
                    throw PullError.Cause.unreadableArchive("the layer is not there")
                }
                var offset: Int64 = 0
                func take(_ piece: UnsafeRawBufferPointer) throws {
                    try transfer.take(piece, at: offset)
                    offset += Int64(piece.count)
                }
                if layer.isInflated { try file.inflate(into: take) } else { try file.forEachPiece(take) }
                try transfer.finish()
            }
        }
    }
}

extension StoredImages {
    /// See ``BlobSource``.
    func bring(_ part: Range<Int64>, of transfer: BlobTransfer) async {
        guard let layer = layers[transfer.blob.digest], !layer.isInflated,
            let file = try? contents.file(layer.name)
        else { return }
        await file.bring(part, of: transfer)
    }
}

/// Names the archive in errors, and the member where it is known; what is malformed there is no server's fault.
private func reading<Value>(_ path: String, _ operation: () throws -> Value) async throws -> Value {
    try await naming(.stored, at: path) {
        do {
            return try operation()
        } catch let fault as MemberFault {
            throw PullError(step: .stored, place: "\(path): \(fault.member)", cause: fault.cause.ofArchive)
        } catch let cause as PullError.Cause {
            throw cause.ofArchive
        }
    }
}

/// What is wrong with one member.
struct MemberFault: Error, Hashable {
    var member: String
    var cause: PullError.Cause
}

extension PullError.Cause {
    fileprivate var ofArchive: Self {
        switch self {
        case .malformed(let rule): .unreadableArchive(rule)
        case .notFound: .unreadableArchive("it is not there")
        default: self
        }
    }
}
