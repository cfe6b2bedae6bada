/// The index of an archive, `index.json`: a descriptor for each name of each image, as containerd's exporter and moby's
/// `tarexport` write it.
struct ArchiveIndex {
    /// The descriptors, in the order of the images and their names.
    private(set) var descriptors: [GoJSON] = []

    /// Adds an image: as often as it has names, and once if it has none.
    ///
    /// - Parameters:
    ///   - target: its descriptor.
    ///   - sources: the repositories that its blobs came from.
    /// - Throws: `.malformed` when Docker could not read the descriptor.
    mutating func add(
        _ target: GoJSON, names: [ArchiveName], from sources: [ImageReference] = []
    ) throws(PullError.Cause) {
        let places = Self.distributionSources(sources)
        for name in names {
            let notes = [(Annotation.imageName, name.full), (Annotation.refName, name.tag)]
            descriptors.append(try Self.annotated(target, with: places + notes))
        }
        if names.isEmpty { descriptors.append(try Self.annotated(target, with: places)) }
    }

    /// Lets every reference select one image, as readers expect who know no other annotation (`skopeo copy oci:folder:v1`):
    /// where several images have one tag, their references are their full names.
    mutating func tellApart() { descriptors = Self.tellingApart(descriptors) }

    /// The descriptors of any index, as ``tellApart()`` makes them. A reference that somebody else chose stays.
    static func tellingApart(_ descriptors: [GoJSON]) -> [GoJSON] {
        let labels = descriptors.map { ownName(of: $0)?.tag ?? $0["annotations"]?[Annotation.refName] ?? .null }
        let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +)
        return zip(descriptors, labels).map { descriptor, label in
            guard let name = ownName(of: descriptor) else { return descriptor }
            return descriptor.setting(
                Annotation.refName, to: counts[label] == 1 ? name.tag : name.full, in: "annotations")
        }
    }

    /// The full name of a descriptor and the tag in it, where its reference is one of the two.
    private static func ownName(of descriptor: GoJSON) -> (full: GoJSON, tag: GoJSON)? {
        guard let notes = descriptor["annotations"], case .string(let full)? = notes[Annotation.imageName] else {
            return nil
        }
        // A tag has no colon, and in a name with a tag it comes last.
        let tag = GoJSON.string(Array(full.reversed().prefix { $0 != UInt8(ascii: ":") }.reversed()))
        let own = (full: GoJSON.string(full), tag: tag)
        let refName = notes[Annotation.refName]
        return refName == own.tag || refName == own.full ? own : nil
    }

    /// The document.
    var json: GoJSON {
        .object([
            "schemaVersion": .number("2"), "mediaType": .text(MediaType.ociIndex), "manifests": .array(descriptors),
        ])
    }

    /// The descriptor as Docker's struct writes it, with these annotations beside its own.
    private static func annotated(
        _ target: GoJSON, with notes: [(key: String, value: String)]
    ) throws(PullError.Cause) -> GoJSON {
        let annotations = notes.map { GoJSON.Member(name: Array($0.key.utf8), value: .text($0.value)) }
        let type = GoType.structure(descriptorFields)
        let descriptor = try type.read(target, over: type.zero, at: "")
        let named = try type.read(.object(["annotations": .object(annotations)]), over: descriptor, at: "")
        return type.written(named)
    }

    /// What containerd notes of the places that a blob was pulled from: for each host the repositories there.
    private static func distributionSources(_ sources: [ImageReference]) -> [(key: String, value: String)] {
        Dictionary(grouping: sources, by: \.host).map { host, sources in
            (Annotation.source(at: host), Set(sources.map(\.path)).sorted().joined(separator: ","))
        }
    }

    /// `ocispec.Descriptor`, image-spec 1.1.
    private static let descriptorFields: [GoType.Field] = [
        .always("mediaType", .string), .always("digest", .string), .always("size", .integer),
        .unlessEmpty("urls", .strings), .unlessEmpty("annotations", .map), .unlessEmpty("data", .string),
        .unlessEmpty(
            "platform",
            .pointer(
                .structure([
                    .always("architecture", .string), .always("os", .string), .unlessEmpty("os.version", .string),
                    .unlessEmpty("os.features", .strings), .unlessEmpty("variant", .string),
                ]))),
        .unlessEmpty("artifactType", .string),
    ]
}
