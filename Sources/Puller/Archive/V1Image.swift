/// The image object of Docker's first format, as Docker 20.10 reads it from a configuration (moby `image.V1Image`,
/// `container.Config`), and the chain of such objects that its archives hold, one for each layer.
struct V1Image {
    private static let type = GoType.structure(fields)
    // The struct's fields as they were read, empty ones included.
    private var value: GoJSON

    /// The object of every layer but the last: nothing but a time.
    private init() {
        value = Self.type.zero
        self["created"] = .text("1970-01-01T00:00:00Z")
    }

    /// Reads an image's configuration.
    ///
    /// - Throws: `.malformed` when Docker 20.10 could not read it either.
    init(config: [UInt8]) throws(PullError.Cause) { try self.init(config: try GoJSON(parsing: config)) }

    /// Reads an image's configuration, or an object of this format.
    ///
    /// - Throws: `.malformed` when Docker 20.10 could not read it either.
    init(config json: GoJSON) throws(PullError.Cause) {
        guard case .object = json else { throw .malformed("config: no object") }
        value = try Self.type.read(json, over: Self.type.zero, at: "config")
        // Both are the chain's to give; in Docker's image struct another field takes the configuration's own `parent`.
        self["id"] = .text("")
        self["parent"] = .text("")
    }

    /// When the image was made, in whole seconds since 1970; 0 for what Docker cannot set as a file's time (moby
    /// `system.Chtimes`: before 1970, or beyond 64 bits of nanoseconds).
    var created: Int64 {
        guard case .string(let text)? = self["created"], let time = GoTime(text) else { return 0 }
        return (0...Int64.max / 1_000_000_000).contains(time.seconds) ? time.seconds : 0
    }

    /// The object as Docker writes it, without ID and parent.
    var written: GoJSON { Self.type.written(value) }

    /// One layer of the chain.
    struct Link {
        /// The object's ID in hexadecimal.
        let id: String
        /// The object's bytes.
        let json: [UInt8]
    }

    /// The chain of an image, lowest layer first.
    ///
    /// - Throws: `.unsupported` when the digest cannot be computed.
    func chain(of diffIDs: [Digest]) throws(PullError.Cause) -> [Link] {
        var links: [Link] = []
        var chainID: Digest?
        for (position, diffID) in diffIDs.enumerated() {
            let chain =
                try chainID.map { below throws(PullError.Cause) in
                    try Digester.digest(of: Array("\(below) \(diffID)".utf8))
                } ?? diffID
            chainID = chain
            var object = position == diffIDs.count - 1 ? self : V1Image()
            let id = try object.id(chainID: chain, parent: links.last?.id)
            object["id"] = .text(id)
            object["parent"] = .text(links.last?.id ?? "")
            // Written in all of them, though it was not there when the lower ones were hashed.
            object["os"] = self["os"]
            links.append(Link(id: id, json: Self.type.written(object.value).bytes(.go119)))
        }
        return links
    }

    /// The hash of the object's sorted fields, the chain ID and the parent.
    private func id(chainID: Digest, parent: String?) throws(PullError.Cause) -> String {
        guard case .object(var members) = written else { return "" }
        members.append(.init(name: Array("layer_id".utf8), value: .text(chainID.description)))
        if let parent { members.append(.init(name: Array("parent".utf8), value: .text("sha256:\(parent)"))) }
        return try Digester.digest(of: GoJSON.map(members).bytes(.go119)).hex
    }

    /// A field as it was read, empty ones included; nil for one that Docker does not know.
    private(set) subscript(field: String) -> GoJSON? {
        get { value[field] }
        set {
            guard let newValue, case .object(var members) = value,
                let place = members.firstIndex(where: { $0.name.elementsEqual(field.utf8) })
            else { return }
            members[place].value = newValue
            value = .object(members)
        }
    }

    private static let fields: [GoType.Field] = [
        .unlessEmpty("id", .string), .unlessEmpty("parent", .string), .unlessEmpty("comment", .string),
        .always("created", .time), .unlessEmpty("container", .string),
        .always("container_config", .structure(containerFields)), .unlessEmpty("docker_version", .string),
        .unlessEmpty("author", .string), .unlessEmpty("config", .pointer(.structure(containerFields))),
        .unlessEmpty("architecture", .string), .unlessEmpty("variant", .string), .unlessEmpty("os", .string),
        .unlessEmpty("Size", .integer),
    ]

    private static let containerFields: [GoType.Field] = [
        .always("Hostname", .string), .always("Domainname", .string), .always("User", .string),
        .always("AttachStdin", .bool), .always("AttachStdout", .bool), .always("AttachStderr", .bool),
        .unlessEmpty("ExposedPorts", .set), .always("Tty", .bool), .always("OpenStdin", .bool),
        .always("StdinOnce", .bool), .always("Env", .strings), .always("Cmd", .stringOrStrings),
        .unlessEmpty(
            "Healthcheck",
            .pointer(
                .structure([
                    .unlessEmpty("Test", .strings), .unlessEmpty("Interval", .integer),
                    .unlessEmpty("Timeout", .integer), .unlessEmpty("StartPeriod", .integer),
                    .unlessEmpty("Retries", .integer),
                ]))),
        .unlessEmpty("ArgsEscaped", .bool), .always("Image", .string), .always("Volumes", .set),
        .always("WorkingDir", .string), .always("Entrypoint", .stringOrStrings),
        .unlessEmpty("NetworkDisabled", .bool), .unlessEmpty("MacAddress", .string), .always("OnBuild", .strings),
        .always("Labels", .map), .unlessEmpty("StopSignal", .string), .unlessEmpty("StopTimeout", .pointer(.integer)),
        .unlessEmpty("Shell", .stringOrStrings),
    ]
}
