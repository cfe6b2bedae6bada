/// An image with all that an archive calls it: one that was asked for under two names is in it once.
struct NamedImage {
    /// The image; where several were the same, the first.
    let image: ArchivedImage
    /// Its names, each once, in the order in which they were given; none for an image that loads without a name.
    private(set) var names: [ArchiveName] = []
    /// The repositories that it came from.
    private(set) var sources: [ImageReference] = []

    private init(_ image: ArchivedImage) { self.image = image }

    private mutating func add(_ names: [ArchiveName], from sources: [ImageReference]) {
        for name in names where !self.names.contains(name) { self.names.append(name) }
        self.sources += sources
    }

    /// The names as `manifest.json` has them.
    var repoTags: GoJSON { names.isEmpty ? .null : .array(names.map { .text($0.familiar) }) }

    /// Joins images that are the same.
    ///
    /// - Parameter identity: what makes an image the same as another in a layout.
    /// - Returns: each image once, where it stood first.
    /// - Throws: `.unsupported` when two images have one name, which could then mean only one of them.
    static func all(
        _ images: [ArchivedImage], identity: (ArchivedImage) -> some Hashable
    ) throws(PullError.Cause) -> [NamedImage] {
        let single = images.map { image in
            var named = NamedImage(image)
            named.add(image.names.compactMap(ArchiveName.init), from: image.source.map { [$0] } ?? [])
            return named
        }
        let joined = joining(single, identity: identity)
        var seen: Set<ArchiveName> = []
        for name in joined.flatMap(\.names) where !seen.insert(name).inserted {
            throw .unsupported("two images named \(name.familiar)")
        }
        return joined
    }

    /// Joins those that are the same by another measure; the order stays.
    static func joining(_ images: [NamedImage], identity: (ArchivedImage) -> some Hashable) -> [NamedImage] {
        var places: [AnyHashable: Int] = [:]
        var joined: [NamedImage] = []
        for image in images {
            let key = AnyHashable(identity(image.image))
            if let place = places[key] {
                joined[place].add(image.names, from: image.sources)
            } else {
                places[key] = joined.count
                joined.append(image)
            }
        }
        return joined
    }
}
