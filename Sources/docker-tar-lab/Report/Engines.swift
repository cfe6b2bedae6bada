internal import Puller

/// Which engines load an archive: a pure function of its layout, its layers and its compression.
///
/// Measured: Docker 20.10 ignores the names of blobs, inflates gzip itself and fails on zstd; Docker takes zstd from
/// 23.0 on (moby#41759), podman since 3. An OCI layout without `manifest.json` is read by Docker's containerd store,
/// which is the usual one from 29 on, and by podman. With an index that names platforms which are not in the archive,
/// `ctr images import --all-platforms` and what imports in that way (k3s, kind) stop at the first one that is missing.
/// containerd imports whatever has a `manifest.json` or an OCI index. A folder is read by podman and skopeo (`oci:`),
/// and by no `docker load`. A layer that is left out is an error to Docker 20.10 and containerd 1.6; podman 4.3 fetches
/// it from its descriptor's `urls` where it reads the index, which must hold one image for that.
struct Engines: Hashable, Sendable {
    /// Names of engines, the most common first; none where a layer is left out that nobody can fetch.
    let names: [Sentence]
    /// What to know before the archive is carried anywhere.
    let notes: [Sentence]

    /// - Parameters:
    ///   - index: the index that is kept, where it names more than there is.
    ///   - isFolder: whether it is an OCI layout's folder.
    ///   - omitsForeignLayers: whether layers that may not be handed on are left out.
    ///   - nameCount: how many names there are in it.
    init(
        layout: ArchiveLayout, index: ImageIndex?, layers: [Descriptor], compression: ArchiveRequest.Compression,
        isFolder: Bool = false, omitsForeignLayers: Bool = false, nameCount: Int = 1
    ) {
        let hasZstd = layers.contains { $0.mediaType.hasSuffix("zstd") }
        let missing = omitsForeignLayers && layout.isVerbatim ? layers.filter(\.isForeign) : []
        var names: [Sentence]
        var notes: [Sentence] = []
        switch layout {
        case .docker2010, .synology: names = [.docker(since: "1.10"), .podman, .containerd, .nas]
        // The layers stand under `blobs/`, which `manifest.json` names as it names any other file.
        case .graphdriver: names = [.docker(since: "20.10"), .podman, .containerd]
        case .docker(let keepsIndex):
            names = [.docker(since: hasZstd ? "23.0" : "20.10"), .podman, .containerd]
            if keepsIndex, let index, index.manifests.count > 1 { notes.append(.keptIndex) }
        case .oci(let keepsIndex):
            // podman loads such an archive only where it need not choose.
            let podman: [Sentence] = nameCount > 1 ? [] : [.podman]
            names = isFolder ? [.podman, .folderTools] : [.docker(since: "29")] + podman + [.containerd]
            if keepsIndex, let index, index.manifests.count > 1 { notes.append(.keptIndex) }
        }
        if !missing.isEmpty {
            let canBeFetched = nameCount == 1 && missing.allSatisfy { !($0.urls ?? []).isEmpty }
            names = canBeFetched ? names.filter { [.podman, .folderTools].contains($0) } : []
        }
        if layout.isVerbatim {
            if hasZstd, !isFolder, case .docker = layout { notes.append(.zstdLayers) }
            if layers.contains(where: \.isForeign) {
                notes.append(missing.isEmpty ? .foreignLayersIncluded : .foreignLayers)
            }
        }
        if compression == .zstd { notes.append(.zstdArchive) }
        (self.names, self.notes) = (names, notes)
    }
}

extension ArchiveLayout {
    /// Whether it holds blobs as registries serve them.
    fileprivate var isVerbatim: Bool {
        switch self {
        case .docker, .oci: true
        case .docker2010, .graphdriver, .synology: false
        }
    }
}
