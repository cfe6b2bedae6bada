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
        switch self {
        case .docker(let keepIndex): try DockerLayout(images: images, keepIndex: keepIndex).members()
        case .docker2010(let saveTime): try Docker2010Layout(images: images, saveTime: saveTime).members()
        case .graphdriver(let release, let saveTime):
            try GraphdriverLayout(images: images, release: release, saveTime: saveTime, sizes: sizes).members()
        case .oci(let keepIndex): try OCILayout(images: images, keepIndex: keepIndex).members()
        case .synology: try SynologyLayout(images: images).members()
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
