/// What Docker 20.10 saves: the layers inflated, each in a folder named by its v1 ID.
///
/// Rules: moby 20.10 `image/tarexport/save.go`; the archive of dockerd 20.10.24 among the fixtures holds it to the byte. Of
/// several images Docker goes through a Go map, in another order each time; here it is the order in which they were asked
/// for, which decides where the bytes of a common layer stand, and what links there.
struct Docker2010Layout {
    let images: [ArchivedImage]
    /// The time of the save, in seconds since 1970; Docker lets it show where a layer occurs again.
    let saveTime: Int64

    func members() throws(PullError.Cause) -> [ArchiveMember] {
        let images = try InflatedImage.all(images, format: .docker2010)
        let entries = folders(of: images) + ClassicFiles.lists(of: images).map { [$0] }
        // Docker walks the folder by its entries' names: a folder is sorted without its slash, and what is in it follows.
        return entries.sorted { Self.name(of: $0).lexicographicallyPrecedes(Self.name(of: $1)) }.flatMap(\.self)
    }

    private static func name(of entry: [ArchiveMember]) -> Substring.UTF8View {
        (entry.first?.path ?? "").prefix { $0 != "/" }.utf8
    }

    /// The layers' folders, each once. A layer that occurs again at another height is a link to where it stood first, and
    /// its folder has the time of the save: there Docker does not come to setting it.
    private func folders(of images: [InflatedImage]) -> [[ArchiveMember]] {
        var saved: Set<String> = []
        var first: [Digest: String] = [:]
        return images.flatMap { image in
            image.layers.filter { saved.insert($0.v1.id).inserted }.map { layer in
                let earlier = first[layer.diffID]
                if earlier == nil { first[layer.diffID] = layer.v1.id }
                let modified = earlier == nil ? image.created ?? 0 : saveTime
                return ClassicFiles.folder(of: layer, linkingTo: earlier, modified: modified)
            }
        }
    }
}
