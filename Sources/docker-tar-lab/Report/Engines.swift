internal import Puller

/// Which engines load an archive: a pure function of its layout, its layers and its compression.
///
/// Measured: Docker 20.10 ignores the names of blobs, inflates gzip itself and fails on zstd; Docker takes zstd from 23.0
/// on (moby#41759), podman since 3. With an index that names platforms which are not in the archive, `ctr images import
/// --all-platforms` and what imports in that way (k3s, kind) stop at the first one that is missing.
struct Engines: Hashable, Sendable {
    /// Names of engines, the most common first.
    let names: [Sentence]
    /// What to know before the archive is carried anywhere.
    let notes: [Sentence]

    init(layout: ArchiveLayout, index: ImageIndex?, layers: [Descriptor], compression: ArchiveRequest.Compression) {
        var names: [Sentence]
        var notes: [Sentence] = []
        switch layout {
        case .docker2010, .graphdriver, .oci, .synology:
            names = [.docker(since: "1.10"), .podman, .containerd, .nas]
        case .docker(let keepsIndex):
            let hasZstd = layers.contains { $0.mediaType.hasSuffix("zstd") }
            names = [.docker(since: hasZstd ? "23.0" : "20.10"), .podman, .containerd]
            if hasZstd { notes.append(.zstdLayers) }
            if keepsIndex, let index, index.manifests.count > 1 { notes.append(.keptIndex) }
            if layers.contains(where: \.isForeign) { notes.append(.foreignLayers) }
        }
        if compression == .zstd { notes.append(.zstdArchive) }
        self.names = names
        self.notes = notes
    }
}
