/// What Docker 28 and 29 save from their containerd store: the registry's blobs verbatim, an OCI index, and the
/// `manifest.json` of old.
///
/// Rules: containerd `core/images/archive/exporter.go`, moby `daemon/containerd/image_exporter.go`; the archives of
/// dockerd 28.5.2 and 29.7.2 among the fixtures hold it to the byte.
struct DockerLayout {
    let image: ArchivedImage
    /// Whether the tag's index stays in (`docker save`), or the platform's manifest stands alone (`--platform`). Where
    /// it stays, all that the image has of it is written too, attestations as well: what the store holds, Docker saves.
    let keepIndex: Bool

    func members() throws(PullError.Cause) -> [ArchiveMember] {
        let target = try target()
        var members = blobs()
        members.append(file("index.json", index(of: target), mode: 0o644))
        members.append(file("manifest.json", manifest(), mode: 0o644))
        members.append(file("oci-layout", .object(["imageLayoutVersion": .text("1.0.0")]), mode: 0o444))
        members += folders()
        return members.sortedByPath()
    }

    private var keptIndex: ImageIndex? { keepIndex ? image.index : nil }

    /// Every blob; layers that may not be distributed are left out.
    private func blobs() -> [ArchiveMember] {
        var blobs: [(Digest, ArchiveMember.Content)] = [
            (image.manifest.descriptor.digest, .bytes(image.manifest.bytes)),
            (image.manifest.config.digest, .bytes(image.config)),
        ]
        if let index = keptIndex { blobs.append((index.descriptor.digest, .bytes(index.bytes))) }
        blobs += (image.manifest.layers.map { ListedContent($0) } + others)
            .filter { !$0.descriptor.isForeign }
            .map { ($0.descriptor.digest, $0.bytes.map { .bytes($0) } ?? .blob($0.descriptor)) }
        return blobs.map { digest, content in
            ArchiveMember(path: Self.path(of: digest), content: content, mode: 0o444, modified: 0)
        }
    }

    private var others: [ListedContent] { keptIndex == nil ? [] : image.others }

    /// A folder for each algorithm; the index's own does not count.
    private func folders() -> [ArchiveMember] {
        let digests =
            [image.manifest.descriptor.digest, image.manifest.config.digest] + image.manifest.layers.map(\.digest)
            + others.map(\.descriptor.digest)
        let paths = ["blobs/"] + digests.map { "blobs/\($0.algorithm.rawValue)/" }
        return paths.map { ArchiveMember(path: $0, content: .folder, mode: 0o755, modified: 0) }
    }

    private func file(_ path: String, _ json: GoJSON, mode: UInt32) -> ArchiveMember {
        ArchiveMember(path: path, content: .bytes(json.bytes()), mode: mode, modified: 0)
    }

    private static func path(of digest: Digest) -> String { "blobs/\(digest.algorithm.rawValue)/\(digest.hex)" }

    // MARK: index.json

    private func index(of target: GoJSON) -> GoJSON {
        .object([
            "schemaVersion": .number("2"),
            "mediaType": .text("application/vnd.oci.image.index.v1+json"),
            "manifests": .array([target]),
        ])
    }

    /// The descriptor that the archive's index points with, the image's name among its annotations.
    private func target() throws(PullError.Cause) -> GoJSON {
        let notes: [GoJSON.Member] = annotations.map { .init(name: Array($0.key.utf8), value: .text($0.value)) }
        let type = GoType.structure(Self.descriptorFields)
        let descriptor = try type.read(unnamedTarget(), over: type.zero, at: "")
        let named = try type.read(.object(["annotations": .object(notes)]), over: descriptor, at: "")
        return type.written(named)
    }

    private var annotations: [(key: String, value: String)] {
        var notes = image.source.map { [(key: "containerd.io/distribution.source.\($0.host)", value: $0.path)] } ?? []
        if let name = image.names.lazy.compactMap(ArchiveName.init).first {
            notes.append((key: "io.containerd.image.name", value: name.full))
            notes.append((key: "org.opencontainers.image.ref.name", value: name.tag))
        }
        return notes
    }

    private func unnamedTarget() throws(PullError.Cause) -> GoJSON {
        guard let index = image.index else { return image.manifest.descriptor.plainJSON }
        let entry = try Self.entry(of: image.manifest.descriptor.digest, in: index)
        if keepIndex {
            // Without it a nested index would be missing between the kept one and the manifest.
            guard entry != nil || !image.others.isEmpty else { throw .unsupported("nested index") }
            return index.descriptor.plainJSON
        }
        return entry ?? image.manifest.descriptor.plainJSON
    }

    /// What the index says of a manifest, with every field that Docker keeps of it; names that it brings along are not
    /// the image's.
    private static func entry(of digest: Digest, in index: ImageIndex) throws(PullError.Cause) -> GoJSON? {
        let json = try GoJSON(parsing: index.bytes)
        let wanted = GoJSON.text(digest.description)
        return json["manifests"]?.elements.first { $0["digest"] == wanted }?
            .dropping(["io.containerd.image.name", "org.opencontainers.image.ref.name"], in: "annotations")
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

    // MARK: manifest.json

    private func manifest() -> GoJSON {
        let layers = image.manifest.layers.map { GoJSON.text(Self.path(of: $0.digest)) }
        return .array([
            .object([
                "Config": .text(Self.path(of: image.manifest.config.digest)),
                "RepoTags": image.names.lazy.compactMap(ArchiveName.init).first.map { .array([.text($0.familiar)]) }
                    ?? .null,
                "Layers": layers.isEmpty ? .null : .array(layers),
            ])
        ])
    }
}

extension GoJSON {
    /// The last value of this name in an object.
    subscript(name: String) -> GoJSON? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name.elementsEqual(name.utf8) }?.value
    }

    /// The elements of an array; none of anything else.
    var elements: [GoJSON] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// The object without some names of an object in it.
    fileprivate func dropping(_ names: [String], in field: String) -> GoJSON {
        guard case .object(let members) = self else { return self }
        return .object(
            members.map { member in
                guard member.name.elementsEqual(field.utf8), case .object(let inner) = member.value else {
                    return member
                }
                let kept = inner.filter { inner in !names.contains { inner.name.elementsEqual($0.utf8) } }
                return Member(name: member.name, value: .object(kept))
            })
    }
}
