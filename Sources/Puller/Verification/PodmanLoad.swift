/// What `podman load` does: it takes the archive for an OCI layout, and where that fails for Docker's.
///
/// Rules: containers/image 5.23 `oci/layout`, `docker/internal/tarfile`, containers/common `libimage/load.go`; measured on
/// podman 4.3.1.
///
/// Judged is the archive alone: a layer that is not in it podman fetches from the `urls` of its descriptor, where it
/// has any and somebody answers there, and that does not count.
struct PodmanLoad {
    let evidence: ArchiveEvidence
    /// The first member of each name.
    private let numbers: [String: Int]

    init(evidence: ArchiveEvidence) {
        self.evidence = evidence
        var numbers: [String: Int] = [:]
        for (number, entry) in evidence.entries.enumerated() where !entry.path.hasPrefix("/") {
            if let name = ArchivePath.clean(entry.path), numbers[name] == nil { numbers[name] = number }
        }
        self.numbers = numbers
    }

    /// - Throws: why it does not load: as Docker's where there is a `manifest.json`, else as an OCI layout.
    func load() throws(EngineRefusal) {
        var refusal: EngineRefusal
        do throws(EngineRefusal) {
            return try loadLayout()
        } catch {
            refusal = error
        }
        do throws(EngineRefusal) {
            return try loadArchive()
        } catch {
            if error != .noManifest { refusal = error }
        }
        throw refusal
    }

    // MARK: As an OCI layout

    private func loadLayout() throws(EngineRefusal) {
        guard evidence.damage == nil, evidence.encodings.count < 2 else { throw .unreadable }
        // It is unpacked as Docker unpacks, but what cannot be is an error of this way alone.
        let unpacked = try UnpackedArchive(evidence.entries, refusesOutside: false)
        func blob(_ digest: String) throws(EngineRefusal) -> FileEvidence {
            guard let digest = Digest(digest) else { throw .malformed("index.json") }
            let name = digest.blobPath
            guard let file = unpacked.file(name).flatMap({ evidence.files[$0] }) else { throw .missing(name) }
            return file
        }
        guard let index = unpacked.file("index.json").flatMap({ evidence.files[$0] }) else { throw .noManifest }
        let list = try GoObject(try GoJSON.beginning(index), in: "index.json").objects("manifests") ?? []
        guard list.count == 1, let entry = list.first else { throw .ambiguous }
        let notes = try entry.object("annotations")
        let whole = try notes?.text(Annotation.imageName)
        let name = try notes?.text(Annotation.refName)
        if let name = whole ?? name, !name.isEmpty, !LoadedName.isName(name) { throw .invalidName(name) }
        // The digest of this one is not looked at.
        var manifest = try document(try blob(try entry.text("digest") ?? ""), try entry.text("mediaType") ?? "")
        if let platforms = try manifest.objects("manifests"), !manifest.has("layers"), !manifest.has("config") {
            guard let own = try forThisMachine(platforms) else { throw .missing("index.json") }
            let file = try blob(try own.text("digest") ?? "")
            try Self.verify(file, try own.text("digest") ?? "")
            manifest = try document(file, try own.text("mediaType") ?? "")
        }
        try load(manifest, blob)
    }

    private func document(_ file: FileEvidence, _ type: String) throws(EngineRefusal) -> GoObject {
        let document = try GoObject(try GoJSON.document(file), in: file.entry.path)
        let isIndex = MediaType.isIndex(type)
        guard isIndex || MediaType.isManifest(type) else { throw .malformed(file.entry.path) }
        let own = try document.text("mediaType") ?? ""
        let isOther = isIndex ? MediaType.isManifest(own) : MediaType.isIndex(own)
        let hasOther = isIndex ? document.has("layers") || document.has("config") : document.has("manifests")
        guard !isOther, !hasOther else { throw .malformed(file.entry.path) }
        return document
    }

    private func forThisMachine(_ entries: [GoObject]) throws(EngineRefusal) -> GoObject? {
        for entry in entries {
            let platform = try entry.object("platform")
            let os = try platform?.text("os")
            let architecture = try platform?.text("architecture")
            if os == "linux", architecture == "amd64" { return entry }
        }
        return nil
    }

