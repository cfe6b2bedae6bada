extension VerbatimLayout {
    /// The index of the archive, which names its images.
    ///
    /// - Throws: `.malformed` when an image's index cannot be read as Docker reads it; `.unsupported` when the index that
    ///   is to stay names the image only through another one.
    func index(of images: [NamedImage]) throws(PullError.Cause) -> ArchiveIndex {
        var index = ArchiveIndex()
        for image in images {
            try index.add(try target(of: image.image), names: image.names, from: image.sources)
        }
        return index
    }

    /// What the archive's index points to: the index that stays, or the platform's manifest.
    private func target(of image: ArchivedImage) throws(PullError.Cause) -> GoJSON {
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
            .dropping(Annotation.names, in: "annotations")
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

    /// The object with the object in a field of it changed.
    private func changing(_ field: String, _ change: ([Member]) -> [Member]) -> GoJSON {
        guard case .object(let members) = self else { return self }
        return .object(
            members.map { member in
                guard member.name.elementsEqual(field.utf8), case .object(let inner) = member.value else {
                    return member
                }
                return Member(name: member.name, value: .object(change(inner)))
            })
    }

    /// The object without some names of an object in it.
    fileprivate func dropping(_ names: [String], in field: String) -> GoJSON {
        changing(field) { inner in
            inner.filter { member in !names.contains { member.name.elementsEqual($0.utf8) } }
        }
    }

    /// The object with another value of a name in an object in it.
    func setting(_ name: String, to value: GoJSON, in field: String) -> GoJSON {
        changing(field) { inner in
            let others = inner.filter { !$0.name.elementsEqual(name.utf8) }
            return (others + [Member(name: Array(name.utf8), value: value)])
                .sorted { $0.name.lexicographicallyPrecedes($1.name) }
        }
    }
}
