extension ArchiveLayout {
    /// The members of an archive of these images, in their order; what several have in common is there once.
    ///
    /// - Parameters:
    ///   - images: at least one; as they are named in the archive.
    ///   - sizes: what each layer inflates to. Layouts for which ``needsInflatedSizes`` is true have other members without
    ///     them, but need the same layers.
    /// - Throws: `.malformed` when the configuration or the index cannot be read as Docker reads it; `.unsupported` when
    ///   this layout cannot hold the image.
    func members(
        of images: [ArchivedImage], sizes: InflatedSizes = [:]
    ) throws(PullError.Cause) -> [ArchiveMember] {
        guard let image = images.first, images.count == 1 else { throw .unsupported("several images") }
        switch self {
        case .docker(let keepIndex): return try DockerLayout(image: image, keepIndex: keepIndex).members()
        case .docker2010(let saveTime): return try Docker2010Layout(image: image, saveTime: saveTime).members()
        case .graphdriver, .oci, .synology: throw .unsupported("layout")
        }
    }

    /// Whether members tell how large inflated layers are, so that all must be inflated before the first is written.
    var needsInflatedSizes: Bool {
        if case .graphdriver = self { true } else { false }
    }
}

extension Array where Element == ArchiveMember {
    /// By the names' bytes, each name once: the order of Docker's archives.
    func sortedByPath() -> [ArchiveMember] {
        var seen: Set<String> = []
        return filter { seen.insert($0.path).inserted }
            .sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }
}
