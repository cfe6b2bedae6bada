internal import Puller

/// Which images are brought where.
struct SyncRequest: Sendable {
    /// The images.
    var sync: ImageSync
    /// How each is pulled.
    var template: PullRequest
    /// Where they go.
    var destination: Destination
    /// Whether the summary is printed as JSON.
    var asJSON: Bool

    /// Where images go.
    enum Destination: Sendable {
        /// Into archives of their own names; the folder ends in `/`, or is empty for where the command runs.
        case archives(folder: String, platform: Platform?, replacing: ArchiveRequest.Replacing)
        /// Into one OCI layout.
        case layout(folder: String)
    }

    /// How one of them is pulled.
    func pull(_ image: ImageReference) -> PullRequest {
        var pull = template
        pull.references = [image]
        switch destination {
        case .archives(let folder, let platform, let replacing):
            pull.archive.output = .file(
                path: folder + image.archiveFileName(for: platform), replacing: replacing)
        case .layout(let folder): pull.archive.output = .folder(path: folder)
        }
        return pull
    }

    /// What scripts are told of an image that is there now: its archive's path, or its name in the registry.
    func path(of row: ImageSync.Row) -> String? {
        switch row.outcome {
        case .failed, .interrupted: return nil
        case .brought, .present: break
        }
        switch pull(row.image).archive.output {
        case .file(let path, _), .folder(let path): return path
        case .standardOutput: return nil
        }
    }
}
