/// What `docker load` does where a graphdriver stores images: it unpacks the archive, reads `manifest.json`, and applies every
/// layer to the ones below.
///
/// Rules: moby `image/tarexport/load.go`, `image/store.go`, `pkg/archive`; measured on 20.10.24 and 28.5.2.
struct GraphdriverLoad {
    let evidence: ArchiveEvidence
    let engine: Engine

    private var isOld: Bool { engine == .docker2010 }

    /// - Throws: why it does not load.
    func load() throws(EngineRefusal) {
        // Zstandard is known since 23.
        guard evidence.encodings.count < 2, !(isOld && evidence.encodings == [.zstd]) else { throw .unreadable }
        guard evidence.damage == nil else { throw .unreadable }
        let unpacked = try UnpackedArchive(evidence.entries, refusesOutside: engine == .docker28)
        guard let number = unpacked.file("manifest.json"), let manifest = evidence.files[number] else {
            guard unpacked.real("manifest.json").map({ unpacked.nodes[$0] == nil }) ?? false else { throw .noManifest }
            return try LegacyLoad(evidence: evidence, unpacked: unpacked, layers: self).load()
        }
        guard let entries = try LoadedEntry.all(try GoJSON.beginning(manifest), in: "manifest.json"), !entries.isEmpty
        else { throw .noImage }
        for entry in entries { try load(entry, unpacked) }
    }

    private func load(_ entry: LoadedEntry, _ unpacked: UnpackedArchive) throws(EngineRefusal) {
        guard let file = unpacked.file(entry.config).flatMap({ evidence.files[$0] }) else {
            throw .missing(entry.config)
        }
        let config = try LoadedConfig(typed: file)
        guard let diffIDs = config.diffIDs else { throw .malformed(entry.config) }
        guard ["", "linux"].contains(config.os.lowercased()) else { throw .otherSystem(config.os) }
        guard entry.layers.count == diffIDs.count else {
            throw .layerCount(layers: entry.layers.count, diffIDs: diffIDs.count)
        }
        for (name, diffID) in zip(entry.layers, diffIDs) {
            guard let layer = unpacked.file(name).flatMap({ evidence.files[$0] }) else { throw .missing(name) }
            try apply(layer, name)
            guard let digest = Digest(diffID), layer.layer.inflates(to: digest) else { throw .wrongDiffID(name) }
        }
        guard config.steps <= diffIDs.count else { throw .tooMuchHistory(entry.config) }
        for name in entry.names where !LoadedName.isTagged(name) { throw .invalidName(name) }
    }

    /// Whether a layer can be inflated and unpacked.
    func apply(_ file: FileEvidence, _ name: String) throws(EngineRefusal) {
        let layer = file.layer
        let isUnknown = isOld && (layer.encoding == .zstd || layer.hasJunk)
        guard !isUnknown, layer.fault == nil, layer.damage == nil else { throw .undecodableLayer(name) }
    }
}

/// What Docker does without a `manifest.json`, as archives before 1.10 were: every folder is a layer, and `repositories` names
/// the top ones.
private struct LegacyLoad {
    let evidence: ArchiveEvidence
    let unpacked: UnpackedArchive
    let layers: GraphdriverLoad

    func load() throws(EngineRefusal) {
        let folders = unpacked.rootFolders
        var loaded: Set<String> = []
        for folder in folders { try load(folder, &loaded, depth: 0) }
        guard let file = unpacked.file("repositories").flatMap({ evidence.files[$0] }) else { throw .noManifest }
        let json = try GoJSON.beginning(file)
        let repositories = try json == .null ? [] : GoObject(json, in: "repositories").all
        for (name, tags) in repositories {
            for (tag, id) in try GoObject(tags, in: "repositories").all {
                guard case .string(let id) = id, loaded.contains(String(decoding: id, as: UTF8.self)) else {
                    throw .missing("repositories")
                }
                guard LoadedName.isTagged("\(name):\(tag)") else { throw .invalidName("\(name):\(tag)") }
            }
        }
        guard !loaded.isEmpty else { throw .noImage }
    }

    private func load(_ folder: String, _ loaded: inout Set<String>, depth: Int) throws(EngineRefusal) {
        guard !loaded.contains(folder) else { return }
        // Parents in a circle would never end.
        guard depth < 1000 else { throw .malformed(folder) }
        guard let json = file("\(folder)/json") else { throw .missing("\(folder)/json") }
        let object = try GoObject(try GoJSON.document(json), in: "\(folder)/json")
        let os = try object.text("os") ?? ""
        guard ["", "linux"].contains(os.lowercased()) else { throw .otherSystem(os) }
        if let parent = try object.text("parent"), !parent.isEmpty { try load(parent, &loaded, depth: depth + 1) }
        guard let layer = file("\(folder)/layer.tar") else { throw .missing("\(folder)/layer.tar") }
        try layers.apply(layer, "\(folder)/layer.tar")
        loaded.insert(folder)
    }

    private func file(_ name: String) -> FileEvidence? { unpacked.file(name).flatMap { evidence.files[$0] } }
}
