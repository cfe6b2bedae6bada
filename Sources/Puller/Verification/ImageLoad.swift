/// What engines read of `manifest.json` and of configurations.
struct LoadedEntry {
    var config: String
    var names: [String]
    var layers: [String]

    /// The entries of `manifest.json`; nil for null.
    ///
    /// - Throws: `.malformed`.
    static func all(_ json: GoJSON, in place: String) throws(EngineRefusal) -> [LoadedEntry]? {
        if json == .null { return nil }
        guard case .array(let values) = json else { throw .malformed(place) }
        var entries: [LoadedEntry] = []
        for value in values {
            let object = try GoObject(value == .null ? .object([]) : value, in: place)
            entries.append(
                LoadedEntry(
                    config: try object.text("Config") ?? "", names: try object.texts("RepoTags"),
                    layers: try object.texts("Layers")))
        }
        return entries
    }
}

/// What engines read of a configuration.
struct LoadedConfig {
    var os: String
    var architecture: String
    /// Nil where there is no `rootfs`.
    var diffIDs: [String]?
    /// How many steps of the history have a layer.
    var steps: Int

    /// - Throws: `.malformed`.
    init(_ file: FileEvidence) throws(EngineRefusal) {
        let object = try GoObject(try GoJSON.document(file), in: file.entry.path)
        os = try object.text("os") ?? ""
        architecture = try object.text("architecture") ?? ""
        diffIDs = try object.object("rootfs")?.texts("diff_ids")
        steps = 0
        for step in try object.objects("history") ?? [] where try !step.bool("empty_layer") { steps += 1 }
    }

    /// The same, where all other fields must have the types of Docker's struct too.
    ///
    /// - Throws: `.malformed`.
    init(typed file: FileEvidence) throws(EngineRefusal) {
        try self.init(file)
        guard let bytes = file.bytes, (try? V1Image(config: bytes)) != nil else { throw .malformed(file.entry.path) }
    }
}

/// Names as Docker reads them (distribution/reference).
enum LoadedName {
    /// Whether it is a name with a tag.
    static func isTagged(_ text: String) -> Bool {
        guard let reference = try? ImageReference(parsing: text) else { return false }
        // Without either, the parser has put `latest` in.
        return reference.tag != nil && (text.split(separator: "/").last?.contains(":") ?? false)
    }

    /// Whether it is a name at all.
    static func isName(_ text: String) -> Bool { (try? ImageReference(parsing: text)) != nil }
}
