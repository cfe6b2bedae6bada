/// The forms of an image's name that stand in archives.
struct ArchiveName: Hashable, Sendable {
    /// The repository as Docker shows it: `nginx`, `user/app`, `ghcr.io/owner/app`.
    let familiarRepository: String
    /// The repository with everything: `docker.io/library/nginx`.
    let fullRepository: String
    /// The tag.
    let tag: String

    /// The name of an image that has one; nil for an image that was pulled by digest alone.
    init?(_ reference: ImageReference) {
        guard let tag = reference.tag else { return nil }
        self.tag = tag
        fullRepository = "\(reference.domain)/\(reference.path)"
        // distribution/reference: Docker Hub goes unsaid, and so does its `library`, unless there is more than one level.
        let library = "library/"
        if reference.domain != "docker.io" {
            familiarRepository = fullRepository
        } else if reference.path.hasPrefix(library), !reference.path.dropFirst(library.count).contains("/") {
            familiarRepository = String(reference.path.dropFirst(library.count))
        } else {
            familiarRepository = reference.path
        }
    }

    /// `nginx:latest`.
    var familiar: String { "\(familiarRepository):\(tag)" }
    /// `docker.io/library/nginx:latest`.
    var full: String { "\(fullRepository):\(tag)" }
}

extension ImageReference {
    /// The host of the registry, without a port and without brackets.
    var host: String {
        let isPortless = domain.hasSuffix("]") || !domain.contains(":")
        let host = isPortless ? domain[...] : domain[..<(domain.lastIndex(of: ":") ?? domain.endIndex)]
        return host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : String(host)
    }
}
