/// The configuration and the manifest that Docker makes of a manifest of schema 1 (moby 20.10, `image/v1/imagev1.go`).
extension Schema1Manifest {
    /// What the image runs on.
    var platform: Platform {
        func text(_ name: String) -> String? {
            guard case .string(let bytes)? = steps.last?.compatibility[name], !bytes.isEmpty else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }
        return Platform(
            os: text("os") ?? "linux", architecture: text("architecture") ?? architecture, variant: text("variant"),
            osVersion: text("os.version"))
    }

    /// The configuration's bytes: those of Docker, so that the image has the same ID.
    ///
    /// - Parameter diffIDs: of every layer the digest of its inflated bytes, lowest first.
    /// - Throws: `.malformed` when Docker could not read the history either.
    func config(diffIDs: [Digest]) throws(PullError.Cause) -> [UInt8] {
        var history: [GoJSON] = []
        for step in steps { history.append(try step.history()) }
        guard let top = steps.last else { throw .malformed("a history without steps") }
        var members: [[UInt8]: GoJSON] = [:]
        for member in try top.configMembers() { members[member.name] = member.value }
        for name in Self.notOfTheConfig { members[Array(name.utf8)] = nil }
        var rootFS: [GoJSON.Member] = [.init(name: Array("type".utf8), value: .text("layers"))]
        if !diffIDs.isEmpty {
            rootFS.append(
                .init(name: Array("diff_ids".utf8), value: .array(diffIDs.map { .text($0.description) })))
        }
        members[Array("rootfs".utf8)] = .object(rootFS)
        members[Array("history".utf8)] = .array(history)
        return GoJSON.map(members.map { .init(name: $0.key, value: $0.value) }).bytes(.go119)
    }

    /// The manifest of schema 2 that stands for this one.
    ///
    /// - Parameter layers: as they have come, lowest first.
    /// - Throws: `.unsupported` when the digest cannot be computed.
    func converted(config: [UInt8], layers: [Descriptor]) throws(PullError.Cause) -> Manifest {
        let configDescriptor = Descriptor(
            mediaType: MediaType.dockerConfig, digest: try Digester.digest(of: config), size: Int64(config.count))
        let bytes = GoJSON.object([
            "schemaVersion": .number("2"), "mediaType": .text(MediaType.dockerManifest),
            "config": Self.json(configDescriptor), "layers": .array(layers.map(Self.json)),
        ]).bytes()
        return Manifest(
            bytes: bytes,
            descriptor: Descriptor(
                mediaType: MediaType.dockerManifest, digest: try Digester.digest(of: bytes), size: Int64(bytes.count)),
            config: configDescriptor, layers: layers)
    }

    /// Fields of the old format that are of the layer, or made anew.
    private static let notOfTheConfig = ["id", "parent", "Size", "parent_id", "layer_id", "throwaway"]

    private static func json(_ descriptor: Descriptor) -> GoJSON {
        .object([
            "mediaType": .text(descriptor.mediaType), "size": .number(String(descriptor.size)),
            "digest": .text(descriptor.digest.description),
        ])
    }
}

extension Schema1Manifest.Step {
    /// The line of the image's history that this step is.
    fileprivate func history() throws(PullError.Cause) -> GoJSON {
        let image = try V1Image(config: compatibility)
        let command = (image["container_config"]?["Cmd"]?.elements ?? []).map { word -> [UInt8] in
            if case .string(let bytes) = word { bytes } else { [] }
        }
        return Self.historyType.written(
            .object([
                "created": image["created"] ?? .null, "author": image["author"] ?? .null,
                "created_by": .string(Array(command.joined(separator: [UInt8(ascii: " ")]))),
                "comment": image["comment"] ?? .null, "empty_layer": .bool(isThrownAway),
            ]))
    }

    private static let historyType = GoType.structure([
        .always("created", .time), .unlessEmpty("author", .string), .unlessEmpty("created_by", .string),
        .unlessEmpty("comment", .string), .unlessEmpty("empty_layer", .bool),
    ])

    /// The fields that the configuration begins with. Images of Docker before 1.8.3, and of those who do not say what
    /// made them, have what Docker knows of them and no other field.
    fileprivate func configMembers() throws(PullError.Cause) -> [GoJSON.Member] {
        var version: [UInt8] = []
        if case .string(let text)? = compatibility["docker_version"] { version = text }
        let json = Self.isOlder(version, than: [1, 8, 3]) ? try V1Image(config: compatibility).written : compatibility
        guard case .object(let members) = json else { return [] }
        return members
    }

    /// Whether a version of numbers and dots is below another; what is no number counts as 0, as moby's `versions` has
    /// it.
    private static func isOlder(_ version: [UInt8], than other: [Int]) -> Bool {
        let numbers = version.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .map { Int(String(decoding: $0, as: UTF8.self)) ?? 0 }
        let count = max(numbers.count, other.count)
        func padded(_ numbers: [Int]) -> [Int] { numbers + Array(repeating: 0, count: count - numbers.count) }
        return padded(numbers).lexicographicallyPrecedes(padded(other))
    }
}
