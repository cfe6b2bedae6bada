/// The name of an image: where its registry is, which repository, and which tag or digest.
public struct ImageReference: Hashable, Sendable {
    /// The registry as it was typed or implied: `docker.io`, `ghcr.io`, `localhost:5000`, `[2001:db8::1]:5000`.
    public var domain: String
    /// The repository's path with Docker Hub's default filled in: `library/nginx`.
    public var path: String
    /// The tag; `latest` where neither tag nor digest was given, nil where only a digest was.
    public var tag: String?
    /// The digest after `@`.
    public var digest: Digest?

    /// Puts validated parts together; for everything that a user types there is `init(parsing:)`.
    public init(domain: String, path: String, tag: String?, digest: Digest?) {
        self.domain = domain
        self.path = path
        self.tag = tag
        self.digest = digest
    }
}
