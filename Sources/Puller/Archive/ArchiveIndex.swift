/// The index of an archive, `index.json`: a descriptor for each name of each image, as containerd's exporter and moby's
/// `tarexport` write it.
struct ArchiveIndex {
    private var descriptors: [GoJSON] = []

    /// The annotations that name an image; containerd reads the first, everybody else the second.
    static let nameAnnotations = [name, refName]
    private static let name = "io.containerd.image.name"
    private static let refName = "org.opencontainers.image.ref.name"

    /// Adds an image: as often as it has names, and once if it has none.
    ///
    /// - Parameters:
    ///   - target: its descriptor.
    ///   - sources: the repositories that its blobs came from.
    ///   - label: what `org.opencontainers.image.ref.name` says of a name.
    /// - Throws: `.malformed` when Docker could not read the descriptor.
    mutating func add(
        _ target: GoJSON, names: [ArchiveName], from sources: [ImageReference] = [],
        label: (ArchiveName) -> String = { $0.tag }
    ) throws(PullError.Cause) {
        let places = Self.distributionSources(sources)
        for name in names {
            let notes = [(Self.name, name.full), (Self.refName, label(name))]
            descriptors.append(try Self.annotated(target, with: places + notes))
        }
        if names.isEmpty { descriptors.append(try Self.annotated(target, with: places)) }
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

    /// What containerd notes of the places that a blob was pulled from: for each host the repositories there
    /// (`core/remotes/docker/handler.go`).
    private static func distributionSources(_ sources: [ImageReference]) -> [(key: String, value: String)] {
        Dictionary(grouping: sources, by: \.host).map { host, sources in
            ("containerd.io/distribution.source.\(host)", Set(sources.map(\.path)).sorted().joined(separator: ","))
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
