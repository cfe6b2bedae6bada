/// Judges what has been found out about an archive: which images are in it, and all that is wrong. Pure.
struct ArchiveJudgement {
    let evidence: ArchiveEvidence
    private(set) var images: [StoredImageSummary] = []
    private(set) var problems: [ArchiveProblem] = []
    /// The members that something names, by their clean names.
    private var named: Set<String> = ["manifest.json", "index.json", "oci-layout", "repositories"]
    private var told: Set<ArchiveProblem> = []
    /// The images by their configurations.
    private var known: [Digest: Int] = [:]
    /// The configurations that each manifest and index has led to.
    var judged: [Digest: Set<Digest>] = [:]

    init(_ evidence: ArchiveEvidence) {
        self.evidence = evidence
        judgeMembers()
        judgeBlobNames()
        let listed = judgeIndex()
        let classic = judgeManifest(listed)
        judgeLayout(hasIndex: listed != nil, hasManifest: classic != nil)
        if let listed, let classic, listed.isSubset(of: classic) == false || classic.isSubset(of: listed) == false {
            add("manifest.json", .disagreement)
        }
        judgeRepositories()
        judgeSuperfluous()
    }

    /// The layout, as far as its lists are there.
    var layout: StoredLayout? {
        if evidence.isFolder { return evidence.file("index.json") == nil ? nil : .ociFolder }
        switch (evidence.file("index.json") != nil, evidence.file("manifest.json") != nil) {
        case (true, true): return .docker
        case (true, false): return .oci
        case (false, true): return .classic
        case (false, false): return nil
        }
    }

    mutating func add(_ member: String, _ kind: ArchiveProblem.Kind) {
        let problem = ArchiveProblem(member: member, kind: kind)
        if told.insert(problem).inserted { problems.append(problem) }
    }

    mutating func add(_ image: StoredImageSummary) {
        if let known = known[image.id] {
            add(image.names, to: image.id)
            if images[known].platform == nil { images[known].platform = image.platform }
        } else {
            known[image.id] = images.count
            images.append(image)
        }
    }

    /// More names of an image.
    mutating func add(_ names: [String], to id: Digest) {
        guard let place = known[id] else { return }
        for name in names where images[place].names.count < 1000 && !images[place].names.contains(name) {
            images[place].names.append(name)
        }
    }

    /// The image of a configuration.
    func image(_ id: Digest) -> StoredImageSummary? { known[id].map { images[$0] } }

    /// The file that something names; its absence is a problem.
    mutating func find(_ name: String) -> FileEvidence? {
        named.insert(ArchivePath.clean(name) ?? name)
        guard let file = evidence.file(name) else {
            add(name, .missing)
            return nil
        }
        named.insert(ArchivePath.clean(file.entry.path) ?? file.entry.path)
        return file
    }

    /// A blob with its digest and size checked.
    mutating func find(_ blob: Descriptor) -> FileEvidence? {
        guard let file = find(blob.digest.blobPath) else { return nil }
        if file.entry.size != blob.size {
            add(file.entry.path, .sizeMismatch(expected: blob.size, actual: file.entry.size))
        }
        return file
    }

    /// Checks the layers of an image against its configuration.
    mutating func judgeLayers(_ layers: [(name: String, file: FileEvidence?)], _ diffIDs: [Digest]) {
        let places = Dictionary(diffIDs.enumerated().map { ($1, $0) }) { first, _ in first }
        for (position, (layer, diffID)) in zip(layers, diffIDs).enumerated() {
            guard let file = layer.file else { continue }
            if let fault = file.layer.fault ?? file.layer.damage?.description {
                add(layer.name, .undecodable(fault))
            } else if let actual = file.layer.diffIDs.first(where: { $0.algorithm == diffID.algorithm }),
                actual != diffID
            {
                if let other = places[actual] {
                    add(layer.name, .misplaced(expected: other, actual: position))
                } else {
                    add(layer.name, .diffIDMismatch(expected: diffID, actual: actual))
                }
            }
            if file.layer.hasJunk { add(layer.name, .junkBehind) }
        }
    }

    // MARK: Members

    private mutating func judgeMembers() {
        if evidence.encodings.count > 1 { add("", .unreadable("compressed twice")) }
        if let damage = evidence.damage { add("", .unreadable("\(damage.reason) (\(damage.offset))")) }
        var seen: Set<String> = []
        for entry in evidence.entries {
            guard let name = ArchivePath.clean(entry.path) else {
                add(entry.path, .leadsOutside)
                continue
            }
            if entry.kind != .folder, !seen.insert(name).inserted { add(entry.path, .duplicate) }
            switch entry.kind {
            case .file, .folder: break
            case .other: add(entry.path, .unexpectedKind)
            case .symbolicLink, .hardLink: if evidence.file(entry.path) == nil { add(entry.path, .leadsOutside) }
            }
        }
    }

