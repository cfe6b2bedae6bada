internal import LabNet

/// The host that a credential is for, as credential stores spell it.
struct CredentialHost: Hashable, Sendable {
    /// `host` or `host:port`; each means this host and no other.
    let names: [String]
    /// The key under which Docker keeps it, and asks helpers for it.
    let key: String

    /// Docker Hub has one key and several names (moby, `registry.IndexServer`).
    static let dockerHubKey = "https://index.docker.io/v1/"
    private static let dockerHubNames = ["index.docker.io", "docker.io", "registry-1.docker.io"]

    /// The host of an origin. Without a port a name means its scheme's own.
    init(_ origin: Origin) {
        let host = origin.host.bracketed.lowercased()
        if origin.port == origin.scheme.defaultPort, Self.dockerHubNames.contains(host) {
            (names, key) = (Self.dockerHubNames, Self.dockerHubKey)
            return
        }
        let explicit = "\(host):\(origin.port)"
        names = origin.port == origin.scheme.defaultPort ? [host, explicit] : [explicit]
        key = origin.authority.lowercased()
    }

    /// Whether two names mean the same host.
    func isSame(as other: CredentialHost) -> Bool { names.contains { other.names.contains($0) } }

    /// Whether a key of Docker's file means this host: `host[:port]`, with or without a scheme and a path.
    func matches(_ key: String) -> Bool { names.contains(Self.place(in: key).host) }

    /// How much of a repository's path a key of podman's file (`host[/namespace[/name]]`) names, in segments; nil where
    /// it means another host or another repository (containers-auth.json(5)).
    func depth(of key: String, for repository: String) -> Int? {
        let (host, path) = Self.place(in: key)
        guard names.contains(host) else { return nil }
        // Docker's old key for its Hub has a path that is none of a repository.
        if key == Self.dockerHubKey { return 0 }
        let wanted = repository.split(separator: "/")
        let prefix = path.split(separator: "/")
        return wanted.starts(with: prefix) ? prefix.count : nil
    }

    private static func place(in key: String) -> (host: String, path: Substring) {
        var rest = key[...]
        for scheme in ["https://", "http://"] where key.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
        }
        let host = rest.prefix { $0 != "/" }
        return (host.lowercased(), rest[host.endIndex...].drop { $0 == "/" })
    }
}
