/// What has been found out about an archive, to be judged: all of its members, and of every file what its bytes are.
struct ArchiveEvidence: Sendable {
    /// How it is compressed as a whole, the outermost first; a folder is not.
    var encodings: [Encoding]
    /// The members; of a folder its files.
    var entries: [TarEntry]
    /// What ends the archive before its time.
    var damage: TarIndex.Damage?
    /// Of every file, by its number among the members.
    var files: [Int: FileEvidence]
    /// Where an archive is unpacked, by the file's name: the member that stands there then.
    var index: TarIndex?
    /// Of a folder the files by their names; nil for an archive.
    var inFolder: [String: Int]?

    /// Whether it is a folder.
    var isFolder: Bool { inFolder != nil }

    /// The file that a name leads to, over links; nil where there is none.
    func file(_ name: String) -> FileEvidence? {
        if let inFolder { return inFolder[name].flatMap { files[$0] } }
        return index?.number(name).flatMap { files[$0] }
    }

    /// The file that holds a blob.
    func blob(_ digest: Digest) -> FileEvidence? { file(digest.blobPath) }
}

/// What one file's bytes are.
struct FileEvidence: Hashable, Sendable {
    /// The member.
    var entry: TarEntry
    /// The digests of its bytes as they are stored, in SHA-256 and SHA-512.
    var digests: [Digest]
    /// What it is as a layer.
    var layer: LayerEvidence
    /// The bytes, where it may be a document.
    var bytes: [UInt8]?

    /// Its digest in SHA-256.
    var sha256: Digest? { digests.first { $0.algorithm == .sha256 } }
}

/// What a file is, taken as a layer.
struct LayerEvidence: Hashable, Sendable {
    /// How it is compressed.
    var encoding: Encoding
    /// The digests of what it inflates to, in SHA-256 and SHA-512; none where it cannot be inflated.
    var diffIDs: [Digest]
    /// Why it cannot be inflated.
    var fault: String?
    /// What is wrong with the tar archive in it.
    var damage: TarDamage?
    /// Whether bytes that are none follow its gzip.
    var hasJunk = false

    /// Whether it inflates to bytes of this digest.
    func inflates(to diffID: Digest) -> Bool { diffIDs.contains(diffID) }
}
