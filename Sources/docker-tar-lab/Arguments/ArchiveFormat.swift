internal import Puller

/// The layouts by the names that `-format` has for them.
enum ArchiveFormat: String, CaseIterable, Sendable {
    case docker
    case docker29Graphdriver = "docker-29-graphdriver"
    case docker28 = "docker-28"
    case docker26 = "docker-26"
    case docker2010 = "docker-20.10"
    case oci
    case ociFolder = "oci-dir"
    case synology

    /// Whether it holds blobs as registries serve them: such a layout can hold an index and all platforms, and leave
    /// layers out.
    var isVerbatim: Bool {
        switch self {
        case .docker, .oci, .ociFolder: true
        case .docker29Graphdriver, .docker28, .docker26, .docker2010, .synology: false
        }
    }

    /// Whether something in it tells when it was saved.
    var hasSaveTime: Bool {
        switch self {
        case .docker28, .docker26, .docker2010: true
        case .docker, .docker29Graphdriver, .oci, .ociFolder, .synology: false
        }
    }

    /// The layout.
    ///
    /// - Parameter saveTime: seconds since 1970.
    func layout(keepIndex: Bool, saveTime: Int64) -> ArchiveLayout {
        switch self {
        case .docker: .docker(keepIndex: keepIndex)
        case .docker29Graphdriver: .graphdriver(.docker29, saveTime: saveTime)
        case .docker28: .graphdriver(.docker28, saveTime: saveTime)
        case .docker26: .graphdriver(.docker26, saveTime: saveTime)
        case .docker2010: .docker2010(saveTime: saveTime)
        case .oci, .ociFolder: .oci(keepIndex: keepIndex)
        case .synology: .synology
        }
    }
}
