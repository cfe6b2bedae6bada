internal import LabNet
internal import NIOHTTP1

/// A blob's upload at a registry (OCI distribution-spec 1.1, "Pushing blobs").
struct UploadSession: Hashable, Sendable {
    /// Where the next request goes.
    let url: HTTPURL
    /// At which addresses that may be.
    let reach: Reach
    /// The least bytes of a part that is not the last (OCI-Chunk-Min-Length); 1 where the registry does not say.
    var leastChunk: Int64 = 1

    /// The session that a response leads to.
    ///
    /// The Location may be relative, may carry a query, and may be another host's. It is vetted like a token server; no
    /// credential of the registry goes to another origin.
    /// - Throws: `.malformed`.
    init(_ response: HTTPResponse, at endpoint: RegistryEndpoint) throws(PullError.Cause) {
        guard let field = response.headers.first(name: "Location"), let url = response.url.resolving(field) else {
            throw .malformed("an upload without a Location")
        }
        do {
            let realm = try Realm(
                Self.secured(url, for: endpoint.origin).description, for: endpoint.origin, in: response.network)
            (self.url, reach) = (realm.url, realm.reach)
        } catch {
            guard case .realmRefused(let reason) = error else { throw error }
            throw .malformed("Location of an upload: \(reason)")
        }
        if let least = response.headers.first(name: "OCI-Chunk-Min-Length").flatMap({ Int64($0) }) {
            leastChunk = max(1, least)
        }
    }

    /// A registry behind a proxy that speaks TLS for it may not know of that, and name itself by `http`: its own origin is
    /// meant, and nothing goes in the clear.
    private static func secured(_ url: HTTPURL, for registry: Origin) -> HTTPURL {
        guard registry.scheme == .https, url.origin.scheme == .http, url.origin.host == registry.host,
            [80, registry.port].contains(url.origin.port)
        else { return url }
        return HTTPURL(origin: registry, target: url.target)
    }

    /// Where the upload ends, with the digest of the whole.
    func end(with digest: Digest) -> HTTPURL {
        HTTPURL(origin: url.origin, target: url.target + (url.target.contains("?") ? "&" : "?") + "digest=\(digest)")
    }

    /// How many bytes a registry has, by its Range field: `0-99` are 100. Docker's says `0-0` of none, and means it.
    ///
    /// - Throws: `.malformed`.
    static func received(_ headers: HTTPHeaders) throws(PullError.Cause) -> Int64? {
        guard let field = headers.first(name: "Range") else { return nil }
        // Some write the unit before it, as in other fields.
        let range = field.hasPrefix("bytes=") ? field.dropFirst("bytes=".count) : field[...]
        let ends = range.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, Int64(ends[0]) == 0, let last = Int64(ends[1]), last >= 0, last < .max else {
            throw .malformed("Range \(field.prefix(80))")
        }
        return last == 0 ? 0 : last + 1
    }
}
