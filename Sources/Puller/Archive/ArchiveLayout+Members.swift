extension ArchiveLayout {
    /// The members of an image's archive in their order.
    ///
    /// - Throws: `.malformed` when the configuration or the index cannot be read as Docker reads it; `.unsupported` when
    ///   this layout cannot hold the image.
    func members(of image: ArchivedImage) throws(PullError.Cause) -> [ArchiveMember] {
        switch self {
        case .docker(let keepIndex): try DockerLayout(image: image, keepIndex: keepIndex).members()
        case .docker2010(let saveTime): try Docker2010Layout(image: image, saveTime: saveTime).members()
        }
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
