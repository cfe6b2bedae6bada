/// The images that the lists name.
extension ArchiveJudgement {
    /// Judges `index.json` and all that it leads to.
    ///
    /// - Returns: the digests of the configurations; nil where there is no such list.
    mutating func judgeIndex() -> Set<Digest>? {
        guard let file = evidence.file("index.json") else { return nil }
        guard let list = document(file, "index.json", claim: nil) else { return nil }
        guard case .index(let index) = list else {
            add("index.json", .malformed("no index"))
            return nil
        }
        var configs: Set<Digest> = []
        if index.manifests.isEmpty { add("index.json", .malformed("no image in it")) }
        for entry in index.manifests {
            let notes = entry.annotations ?? [:]
            if let name = notes[Annotation.imageName], !LoadedName.isName(name) {
                add("index.json", .invalidName(name))
            }
            let names = StoredName.references(in: notes).map(\.familiar)
            configs.formUnion(judge(entry, names, target: entry.digest, depth: 0))
        }
        return configs
    }

    private mutating func document(_ file: FileEvidence, _ name: String, claim: String?) -> ManifestDocument? {
        guard let bytes = file.bytes, let digest = file.sha256 else {
            add(name, .malformed("no JSON document"))
            return nil
        }
        do throws(PullError.Cause) {
            return try ManifestDocument(bytes, claims: .init(descriptor: claim), digest: digest, isImage: false)
        } catch {
            add(name, .malformed(error.rule))
            return nil
        }
    }

    /// - Returns: the configurations of the images that are there.
    private mutating func judge(
        _ entry: Descriptor, _ names: [String], target: Digest, depth: Int
    ) -> Set<Digest> {
        if let configs = judged[entry.digest] {
            for config in configs { add(names, to: config) }
            return configs
        }
        // Other platforms of an index may be absent: Docker saves what it has.
        if depth > 0, evidence.blob(entry.digest) == nil { return [] }
        guard let file = find(entry) else { return [] }
        // What leads to itself leads to nothing more.
        judged[entry.digest] = []
        let configs = judge(entry, file, names, target: target, depth: depth)
        judged[entry.digest] = configs
        return configs
    }

    private mutating func judge(
        _ entry: Descriptor, _ file: FileEvidence, _ names: [String], target: Digest, depth: Int
    ) -> Set<Digest> {
        let name = entry.digest.blobPath
        switch document(file, name, claim: entry.mediaType) {
        case .index(let index)?:
            guard depth < 2 else {
                add(name, .malformed("indexes three deep"))
                return []
            }
            var configs: Set<Digest> = []
            for child in index.manifests {
                configs.formUnion(judge(child, names, target: target, depth: depth + 1))
            }
            if depth == 0, configs.isEmpty { add(name, .missing) }
            return configs
        case .image(let manifest)?: return judge(manifest, entry, names, target: target)
        case .schema1?:
            add(name, .malformed("a manifest of schema 1"))
            return []
        case nil: return []
        }
    }

    private mutating func judge(
        _ manifest: Manifest, _ entry: Descriptor, _ names: [String], target: Digest
    ) -> Set<Digest> {
        let name = entry.digest.blobPath
        let config = find(manifest.config)
        var layers: [(name: String, file: FileEvidence?)] = []
        for layer in manifest.layers {
            let name = layer.digest.blobPath
            if layer.isForeign, evidence.blob(layer.digest) == nil {
                add(name, .foreignAbsent)
                layers.append((name, nil))
            } else {
                layers.append((name, find(layer)))
            }
        }
        let isImage = MediaType.isImageConfig(manifest.config.mediaType) && !ImageIndex.images(among: [entry]).isEmpty
        guard isImage, let config else { return [] }
        do throws(PullError.Cause) { try manifest.refuseUnlessImage() } catch { add(name, .malformed(error.rule)) }
        let platform = judge(config, manifest.config.digest.blobPath, layers)
        add(
            StoredImageSummary(
                names: names, id: manifest.config.digest, digest: target, platform: platform,
                layers: manifest.layers.count, size: manifest.layers.map(\.size).sizeSum))
        return [manifest.config.digest]
    }

    /// Judges a configuration, and the layers against it.
    private mutating func judge(
        _ config: FileEvidence, _ name: String, _ layers: [(name: String, file: FileEvidence?)]
    ) -> Platform? {
        guard let bytes = config.bytes else {
            add(name, .malformed("no JSON document"))
            return nil
        }
        let diffIDs = GoJSON.diffIDs(in: bytes)
        guard diffIDs.count == layers.count else {
            add(name, .layerCount(layers: layers.count, diffIDs: diffIDs.count))
            return nil
        }
        do throws(PullError.Cause) {
            let parsed = try ImageConfig(bytes, layers: layers.count)
            _ = try V1Image(config: bytes)
            judgeLayers(layers, parsed.diffIDs)
            return parsed.platform.normalised
        } catch {
            add(name, .malformed(error.rule))
            return nil
        }
    }

    /// Judges `manifest.json` and all that it names.
    ///
    /// - Returns: the digests of the configurations; nil where there is no such list.
    mutating func judgeManifest(_ listed: Set<Digest>?) -> Set<Digest>? {
        guard let file = evidence.file("manifest.json") else { return nil }
        guard let bytes = file.bytes, let entries = try? ClassicEntry.all(in: bytes) else {
            add("manifest.json", .malformed("not JSON of the right shape"))
            return nil
        }
        if entries.isEmpty { add("manifest.json", .malformed("no image in it")) }
        var configs: Set<Digest> = []
        for entry in entries {
            for name in entry.names where !LoadedName.isTagged(name) { add("manifest.json", .invalidName(name)) }
            var layers: [(name: String, file: FileEvidence?)] = []
            for name in entry.layers { layers.append((name, find(name))) }
            guard let config = find(entry.config), let id = config.sha256 else { continue }
            if let promised = entry.promisedID, promised.algorithm == .sha256, promised != id {
                add(entry.config, .digestMismatch(expected: promised, actual: id))
            }
            configs.insert(id)
            let platform = judge(config, entry.config, layers)
            let known = image(id)
            add(
                StoredImageSummary(
                    names: StoredName.references(entry.names).map(\.familiar), id: id, digest: known?.digest,
                    platform: platform, layers: layers.count,
                    size: layers.map { $0.file?.entry.size ?? 0 }.sizeSum))
        }
        return configs
    }
}

extension GoJSON {
    /// What stands in a configuration's `rootfs.diff_ids`, whatever it is.
    fileprivate static func diffIDs(in config: [UInt8]) -> [GoJSON] {
        (try? GoJSON(parsing: config))?["rootfs"]?["diff_ids"]?.elements ?? []
    }
}

extension PullError.Cause {
    /// The rule that a document breaks, in technical words.
    fileprivate var rule: String {
        switch self {
        case .malformed(let rule), .unsupported(let rule), .undecodable(let rule): rule
        default: "\(self)"
        }
    }
}
