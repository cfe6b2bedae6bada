/// Reads the images of an archive or folder: those of its OCI index verbatim, and those that only `manifest.json` names with
/// a manifest that is made for them. Its calls block.
struct StoredImageReader {
    let contents: StoredContents
    let platform: Platform?
    var images: [ArchivedImage] = []
    var layers: [Digest: StoredLayer] = [:]
    /// What has been read of documents so far.
    private var documents = 0
    private var heldBytes = 0

    init(_ contents: StoredContents, preferring platform: Platform?) {
        (self.contents, self.platform) = (contents, platform)
    }

    mutating func read() throws -> StoredImages {
        let index = try document("index.json", limit: ManifestDocument.limit)
        let manifest = try document("manifest.json", limit: ManifestDocument.limit)
        guard index != nil || manifest != nil else {
            throw PullError.Cause.unreadableArchive("neither manifest.json nor index.json")
        }
        if let index { try at("index.json") { reader in try reader.readIndex(index) } }
        if let manifest { try readClassic(manifest) }
        guard !images.isEmpty else { throw PullError.Cause.unsupported("no image in it") }
        let isFolder = if case .folder = contents.form { true } else { false }
        let layout: StoredLayout = isFolder ? .ociFolder : index == nil ? .classic : manifest == nil ? .oci : .docker
        return StoredImages(
            path: contents.path, layout: layout, images: images, contents: contents, layers: layers)
    }

    /// Adds an image, or the names of one that is there already.
    mutating func add(_ image: ArchivedImage) {
        guard let known = images.firstIndex(where: { $0.target == image.target }) else { return images.append(image) }
        for name in image.names where !images[known].names.contains(name) { images[known].names.append(name) }
    }

    // MARK: Documents

    /// The bytes of a document; nil where it is not there.
    func document(_ name: String, limit: Int) throws -> [UInt8]? {
        try Self.at(name) { try contents.bytes(name, limit: limit) }
    }

    /// The bytes of a blob, verified; nil where it is not there.
    mutating func blob(_ descriptor: Descriptor, limit: Int) throws -> [UInt8]? {
        let name = descriptor.digest.blobPath
        guard let bytes = try document(name, limit: limit) else { return nil }
        try Self.at(name) {
            guard bytes.count == descriptor.size else {
                throw PullError.Cause.sizeMismatch(expected: descriptor.size, actual: Int64(bytes.count))
            }
            let actual = try Digester.digest(descriptor.digest.algorithm, of: bytes)
            guard actual == descriptor.digest else {
                throw PullError.Cause.digestMismatch(expected: descriptor.digest, actual: actual)
            }
        }
        documents += 1
        heldBytes += bytes.count
        guard documents <= Self.documentLimit, heldBytes <= Self.heldLimit else {
            throw PullError.Cause.unreadableArchive("an index of too many manifests")
        }
        return bytes
    }

    /// So many documents are read at most, and so many bytes of them held in memory: ten times what the largest real
    /// images have.
    private static let documentLimit = 4096
    private static let heldLimit = 256 << 20

    /// Names the member in errors.
    static func at<Value>(_ member: String, _ operation: () throws -> Value) throws -> Value {
        do {
            return try operation()
        } catch let cause as PullError.Cause {
            throw MemberFault(member: member, cause: cause)
        }
    }

    /// Names the member in errors of what changes the reader.
    mutating func at<Value>(_ member: String, _ operation: (inout Self) throws -> Value) throws -> Value {
        do {
            return try operation(&self)
        } catch let cause as PullError.Cause {
            throw MemberFault(member: member, cause: cause)
        }
    }
}

extension ArchivedImage {
    /// What a name leads to: the index, or the manifest.
    var target: Digest { index?.descriptor.digest ?? manifest.descriptor.digest }
}
