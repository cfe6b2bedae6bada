internal import FoundationEssentials

/// One image of Docker's `manifest.json` (moby image/spec v1.2, "Combined Image JSON + Filesystem Changeset Format").
struct ClassicEntry: Decodable, Hashable, Sendable {
    /// The member that holds the configuration.
    var config: String
    /// The names.
    var names: [String]
    /// The members that hold the layers, lowest first.
    var layers: [String]

    enum CodingKeys: String, CodingKey {
        case config = "Config"
        case names = "RepoTags"
        case layers = "Layers"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        config = try fields.decodeIfPresent(String.self, forKey: .config) ?? ""
        names = try fields.decodeIfPresent([String].self, forKey: .names) ?? []
        layers = try fields.decodeIfPresent([String].self, forKey: .layers) ?? []
    }

    /// All of `manifest.json`.
    ///
    /// - Throws: `.malformed`.
    static func all(in bytes: [UInt8]) throws(PullError.Cause) -> [ClassicEntry] {
        guard let entries = try? JSONDecoder().decode([ClassicEntry].self, from: Data(bytes)) else {
            throw .malformed("not JSON of the right shape")
        }
        return entries
    }

    /// The digest that the configuration's name promises: `<hex>.json`, `blobs/sha256/<hex>`, `sha256:<hex>`.
    var promisedID: Digest? { Self.promised(by: config) }

    /// The digest that a member's name promises, where it is one.
    static func promised(by name: String) -> Digest? {
        let file = name.split(separator: "/").last ?? ""
        let stem = file.hasSuffix(".json") ? file.dropLast(5) : file
        return Digest(stem) ?? Digest(algorithm: .sha256, hex: String(stem))
    }
}

/// Archives with a `manifest.json` and without manifests (Docker up to 24, podman, skopeo, NAS).
extension StoredImageReader {
    /// Reads the images that `manifest.json` lists. Those that the OCI index has named as well are not made anew: they only
    /// take over the names.
    mutating func readClassic(_ bytes: [UInt8]) throws {
        let entries = try Self.at("manifest.json") { try ClassicEntry.all(in: bytes) }
        guard entries.count <= Self.entryLimit else { throw PullError.Cause.malformed("too many images") }
        for entry in entries {
            guard let config = try document(entry.config, limit: ImageConfig.limit) else {
                throw MemberFault(member: entry.config, cause: .notFound(""))
            }
            let id = try Digester.digest(of: config)
            if let promised = entry.promisedID, promised.algorithm == .sha256, promised != id {
                throw MemberFault(member: entry.config, cause: .digestMismatch(expected: promised, actual: id))
            }
            let names = StoredName.references(entry.names)
            if let known = images.firstIndex(where: { $0.holds(config: id) }) {
                for name in names where !images[known].names.contains(name) { images[known].names.append(name) }
            } else {
                add(try image(entry, config: config, names: names))
            }
        }
    }

    private mutating func image(
        _ entry: ClassicEntry, config: [UInt8], names: [ImageReference]
    ) throws -> ArchivedImage {
        let parsed = try Self.at(entry.config) { try ImageConfig(config, layers: entry.layers.count) }
        var sizes: InflatedSizes = [:]
        for (name, diffID) in zip(entry.layers, parsed.diffIDs) where sizes[diffID] == nil {
            sizes[diffID] = try at(name) { reader in try reader.addLayer(name, diffID: diffID) }
        }
        let manifest = try GeneratedManifest(config: config, diffIDs: parsed.diffIDs, sizes: sizes).manifest
        return ArchivedImage(
            names: names, source: nil, index: nil, manifest: manifest, config: config, diffIDs: parsed.diffIDs)
    }

    /// Notes where a layer is.
    ///
    /// - Returns: how many bytes it has, inflated.
    private mutating func addLayer(_ name: String, diffID: Digest) throws -> Int64 {
        guard let file = try contents.file(name) else { throw PullError.Cause.notFound("") }
        let encoding = Encoding(try file.prefix(Encoding.magicSize))
        layers[diffID] = StoredLayer(name: name, isInflated: encoding != .plain)
        guard encoding != .plain else { return file.size }
        let layer = try VerifiedLayer(diffID: diffID)
        let budget = contents.budget
        try file.inflate { piece in
            try budget.spend(piece.count)
            try layer.update(piece)
        }
        try layer.finish()
        return layer.received
    }

    /// Ten times as many images as anybody puts into one archive.
    private static let entryLimit = 4096
}

extension ArchivedImage {
    /// Whether a configuration is its own, or one of its index's other platforms.
    fileprivate func holds(config id: Digest) -> Bool {
        manifest.config.digest == id || others.contains { $0.descriptor.digest == id }
    }
}
