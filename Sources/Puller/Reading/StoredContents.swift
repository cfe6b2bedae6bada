/// What an archive holds, or the folder of an OCI layout, by its names. Nothing outside of it is ever reached. Its calls
/// block.
struct StoredContents: Sendable {
    /// In what form it stands on disk.
    enum Form: Sendable {
        /// An archive; inflated, where it is compressed as a whole.
        case archive(TarIndex, any ReadableFile)
        /// A folder.
        case folder
    }

    /// The path that it was opened by, to be named in errors.
    let path: String
    /// Its form.
    let form: Form
    /// How the archive is compressed as a whole, the outermost first; none where it is not, and for folders.
    let encodings: [Encoding]
    /// How many bytes may be inflated, of all that is in it together.
    let budget: InflationBudget

    /// Opens an archive or a folder. An archive that is compressed as a whole is inflated into a file without a name.
    ///
    /// - Parameters:
    ///   - spool: the file without a name is made beside this one.
    ///   - limit: how many bytes may be inflated in all; nil for ``InflationBudget/usual(for:)``.
    /// - Throws: `.disk`, `.undecodable`, `.malformed`; `CancellationError`.
    init(opening path: String, spool: String = Archiver.spool, limit: Int64? = nil) throws {
        self.path = path
        guard let file = try Self.openArchive(path) else {
            form = .folder
            encodings = []
            budget = InflationBudget(limit ?? InflationBudget.usual(for: 0))
            return
        }
        budget = InflationBudget(limit ?? InflationBudget.usual(for: file.size))
        var encodings: [Encoding] = []
        var (content, size): (any ReadableFile, Int64) = (file, file.size)
        // What is compressed twice, podman alone reads; three times nobody.
        while encodings.count < 2 {
            let encoding = Encoding(try content.bytes(at: 0, count: Encoding.magicSize))
            guard encoding != .plain else { break }
            let inflated = try Self.inflate(content, size: size, beside: spool, budget)
            encodings.append(encoding)
            (content, size) = (inflated.file, inflated.size)
        }
        self.encodings = encodings
        form = .archive(try TarIndex(content, size: size), content)
    }

    /// The file of an archive; nil for a folder.
    private static func openArchive(_ path: String) throws(PullError.Cause) -> OpenFile? {
        do throws(PullError.Cause) {
            return try OpenFile(path)
        } catch .disk(let errno) where PullError.Cause.isOfFolder(errno) {
            return nil
        }
    }

    private static func inflate(
        _ file: any ReadableFile, size: Int64, beside spool: String, _ budget: InflationBudget
    ) throws -> (file: ArchiveFile, size: Int64) {
        let room = InflationBudget(try DiskRoom.left(beside: spool), onEnd: .noSpace)
        let inflated = try ArchiveFile.create(at: spool, for: .spool)
        // Nobody else has to find it again.
        inflated.discard()
        var end: Int64 = 0
        try SpoolFile(in: file, at: 0, size: size).inflate { piece in
            try budget.spend(piece.count)
            try room.spend(piece.count)
            try inflated.write(piece, at: end)
            end += Int64(piece.count)
        }
        return (inflated, end)
    }

    /// The archive's members; nil for a folder.
    var index: TarIndex? {
        if case .archive(let index, _) = form { index } else { nil }
    }

    /// The file of this name; nil where there is none.
    ///
    /// - Throws: `.disk`.
    func file(_ name: String) throws(PullError.Cause) -> SpoolFile? {
        switch form {
        case .archive(let index, let file):
            return index.file(name).map { SpoolFile(in: file, at: $0.offset, size: $0.size) }
        case .folder:
            guard let clean = ArchivePath.clean(name), clean == name else { return nil }
            do throws(PullError.Cause) {
                let file = try OpenFile("\(path)/\(name)", followingLinks: false)
                return SpoolFile(in: file, at: 0, size: file.size)
            } catch .disk(let errno) where PullError.Cause.isOfAbsence(errno) {
                return nil
            }
        }
    }

    /// All bytes of a file; nil where there is none.
    ///
    /// - Throws: `.disk`; `.malformed` for more than `limit` bytes, and where the archive ends before them.
    func bytes(_ name: String, limit: Int) throws(PullError.Cause) -> [UInt8]? {
        guard let file = try file(name) else { return nil }
        guard file.size <= limit else { throw .malformed("more than \(limit) bytes") }
        let bytes = try file.prefix(limit)
        guard bytes.count == file.size else { throw .malformed(TarDamage.truncated.description) }
        return bytes
    }
}
