/// What `docker load` does with a containerd store: every file goes into the store under its own digest; the OCI index, or else
/// `manifest.json`, says what the images are; those for this machine's platform are unpacked.
///
/// Rules: containerd `core/images/archive/importer.go`, `client/import.go`; moby `daemon/containerd/image_exporter.go`;
/// measured on Docker 28.5.2 with that store, for linux/amd64.
struct ContainerdLoad {
    let evidence: ArchiveEvidence
    /// Every file by its name, the last of several; names are cleaned as Go does it.
    private var files: [String: FileEvidence] = [:]
    /// Every file by the digest that it has.
    private var store: [Digest: FileEvidence] = [:]
    private var links: [(name: String, target: String)] = []
    private var version = ""
    /// How many images each manifest and index has led to that has been looked at.
    private var counts: [Digest: Int] = [:]
    private var entries: [LoadedEntry]?

    init(evidence: ArchiveEvidence) { self.evidence = evidence }

    /// - Throws: why it does not load.
    mutating func load() throws(EngineRefusal) {
        guard evidence.damage == nil, evidence.encodings.count < 2 else { throw .unreadable }
        try ingest()
        guard version.isEmpty else {
            guard version == "1.0.0" else { throw .malformed("oci-layout") }
            guard let index = files["index.json"] else { throw .missing("index.json") }
            return try loadIndex(index)
        }
        guard let entries else { throw .noManifest }
        for link in links {
            guard let file = files[link.target] else { throw .missing(link.target) }
            files[link.name] = file
        }
        guard !entries.isEmpty else { throw .noImage }
        for entry in entries { try load(entry) }
    }

    private mutating func ingest() throws(EngineRefusal) {
        for (number, entry) in evidence.entries.enumerated() {
            if case .symbolicLink(let target) = entry.kind {
                let folder = entry.path.lastIndex(of: "/").map { String(entry.path[..<$0]) } ?? ""
                links.append((entry.path, Self.clean(folder + "/" + target, isRooted: entry.path.hasPrefix("/"))))
            }
            guard let file = evidence.files[number] else { continue }
            let name = Self.clean(entry.path, isRooted: entry.path.hasPrefix("/"))
            switch name {
            case "oci-layout":
                version = try GoObject(try GoJSON.beginning(file), in: name).text("imageLayoutVersion") ?? version
            case "manifest.json": entries = try LoadedEntry.all(try GoJSON.beginning(file), in: name)
            default:
                files[name] = file
                if let digest = file.sha256 { store[digest] = file }
            }
        }
    }