    /// What stands in `blobs` is named by its digest.
    private mutating func judgeBlobNames() {
        for entry in evidence.entries where entry.kind == .file {
            let parts = (ArchivePath.clean(entry.path) ?? "").split(separator: "/")
            guard parts.count == 3, parts[0] == "blobs", let file = evidence.file(entry.path), file.entry == entry
            else { continue }
            guard let digest = Digest("\(parts[1]):\(parts[2])") else {
                add(entry.path, .malformed("no digest in the name"))
                continue
            }
            if let actual = file.digests.first(where: { $0.algorithm == digest.algorithm }), actual != digest {
                add(entry.path, .digestMismatch(expected: digest, actual: actual))
            }
        }
    }

    private mutating func judgeLayout(hasIndex: Bool, hasManifest: Bool) {
        if !hasIndex, !hasManifest {
            let isThere = evidence.file("index.json") != nil || evidence.file("manifest.json") != nil
            if !isThere { add("", .unreadable("neither manifest.json nor index.json")) }
        }
        guard evidence.file("index.json") != nil else { return }
        guard let file = evidence.file("oci-layout") else { return add("oci-layout", .missing) }
        let json = file.bytes.flatMap { try? GoJSON(parsing: $0) }
        if json?["imageLayoutVersion"] != .text("1.0.0") {
            add("oci-layout", .malformed("imageLayoutVersion is not 1.0.0"))
        }
    }

    /// `repositories`: names, tags, and the top layers' IDs.
    private mutating func judgeRepositories() {
        guard let file = evidence.file("repositories") else { return }
        guard let bytes = file.bytes, case .object(let names)? = try? GoJSON(parsing: bytes) else {
            return add("repositories", .malformed("no JSON object"))
        }
        let folders = Set(evidence.entries.compactMap { ArchivePath.clean($0.path)?.split(separator: "/").first })
        let layers = named.union(named.compactMap { $0.split(separator: "/").last.map(String.init) })
        for name in names {
            guard case .object(let tags) = name.value else {
                add("repositories", .malformed("no tags"))
                continue
            }
            for tag in tags {
                let full = String(decoding: name.name + [UInt8(ascii: ":")] + tag.name, as: UTF8.self)
                if !LoadedName.isTagged(full) { add("repositories", .invalidName(full)) }
                guard case .string(let id) = tag.value else { continue }
                let layer = String(decoding: id, as: UTF8.self)
                // A folder of 20.10's, or the layer itself, as a blob or as `<diffID>.tar`.
                let isThere = folders.contains(layer[...]) || layers.contains(layer) || layers.contains(layer + ".tar")
                if !isThere { add("repositories", .malformed("it names \(layer.prefix(64)), which is not there")) }
            }
        }
    }

    /// What nothing names, but for what Docker puts beside every layer.
    private mutating func judgeSuperfluous() {
        let folders = Set(named.compactMap { $0.hasSuffix("/layer.tar") ? $0.dropLast(10) : nil })
        for (number, entry) in evidence.entries.enumerated() {
            guard entry.kind != .folder, let name = ArchivePath.clean(entry.path), !named.contains(name) else {
                continue
            }
            let parts = name.split(separator: "/")
            let isBeside = parts.count == 2 && ["VERSION", "json", "layer.tar"].contains(parts[1])
            if isBeside, folders.contains(parts[0]) || evidence.file("\(parts[0])/layer.tar") != nil {
                judgeV1(entry, evidence.files[number], folder: String(parts[0]))
            } else if !(evidence.files[number]?.isV1 ?? false) {
                add(entry.path, .superfluous)
            }
        }
    }

    /// The `json` beside a layer has the folder's name for its ID.
    private mutating func judgeV1(_ entry: TarEntry, _ file: FileEvidence?, folder: String) {
        guard entry.path.hasSuffix("/json"), let file else { return }
        guard let bytes = file.bytes, let json = try? GoJSON(parsing: bytes), json["id"] == .text(folder) else {
            return add(entry.path, .malformed("its id is not the folder's name"))
        }
        if case .string(let parent)? = json["parent"] {
            let name = String(decoding: parent, as: UTF8.self)
            if evidence.file("\(name)/json") == nil { add("\(name)/json", .missing) }
        }
    }
}

extension FileEvidence {
    /// Whether it is a layer's description of Docker's first format, which its later archives hold as blobs that nothing
    /// names.
    fileprivate var isV1: Bool {
        guard let bytes, let json = try? GoJSON(parsing: bytes) else { return false }
        return json["container_config"] != nil || (json["id"] != nil && json["created"] != nil)
    }
}