    private func load(
        _ manifest: GoObject, _ blob: (String) throws(EngineRefusal) -> FileEvidence
    ) throws(EngineRefusal) {
        let config = try manifest.object("config")
        let digest = try config?.text("digest") ?? ""
        let type = try config?.text("mediaType") ?? ""
        guard MediaType.isImageConfig(type), !type.isEmpty else { throw .malformed(manifest.place) }
        let file = try blob(digest)
        try Self.verify(file, digest)
        _ = try LoadedConfig(file)
        for layer in try manifest.objects("layers") ?? [] {
            let digest = try layer.text("digest") ?? ""
            let file = try blob(digest)
            try Self.verify(file, digest)
            try Self.apply(file)
        }
    }

    private static func verify(_ file: FileEvidence, _ digest: String) throws(EngineRefusal) {
        guard let digest = Digest(digest), file.digests.contains(digest) else { throw .wrongContent(file.entry.path) }
    }

    private static func apply(_ file: FileEvidence) throws(EngineRefusal) {
        guard file.layer.fault == nil, file.layer.damage == nil, !file.layer.hasJunk else {
            throw .undecodableLayer(file.entry.path)
        }
    }

    // MARK: As Docker's archive

    private func loadArchive() throws(EngineRefusal) {
        guard evidence.damage == nil else { throw .unreadable }
        // It inflates twice. What gzip alone has compressed loses its first block, which was read to see that it is no
        // archive that is compressed once more.
        guard evidence.encodings != [.gzip] else { throw .unreadable }
        guard let manifest = try component("manifest.json") else { throw .noManifest }
        let json = try GoJSON.document(manifest)
        guard let entries = try LoadedEntry.all(json, in: "manifest.json"), !entries.isEmpty else { throw .noImage }
        for entry in entries { try load(entry) }
    }

    private func load(_ entry: LoadedEntry) throws(EngineRefusal) {
        for name in entry.names where !LoadedName.isTagged(name) { throw .invalidName(name) }
        guard let file = try component(entry.config) else { throw .missing(entry.config) }
        let config = try LoadedConfig(typed: file)
        guard let diffIDs = config.diffIDs else { throw .malformed(entry.config) }
        guard entry.layers.count == diffIDs.count else {
            throw .layerCount(layers: entry.layers.count, diffIDs: diffIDs.count)
        }
        var known: Set<String> = []
        var used: Set<String> = []
        for (name, diffID) in zip(entry.layers, diffIDs) where known.insert(diffID).inserted {
            guard used.insert(name).inserted else { throw .wrongDiffID(name) }
            try load(layer: name, diffID)
        }
    }

    private func load(layer name: String, _ diffID: String) throws(EngineRefusal) {
        guard let number = first(name) else { throw .missing(name) }
        let entry = evidence.entries[number]
        switch entry.kind {
        case .file: break
        // The size of the link is taken for that of the layer.
        case .symbolicLink, .hardLink: throw .wrongContent(name)
        case .folder, .other: throw .missing(name)
        }
        guard let file = evidence.files[number] else { throw .missing(name) }
        try Self.apply(file)
        guard let digest = Digest(diffID), file.layer.inflates(to: digest) else { throw .wrongDiffID(name) }
    }

    /// A file by its name, the first of several; one link is followed.
    private func component(_ name: String) throws(EngineRefusal) -> FileEvidence? {
        guard var number = first(name) else { return nil }
        if case .symbolicLink(let target) = evidence.entries[number].kind {
            let folder = name.lastIndex(of: "/").map { String(name[..<$0]) } ?? ""
            guard let next = first(folder + "/" + target) else { throw .missing(name) }
            number = next
        }
        guard let file = evidence.files[number] else { throw .missing(name) }
        return file
    }

    private func first(_ name: String) -> Int? {
        ArchivePath.clean(name).flatMap { numbers[$0] }
    }
}
