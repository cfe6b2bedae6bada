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

    /// - Throws: `ReferenceError.registry` when the mirror is no host.
    init(_ reference: ImageReference, access: RegistryAccess) throws(ReferenceError) {
        let usual: Origin.Scheme = access.plainHTTP ? .http : .https
        var given: Origin.Scheme?
        if let mirror = access.mirror {
            var text = mirror[...]
            for scheme in [Origin.Scheme.https, .http] where mirror.lowercased().hasPrefix("\(scheme.rawValue)://") {
                given = scheme
                text = mirror.dropFirst("\(scheme.rawValue)://".count)
            }
            let parts = text.split(separator: "/", omittingEmptySubsequences: true)
            guard let host = parts.first, parts.dropFirst().allSatisfy(Self.isPathSegment) else {
                throw .registry(mirror)
            }
            origin = try ImageReference.origin(ofRegistry: String(host), scheme: given ?? usual)
            repository = (parts.dropFirst() + [reference.path[...]]).joined(separator: "/")
        } else {
            origin = try reference.registry(scheme: usual)
            repository = reference.path
        }
        isMirror = access.mirror != nil
        allowsPlainHTTP = given == nil && !access.plainHTTP && NetworkKind(origin.host) == .loopback
    }

    private static func isPathSegment(_ text: Substring) -> Bool {
        text != "." && text != ".."
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_", "~": true
                default: false
                }
            }
    }

    /// `/v2/`, which says whether somebody is there.
    var root: HTTPURL { HTTPURL(origin: origin, target: "/v2/") }

    /// Where a manifest is, by tag or digest; both are safe in a path by their grammar.
    func manifest(_ name: String) -> HTTPURL {
        HTTPURL(origin: origin, target: "/v2/\(repository)/manifests/\(name)")
    }

    /// Where a blob is.
    func blob(_ digest: Digest) -> HTTPURL {
        HTTPURL(origin: origin, target: "/v2/\(repository)/blobs/\(digest)")
    }
}

extension RegistryAccess {
    /// Whether a text can be a mirror: `host`, `host:port` or `host/prefix`, with or without `https://` or `http://`.
    public static func isMirror(_ text: String) -> Bool {
        var access = RegistryAccess()
        access.mirror = text
        let any = ImageReference(domain: ImageReference.dockerHub, path: "library/any", tag: nil, digest: nil)
        return (try? RegistryEndpoint(any, access: access)) != nil
    }

    /// Where an image is asked for with this access: the registry or its mirror, and its path there.
    ///
    /// - Throws: `ReferenceError.registry` when the mirror is no host.
    package func place(of reference: ImageReference) throws(ReferenceError) -> (origin: Origin, repository: String) {
        let endpoint = try RegistryEndpoint(reference, access: self)
        return (endpoint.origin, endpoint.repository)
    }
}
