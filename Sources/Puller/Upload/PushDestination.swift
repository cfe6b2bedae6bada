/// Where images are pushed to: a registry, and the folder of repositories in it.
///
/// An image's name there is the prefix and its whole repository path, Docker Hub's `library/` included: what was
/// `docker.io/library/nginx:1` becomes `registry.local:5000/prefix/library/nginx:1`. So the destination can be named as a
/// mirror in the configuration of Docker or containerd, who ask for that path, and nothing has to be told apart by hand. The
/// registry that an image came from is not part of it; two images that would take the same name are refused.
public struct PushDestination: Sendable {
    /// The registry: `registry.local:5000`.
    public let registry: String
    /// The path before every repository's own; empty for none.
    public let prefix: String
    /// How the registry is reached, and as whom: its own accounts, and never those of where the images come from. Mirrors
    /// mean nothing here.
    public var access: RegistryAccess

    /// Reads `registry.local:5000/prefix`, or a registry alone; a name that looks like no registry is a folder of Docker Hub.
    public init(parsing text: String, access: RegistryAccess) throws(ReferenceError) {
        guard !text.isEmpty else { throw .empty }
        let folder = text.hasSuffix("/") ? String(text.dropLast()) : text
        // With two words behind it nothing is taken for an official image of Docker Hub.
        let example = try ImageReference(parsing: folder + "/x/x")
        registry = example.domain
        prefix = String(example.path.dropLast("x/x".count).drop { $0 == "/" }).droppingLastSlash
        self.access = access
    }

    /// The name that an image gets there: with its tag, or by its digest where it has no tag.
    ///
    /// - Throws: `.tooLong`.
    public func name(of image: ImageReference) throws(ReferenceError) -> ImageReference {
        let path = prefix.isEmpty ? image.path : "\(prefix)/\(image.path)"
        guard path.utf8.count <= 255 else { throw .tooLong(path.utf8.count) }
        return ImageReference(
            domain: registry, path: path, tag: image.tag, digest: image.tag == nil ? image.digest : nil)
    }
}

extension String {
    fileprivate var droppingLastSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}
