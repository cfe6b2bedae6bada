internal import LabNet
internal import NIOCore
internal import NIOHTTP1

extension RegistryClient {
    /// What a registry serves under a tag or digest, and how many pulls it says are left.
    struct Served: Sendable {
        var document: ManifestDocument
        var pullsLeft: Int?
    }

    /// Fetches and verifies a manifest or an index by the reference's digest, or its tag where it has none.
    ///
    /// - Throws: `PullError`.
    func manifest(of reference: ImageReference) async throws -> Served {
        let name = reference.digest?.description ?? reference.tag ?? "latest"
        // Nothing has come from this registry yet, so that not reaching it is an answer.
        return try await manifest(name, digest: reference.digest, entry: nil)
    }

    /// Fetches and verifies a manifest that an index lists.
    ///
    /// - Parameter isImage: whether what has the form of an image must be one.
    /// - Throws: `PullError`.
    func manifest(_ entry: Descriptor, isImage: Bool = true) async throws -> Served {
        try await manifest(entry.digest.description, digest: entry.digest, entry: entry, isImage: isImage)
    }

    private func manifest(
        _ name: String, digest: Digest?, entry: Descriptor?, isImage: Bool = true
    ) async throws -> Served {
        let url = endpoint.manifest(name)
        let headers: HTTPHeaders = ["Accept": MediaType.accepted]
        return try await patience.insist(established: entry != nil) {
            try await get(url, headers: headers, step: .manifest) { response in
                try await naming(.manifest, at: response.url.origin.authority) {
                    let body = try await response.body.collect(upTo: ManifestDocument.limit)
                    let whole = Array(body.readableBytesView)
                    // Whoever signed a manifest is nobody we know; its digest is that of what was signed.
                    let bytes = try SignedManifest.payload(of: whole) ?? whole
                    let verified = try Self.verify(
                        bytes, digest: digest, size: entry?.size, headers: response.headers)
                    let claims = ManifestDocument.Claims(
                        contentType: response.headers.first(name: "Content-Type"), descriptor: entry?.mediaType)
                    return Served(
                        document: try ManifestDocument(bytes, claims: claims, digest: verified, isImage: isImage),
                        pullsLeft: Self.pullsLeft(response.headers))
                }
            }
        }
    }

    /// Checks a manifest against what it was asked by, or against what the registry says that it is.
    ///
    /// - Returns: the digest of the bytes.
    static func verify(
        _ bytes: [UInt8], digest: Digest?, size: Int64?, headers: HTTPHeaders
    ) throws(PullError.Cause) -> Digest {
        if let size, size != Int64(bytes.count) {
            throw .sizeMismatch(expected: size, actual: Int64(bytes.count))
        }
        var expected = digest
        if expected == nil, let said = headers.first(name: "Docker-Content-Digest") {
            guard let said = Digest(said) else { throw .malformed("Docker-Content-Digest is no digest") }
            expected = said
        }
        let actual = try Digester.digest(expected?.algorithm ?? .sha256, of: bytes)
        if let expected, expected != actual { throw .digestMismatch(expected: expected, actual: actual) }
        return actual
    }

    /// `ratelimit-remaining: 76;w=21600` (Docker Hub).
    static func pullsLeft(_ headers: HTTPHeaders) -> Int? {
        headers.first(name: "ratelimit-remaining").flatMap { field in
            Int(field.prefix { $0 != ";" }.filter { $0 != " " })
        }
    }
}
