#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// An OCI image layout as a folder (image-spec `image-layout.md`): blobs under their digests, each under its name only when
/// it is verified, and an index, which is replaced when all that it names is there. All its calls block.
struct OCIFolder: Sendable {
    /// The folder's path, without a slash at its end.
    let path: String

    /// A folder that need not be there.
    init(_ path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// Refuses what stands there and is no layout: a file, or a folder of other things.
    ///
    /// - Throws: `.exists`, `.disk`.
    func refuseForeign() throws(PullError.Cause) {
        do throws(PullError.Cause) {
            guard try isOurs() else { throw .exists }
        } catch .disk(errno: ENOENT) {}
    }

    /// Makes the folder where there is none.
    ///
    /// - Throws: `.exists`, `.disk`.
    func make() throws(PullError.Cause) {
        try Folder.make(path)
        try refuseForeign()
    }

    private func isOurs() throws(PullError.Cause) -> Bool {
        let names: [String]
        do throws(PullError.Cause) { names = try Folder.names(in: path) } catch .disk(errno: ENOTDIR) { return false }
        // A first run that was killed has left blobs, and no name for them yet.
        return names.contains("oci-layout") || names.allSatisfy { $0 == "blobs" || $0.hasPrefix(".oci-layout.") }
    }

    /// Where a member stands.
    func path(of member: ArchiveMember) -> String { "\(path)/\(member.path)" }

    /// Whether a member is there. A blob is under its name only if it was verified, so the size is proof enough.
    func has(_ member: ArchiveMember, size: Int64) -> Bool {
        var status = stat()
        return lstat(path(of: member), &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size == size
    }

    /// Makes a folder of the layout.
    ///
    /// - Throws: `.disk`.
    func make(_ folder: ArchiveMember) throws(PullError.Cause) {
        try Folder.make(path(of: folder))
    }

    /// Writes a file whose bytes are known; one that is there already is replaced.
    ///
    /// - Throws: `.disk`.
    func write(_ bytes: [UInt8], as member: ArchiveMember) throws {
        let file = try ArchiveFile.create(at: path(of: member))
        try file.write(bytes, at: 0)
        try file.commit(replacing: true)
    }

    /// Keeps other processes from changing the index meanwhile, as far as the disk knows locks.
    ///
    /// - Throws: `.disk` when the folder cannot be opened; what `body` throws.
    func whileLocked(_ body: () throws -> Void) throws {
        let folder = try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY)
        while flock(folder.number, LOCK_EX) != 0, errno == EINTR {}
        // The lock ends with the descriptor.
        defer { _ = flock(folder.number, LOCK_UN) }
        try body()
    }

    /// The index with what another one names: its images come last, and take the place of those of the same name.
    ///
    /// - Throws: `.disk`; `.malformed` when what stands there is no index.
    func index(adding bytes: [UInt8]) throws(PullError.Cause) -> [UInt8] {
        guard let standing = try standingIndex() else { return bytes }
        let old = try GoJSON(parsing: standing)
        guard case .object(let members) = old else { throw .malformed("index.json: no object") }
        let added = try GoJSON(parsing: bytes)["manifests"]?.elements ?? []
        let kept = old["manifests"]?.elements.filter { one in !added.contains { $0.isSame(as: one) } }
        let merged = members.map { member -> GoJSON.Member in
            guard member.name.elementsEqual("manifests".utf8) else { return member }
            return .init(name: member.name, value: .array(ArchiveIndex.tellingApart((kept ?? []) + added)))
        }
        return GoJSON.object(merged).bytes()
    }

    /// The index that is there; nil where there is none.
    private func standingIndex() throws(PullError.Cause) -> [UInt8]? {
        do throws(PullError.Cause) {
            let file = try OpenFile("\(path)/index.json")
            guard file.size <= Self.limit else { throw .malformed("index.json: more than \(Self.limit) bytes") }
            return try file.bytes(at: 0, count: Int(file.size))
        } catch .disk(errno: ENOENT) {
            return nil
        }
    }

    /// An index of ten thousand images.
    private static let limit = 4 << 20
}

extension GoJSON {
    /// Whether two descriptors are an image of the same name, or without names the same content.
    fileprivate func isSame(as other: GoJSON) -> Bool {
        let key = Annotation.imageName
        let names = (self["annotations"]?[key], other["annotations"]?[key])
        return names.0 == names.1 && (names.0 != nil || self["digest"] == other["digest"])
    }
}
