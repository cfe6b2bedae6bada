/// The image object of Docker's first format, as a release of Docker reads it from a configuration, and the chain of such
/// objects that its archives hold, one for each layer.
struct V1Image {
    private let format: V1Format
    // The struct's fields as they were read, empty ones included.
    private var value: GoJSON

    /// The object of every layer but the last: nothing but a time.
    private init(format: V1Format) {
        self.format = format
        value = format.type.zero
        self["created"] = .text("1970-01-01T00:00:00Z")
    }

    /// Reads an image's configuration.
    ///
    /// - Throws: `.malformed` when that Docker could not read it either.
    init(config: [UInt8], format: V1Format = .docker2010) throws(PullError.Cause) {
        try self.init(config: try GoJSON(parsing: config), format: format)
    }

    /// Reads an image's configuration, or an object of this format.
    ///
    /// - Throws: `.malformed` when that Docker could not read it either.
    init(config json: GoJSON, format: V1Format = .docker2010) throws(PullError.Cause) {
        guard case .object = json else { throw .malformed("config: no object") }
        self.format = format
        value = try format.type.read(json, over: format.type.zero, at: "config")
        // Both are the chain's to give; in Docker's image struct another field takes the configuration's own `parent`.
        self["id"] = .text("")
        self["parent"] = .text("")
    }

    /// When the image was made, in whole seconds since 1970; 0 for what Docker cannot set as a file's time (moby
    /// `system.Chtimes`: before 1970, or beyond 64 bits of nanoseconds). Nil where the configuration says nothing, and the
    /// release does not take that for the year 1.
    var created: Int64? {
        guard case .string(let text)? = self["created"], let time = GoTime(text) else { return nil }
        return (0...Int64.max / 1_000_000_000).contains(time.seconds) ? time.seconds : 0
    }

    /// The object as Docker writes it, without ID and parent.
    var written: GoJSON { format.type.written(value) }

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
            var object = position == diffIDs.count - 1 ? self : V1Image(format: format)
            let id = try object.id(chainID: chain, parent: links.last?.id)
            object["id"] = .text(id)
            object["parent"] = .text(links.last?.id ?? "")
            // Written in all of them, though it was not there when the lower ones were hashed.
            object["os"] = self["os"]
            links.append(Link(id: id, json: object.written.bytes(format.encoder)))
        }
        return links
    }

    /// The hash of the object's sorted fields, the chain ID and the parent.
    private func id(chainID: Digest, parent: String?) throws(PullError.Cause) -> String {
        guard case .object(var members) = written else { return "" }
        members.append(.init(name: Array("layer_id".utf8), value: .text(chainID.description)))
        if let parent { members.append(.init(name: Array("parent".utf8), value: .text("sha256:\(parent)"))) }
        return try Digester.digest(of: GoJSON.map(members).bytes(format.encoder)).hex
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
}