    /// `path.Clean`.
    private static func clean(_ path: String, isRooted: Bool) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !isRooted {
                parts.append(part)
            }
        }
        return (isRooted ? "/" : "") + parts.joined(separator: "/")
    }

    // MARK: manifest.json

    private func load(_ entry: LoadedEntry) throws(EngineRefusal) {
        guard let file = files[entry.config] else { throw .missing(entry.config) }
        var layers: [FileEvidence] = []
        for name in entry.layers {
            guard let layer = files[name] else { throw .missing(name) }
            layers.append(layer)
        }
        let config = try LoadedConfig(typed: file)
        for name in entry.names where !LoadedName.isName(name) { throw .invalidName(name) }
        // Their types are what their first bytes say.
        try unpack(config, layers.map { ($0, $0.layer.encoding != .plain) })
    }

    // MARK: index.json

    private mutating func loadIndex(_ file: FileEvidence) throws(EngineRefusal) {
        let index = try GoObject(try GoJSON.document(file), in: "index.json")
        guard let manifests = try index.objects("manifests"), !manifests.isEmpty else { throw .noImage }
        var count = 0
        for manifest in manifests { count += try load(manifest, depth: 0) }
        guard count > 0 else {
            throw .missing("\(try manifests.first?.text("digest") ?? "")")
        }
    }

    /// - Returns: how many images of it are there.
    private mutating func load(_ descriptor: GoObject, depth: Int) throws(EngineRefusal) -> Int {
        guard let text = try descriptor.text("digest"), let digest = Digest(text) else {
            throw .malformed(descriptor.place)
        }
        if let count = counts[digest] { return count }
        guard depth < 8, let file = store[digest] else { return 0 }
        // What leads to itself leads to nothing more.
        counts[digest] = 0
        let count = try load(descriptor, file, depth: depth)
        counts[digest] = count
        return count
    }

    private mutating func load(
        _ descriptor: GoObject, _ file: FileEvidence, depth: Int
    ) throws(EngineRefusal) -> Int {
        let type = try descriptor.text("mediaType") ?? ""
        guard MediaType.isManifest(type) || MediaType.isIndex(type) else { return 0 }
        guard try descriptor.number("size") ?? 0 == file.entry.size else { throw .wrongContent(file.entry.path) }
        let document = try GoObject(try GoJSON.document(file), in: file.entry.path)
        try refuseAmbiguous(document, as: type)
        guard MediaType.isManifest(type) else {
            var count = 0
            for child in try document.objects("manifests") ?? [] { count += try load(child, depth: depth + 1) }
            return count
        }
        return try loadManifest(document)
    }

    /// A manifest with the fields of an index, or the type of one, and the other way around (CVE-2021-41190).
    private func refuseAmbiguous(_ document: GoObject, as type: String) throws(EngineRefusal) {
        let own = try document.text("mediaType") ?? ""
        let isManifest = MediaType.isManifest(type)
        let isOther = isManifest ? MediaType.isIndex(own) : MediaType.isManifest(own)
        let hasOther = isManifest ? document.has("manifests") : document.has("config") || document.has("layers")
        guard !isOther, !hasOther else { throw .malformed(document.place) }
    }

    private func loadManifest(_ manifest: GoObject) throws(EngineRefusal) -> Int {
        let text = try manifest.object("config")?.text("digest") ?? ""
        guard let file = Digest(text).flatMap({ store[$0] }) else { throw .missing(text) }
        let config = try LoadedConfig(typed: file)
        guard config.isForThisMachine else { return 1 }
        var layers: [(FileEvidence, isCompressed: Bool)] = []
        for layer in try manifest.objects("layers") ?? [] {
            let digest = try layer.text("digest") ?? ""
            guard let file = Digest(digest).flatMap({ store[$0] }) else { throw .missing(digest) }
            let type = try layer.text("mediaType") ?? ""
            guard Self.isLayer(type) else { throw .malformed(manifest.place) }
            layers.append((file, Self.isCompressed(type)))
        }
        try unpack(config, layers)
        return 1
    }

    /// The types of layers that it knows; what it does not know it does not fetch either.
    private static func isLayer(_ type: String) -> Bool {
        type.hasPrefix("application/vnd.oci.image.layer.") || type.hasPrefix("application/vnd.docker.image.rootfs.")
    }

    /// Docker's plain type says nothing, the OCI's does.
    private static func isCompressed(_ type: String) -> Bool {
        type.contains("+") || type.hasPrefix("application/vnd.docker.")
    }

    private func unpack(
        _ config: LoadedConfig, _ layers: [(file: FileEvidence, isCompressed: Bool)]
    ) throws(EngineRefusal) {
        guard config.isForThisMachine else { return }
        let diffIDs = config.diffIDs ?? []
        guard layers.count == diffIDs.count else { throw .layerCount(layers: layers.count, diffIDs: diffIDs.count) }
        for (layer, diffID) in zip(layers, diffIDs) {
            let (file, name) = (layer.file, layer.file.entry.path)
            // containerd knows gzip and Zstandard, and what is called plain it does not inflate.
            let isKnown: [Encoding] = layer.isCompressed ? [.plain, .gzip, .zstd] : [.plain]
            guard isKnown.contains(file.layer.encoding), !file.layer.hasJunk, file.layer.fault == nil,
                file.layer.damage == nil
            else { throw .undecodableLayer(name) }
            guard let digest = Digest(diffID), file.layer.inflates(to: digest) else { throw .wrongDiffID(name) }
        }
    }
}

extension LoadedConfig {
    /// Whether it is for the machine that the verdicts are for, linux/amd64: layers for others are not unpacked.
    var isForThisMachine: Bool { os == "linux" && architecture == "amd64" }
}
