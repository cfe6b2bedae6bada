package import LabNet

/// Who is asked for an image: the registry of its name, or a mirror in its place.
struct RegistryEndpoint: Hashable, Sendable {
    /// Scheme, host and port.
    var origin: Origin
    /// The repository's path there, a mirror's prefix included.
    var repository: String
    /// Whether it is a mirror, which never sees the registry's credential.
    var isMirror: Bool
    /// Whether it may be asked in the clear when it does not speak TLS.
    ///
    /// Docker counts 127.0.0.0/8, ::1 and localhost among its insecure registries. What leaves the machine never is.
    var allowsPlainHTTP: Bool

    /// Which registry is meant, for a mirror that cannot tell by its own address; nil for all others.
    var namespace: String?

    /// - Parameters:
    ///   - mirror: who is asked in the registry's place.
    ///   - plainHTTP: whether it is asked in the clear where no scheme was typed.
    /// - Throws: `ReferenceError.registry` when the registry is no host.
    init(_ reference: ImageReference, mirror: RegistryMirror?, plainHTTP: Bool) throws(ReferenceError) {
        let usual: Origin.Scheme = plainHTTP ? .http : .https
        if let mirror {
            origin = try ImageReference.origin(ofRegistry: mirror.host, scheme: mirror.scheme ?? usual)
            repository = mirror.path(of: reference.path, in: reference.domain)
            namespace = mirror.needsNamespace(for: reference.domain) ? reference.domain : nil
        } else {
            origin = try reference.registry(scheme: usual)
            repository = reference.path
        }
        isMirror = mirror != nil
        allowsPlainHTTP = mirror?.scheme == nil && !plainHTTP && NetworkKind(origin.host) == .loopback
    }

    /// `/v2/`, which says whether somebody is there.
    var root: HTTPURL { HTTPURL(origin: origin, target: "/v2/") }

    /// Where a manifest is, by tag or digest; both are safe in a path by their grammar.
    func manifest(_ name: String) -> HTTPURL {
        url("manifests/\(name)")
    }

    /// Where a blob is.
    func blob(_ digest: Digest) -> HTTPURL {
        url("blobs/\(digest)")
    }

    /// A registry's name is a host with a port, or `docker.io`: nothing in it is special in a query.
    private func url(_ path: String) -> HTTPURL {
        HTTPURL(origin: origin, target: "/v2/\(repository)/\(path)" + (namespace.map { "?ns=\($0)" } ?? ""))
    }
}

extension RegistryMirror {
    /// Where an image is asked for at this mirror: its origin, and the image's path there.
    ///
    /// - Throws: `ReferenceError.registry` when it is no host.
    package func place(of reference: ImageReference) throws(ReferenceError) -> (origin: Origin, repository: String) {
        let endpoint = try RegistryEndpoint(reference, mirror: self, plainHTTP: false)
        return (endpoint.origin, endpoint.repository)
    }
}
