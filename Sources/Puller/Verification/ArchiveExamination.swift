/// Reads an archive from its beginning to its end, once, and finds out what all of it is. It blocks.
struct ArchiveExamination {
    let contents: StoredContents
    /// Is told after every piece how many of how many bytes have been read.
    let progress: @Sendable (_ read: Int64, _ all: Int64) -> Void
    private var heldBytes = 0
    private var (read, all): (Int64, Int64) = (0, 0)

    init(_ contents: StoredContents, progress: @escaping @Sendable (Int64, Int64) -> Void) {
        (self.contents, self.progress) = (contents, progress)
    }

    /// - Throws: `.disk`, `.undecodable` for a bomb; `CancellationError`.
    mutating func evidence() throws -> ArchiveEvidence {
        switch contents.form {
        case .archive(let index, let file):
            let files = try examine(index.entries) { SpoolFile(in: file, at: $0.offset, size: $0.size) }
            return ArchiveEvidence(
                encodings: contents.encodings, entries: index.entries, damage: index.damage, files: files, index: index)
        case .folder:
            let entries = try FolderListing.entries(of: contents.path)
            let files = try examine(entries) { [contents] in try contents.file($0.path) }
            let numbers = Dictionary(entries.enumerated().map { ($1.path, $0) }) { first, _ in first }
            return ArchiveEvidence(
                encodings: [], entries: entries, damage: nil, files: files, index: nil, inFolder: numbers)
        }
    }

    private mutating func examine(
        _ entries: [TarEntry], _ open: (TarEntry) throws -> SpoolFile?
    ) throws -> [Int: FileEvidence] {
        all = entries.lazy.filter { $0.kind == .file }.map(\.size).sizeSum
        var files: [Int: FileEvidence] = [:]
        for (number, entry) in entries.enumerated() where entry.kind == .file {
            let end = [read, entry.size].sizeSum
            if let file = try open(entry) { files[number] = try examine(file, entry) }
            // Of a member that is cut off there was less.
            read = end
            progress(read, all)
        }
        return files
    }

    private mutating func examine(_ file: SpoolFile, _ entry: TarEntry) throws -> FileEvidence {
        let wantsLong = entry.path.contains("sha512")
        var stored = try Digesters.start(wantsLong: wantsLong)
        var inflated = try Digesters.start(wantsLong: wantsLong)
        var inflater = Inflater()
        var tar = TarStream()
        var fault: String?
        let budget = contents.budget
        func take(_ piece: UnsafeRawBufferPointer) throws {
            try budget.spend(piece.count)
            inflated.update(piece)
            tar.push(piece)
        }
        func inflating(_ operation: () throws -> Void) throws {
            guard fault == nil else { return }
            do {
                try operation()
            } catch PullError.Cause.undecodable(let words) {
                fault = words
            }
        }
        try file.forEachPiece { piece in
            stored.update(piece)
            read = [read, Int64(piece.count)].sizeSum
            progress(read, all)
            try inflating { try inflater.push(piece, into: take) }
        }
        try inflating { try inflater.finish(into: take) }
        tar.finish()
        let encoding = inflater.encoding ?? .plain
        let layer = LayerEvidence(
            encoding: encoding, diffIDs: fault == nil ? try inflated.finish() : [], fault: fault, damage: tar.damage,
            hasJunk: inflater.hasJunk)
        return FileEvidence(
            entry: entry, digests: try stored.finish(), layer: layer, bytes: try document(file, entry))
    }

    /// The bytes of what may be a document: by its name, or by how it begins.
    private mutating func document(_ file: SpoolFile, _ entry: TarEntry) throws -> [UInt8]? {
        guard file.size <= Self.documentLimit, heldBytes < Self.heldLimit else { return nil }
        let names = [".json", "oci-layout", "repositories", "/json"]
        let head = try file.prefix(1).first
        let isLike = head == UInt8(ascii: "{") || head == UInt8(ascii: "[")
        guard isLike || names.contains(where: entry.path.hasSuffix) || file.size < 4096 else { return nil }
        heldBytes += Int(file.size)
        return try file.prefix(Self.documentLimit)
    }

    private static let documentLimit = 4 << 20
    private static let heldLimit = 256 << 20
}

/// The digests of one run of bytes.
private struct Digesters: ~Copyable {
    private var short: Digester
    private var long: Digester?

    private init(short: consuming Digester, long: consuming Digester?) {
        self.short = short
        self.long = long
    }

    static func start(wantsLong: Bool) throws(PullError.Cause) -> Digesters {
        Digesters(short: try Digester.start(.sha256), long: wantsLong ? try Digester.start(.sha512) : nil)
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        short.update(bytes)
        long?.update(bytes)
    }

    mutating func finish() throws(PullError.Cause) -> [Digest] {
        let digest = try short.finalize()
        guard let other = try long?.finalize() else { return [digest] }
        return [digest, other]
    }
}
